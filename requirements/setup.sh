#!/bin/sh
# Make .venv hold what requirements/all.txt says, and see to Debian's browser and font. `make setup` calls this.
# Does nothing, in well under a second, when nothing has changed. Never asks a question.
set -eu
cd "$(dirname "$0")/.."

PYTHON=${PYTHON:-}
PLACE_STAMP=.venv/made-at
LOCK_STAMP=.venv/installed-lock
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

# An environment carries the path that it was made at and breaks when its Python goes: then it is made anew, and also when the
# caller names a Python that is not the one inside.
usable() {
    [ "$(cat "$PLACE_STAMP" 2>/dev/null)" = "$(pwd)" ] && .venv/bin/python -c 'import pip' 2>/dev/null || return 1
    [ -z "$PYTHON" ] || [ "$(.venv/bin/python -V)" = "$("$PYTHON" -V)" ]
}

if ! usable; then
    PYTHON=${PYTHON:-python3}
    command -v "$PYTHON" >/dev/null 2>&1 || debian python3 python3-venv ||
        give_up "there is no $PYTHON. Install Python 3.11 or later, or name one: make setup PYTHON=/path/to/python"
    "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
        give_up "$("$PYTHON" -V) is too old; Shailoo needs 3.11 or later. Name another: make setup PYTHON=python3.12"
    "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null || debian python3-venv ||
        give_up "this Python lacks the module venv. As root: apt-get install python3-venv"
    say "making .venv with $("$PYTHON" -V)"
    "$PYTHON" -m venv --clear .venv
    pwd >"$PLACE_STAMP"
fi

# A stamp is written after the step that it stands for, so an interrupted setup begins that step again.
lock=$(sha256sum <requirements/all.txt)
if [ "$(cat "$LOCK_STAMP" 2>/dev/null)" != "$lock" ]; then
    say "installing the locked libraries (a minute or two the first time)"
    .venv/bin/python -m pip install -qq --disable-pip-version-check --no-input --require-hashes -r requirements/all.txt ||
        give_up "the libraries did not install. Is the network there? Run make setup again; what is done is kept."
    printf '%s\n' "$lock" >"$LOCK_STAMP"
fi
project=$(sha256sum <pyproject.toml)
if [ "$(cat "$PROJECT_STAMP" 2>/dev/null)" != "$project" ] || [ ! -x .venv/bin/shailoo ]; then
    .venv/bin/python -m pip install -qq --disable-pip-version-check --no-input --no-deps --no-build-isolation -e . ||
        give_up "Shailoo itself did not install; see the lines above."
    printf '%s\n' "$project" >"$PROJECT_STAMP"
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
