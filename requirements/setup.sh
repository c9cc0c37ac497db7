#!/bin/sh
# Make .venv hold what requirements/all.txt says, and see to Debian's browser and font. `make setup` calls this.
# With the word `emulator` it also makes .venv-emulator of requirements/emulator.txt: what `make test` deploys to, and no
# program of ours finds libraries in. Does nothing, in well under a second, when nothing has changed. Never asks a question.
set -eu
cd "$(dirname "$0")/.."

PYTHON=${PYTHON:-}
PROJECT_STAMP=.venv/installed-project
FONT=/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf

say() { printf 'setup: %s\n' "$*"; }
give_up() { printf 'setup: %s\n' "$*" >&2; exit 1; }

# debian PACKAGE...: install them, or return 1 when we may not.
debian() {
    command -v apt-get >/dev/null 2>&1 || return 1
    if [ "$(id -u)" = 0 ]; then as_root=; elif sudo -n true 2>/dev/null; then as_root='sudo -n'; else return 1; fi
    say "installing Debian's $*"
    # The lists of a fresh image are empty, those of an old one stale; only then are they fetched.
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$@" >/dev/null 2>&1 </dev/null && return 0
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq </dev/null || return 1
    $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$@" >/dev/null </dev/null
}

# usable FOLDER PYTHON: an environment carries the path that it was made at and breaks when its Python goes: then it is made
# anew, and also when it is not of the named Python's version. An empty name: any.
usable() {
    [ "$(cat "$1/made-at" 2>/dev/null)" = "$(pwd)" ] && "$1/bin/python" -c 'import pip' 2>/dev/null || return 1
    [ -z "$2" ] || [ "$("$1/bin/python" -V)" = "$("$2" -V)" ]
}

# make_environment FOLDER PYTHON
make_environment() {
    say "making $1 with $("$2" -V)"
    "$2" -m venv --clear "$1"
    pwd >"$1/made-at"
}

# install_lock FOLDER LOCK WHAT: a stamp is written after the step that it stands for, so an interrupted setup begins that step again.
install_lock() {
    lock=$(sha256sum <"$2")
    [ "$(cat "$1/installed-lock" 2>/dev/null)" != "$lock" ] || return 0
    say "installing $3"
    "$1/bin/python" -m pip install -qq --disable-pip-version-check --no-input --require-hashes -r "$2" ||
        give_up "the libraries did not install. Is the network there? Run make setup again; what is done is kept."
    printf '%s\n' "$lock" >"$1/installed-lock"
}

if ! usable .venv "$PYTHON"; then
    PYTHON=${PYTHON:-python3}
    command -v "$PYTHON" >/dev/null 2>&1 || debian python3 python3-venv ||
        give_up "there is no $PYTHON. Install Python 3.11 or later, or name one: make setup PYTHON=/path/to/python"
    "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
        give_up "$("$PYTHON" -V) is too old; Shailoo needs 3.11 or later. Name another: make setup PYTHON=python3.12"
    "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null || debian python3-venv ||
        give_up "this Python lacks the module venv. As root: apt-get install python3-venv"
    make_environment .venv "$PYTHON"
fi

install_lock .venv requirements/all.txt "the locked libraries (a minute or two the first time)"
project=$(sha256sum <pyproject.toml)
if [ "$(cat "$PROJECT_STAMP" 2>/dev/null)" != "$project" ] || [ ! -x .venv/bin/shailoo ]; then
    .venv/bin/python -m pip install -qq --disable-pip-version-check --no-input --no-deps --no-build-isolation -e . ||
        give_up "Shailoo itself did not install; see the lines above."
    printf '%s\n' "$project" >"$PROJECT_STAMP"
fi

# The emulator runs the functions, whose packages for this machine are made by .venv's Python: so it has the same.
if [ "${1:-}" = emulator ]; then
    usable .venv-emulator .venv/bin/python || make_environment .venv-emulator .venv/bin/python
    install_lock .venv-emulator requirements/emulator.txt "the emulator that tests deploy to"
fi

# Compiled beforehand: every box, server and publisher is a process that starts, also where Python may not write what it compiles.
.venv/bin/python -m compileall -q auditor builder edge_agent functions rehearsal shailoo ||
    give_up "a source file does not compile; see the lines above."

# The font sets Kyrgyz on the tape's PDF; the browser, Go (whose own checksum log's code checks ours), nginx and restic are
# for the tests only, so a demo goes on without them.
missing=
[ -e "$FONT" ] || missing="fonts-dejavu-core"
command -v chromium >/dev/null 2>&1 || missing="${missing:+$missing }chromium"
command -v go >/dev/null 2>&1 || missing="${missing:+$missing }golang-go"
command -v restic >/dev/null 2>&1 || missing="${missing:+$missing }restic"
# nginx lies where only root looks.
nginx_is_new=
[ -x /usr/sbin/nginx ] || { missing="${missing:+$missing }nginx-light"; nginx_is_new=yes; }
[ -d /usr/share/gocode/src/golang.org/x/mod ] || missing="${missing:+$missing }golang-golang-x-mod-dev"
# shellcheck disable=SC2086  # a list of words on purpose
[ -z "$missing" ] || debian $missing ||
    say "please install, as root: apt-get install $missing (tests in a browser, of the log by others, of the tape's PDF and of a town's machine need them; the demo's pages do not)" >&2

# Debian starts what it installs, and nginx would answer the net on port 80; the tests start their own, on the loopback.
if [ -n "$nginx_is_new" ] && [ -x /usr/sbin/nginx ]; then
    $as_root systemctl disable -q --now nginx 2>/dev/null || $as_root service nginx stop >/dev/null 2>&1 || :
fi
