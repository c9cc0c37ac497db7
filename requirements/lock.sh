#!/bin/sh
# Renew requirements/all.txt, every library of every program and of the tests, and requirements/emulator.txt, those of the
# emulator that tests deploy to: with digests, for CPython 3.11 and later.
# Every package index comes from the caller's own settings; none is written down here or in the locks.
set -eu
cd "$(dirname "$0")/.."
tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
.venv/bin/python -m venv "$tools"
"$tools/bin/pip" install --quiet --disable-pip-version-check uv
lock() {
    "$tools/bin/uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-emit-find-links --no-header --no-annotate "$@" >/dev/null
}
lock "$@" --all-extras pyproject.toml --output-file requirements/all.txt
lock "$@" requirements/emulator.in --output-file requirements/emulator.txt
