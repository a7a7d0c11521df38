#!/bin/sh
# Make .venv beside this file and install migrator into it. At once when nothing has changed since the last call.
#
#   ./bootstrap.sh         what running it needs: afterwards .venv/bin/inv and .venv/bin/migrator are there
#   ./bootstrap.sh tests   also what its tests need, a Docker engine included
#
# Needs Python 3.11 or newer and no rights. Only as root on a machine with apt it installs system packages: python3-venv
# where that is missing and, for the tests, programs and the engine.
# Exit codes: 0 ready, 1 a command failed (its output is shown), 2 wrong use, 3 something is missing that only you can add.
set -eu

WANTED=${1:-runtime}
HERE=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd -P)
STAMP=.venv/.installed
PYTHONS="python3.13 python3.12 python3.11 python3"
TEST_PROGRAMS="ssh-keygen:openssh-client"  # program:package

say() { printf '%s\n' "$*"; }
lacking() { say "$*" >&2; exit 3; }
has() { command -v "$1" >/dev/null 2>&1; }
may_install() { [ "$(id -u)" = 0 ] && has apt-get; }

# The command with which a person installs packages here: $1 as apt names them, $2 as dnf does.
by_hand() {
    if has dnf; then set -- "dnf install $2"; else set -- "apt-get install $1"; fi
    [ "$(id -u)" = 0 ] || set -- "sudo $1"
    say "$1"
}

# Run a command and show what it printed only when it failed.
quietly() {
    output=$("$@" 2>&1 </dev/null) && return
    printf '%s\nfailed: %s\n' "$output" "$*" >&2
    return 1
}

install_packages() {
    say "installing $*"
    quietly apt-get update -q && quietly env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "$@"
}

# Being called a name is not enough: version switchers put names on the path that only complain.
find_python() {
    for python in $PYTHONS; do
        "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && say "$python" && return
    done
    lacking "migrator needs Python 3.11 or newer, and there is none on the PATH. Type: $(by_hand "python3 python3-venv" python3.11)"
}

# One way each to make an environment that has pip; $1 is the Python to make it with.
by_venv() { "$1" -m venv .venv; }
by_virtualenv() { virtualenv --python "$1" .venv; }
by_uv() { uv venv --seed --python "$1" .venv; }
by_another_pip() { "$1" -m venv --without-pip .venv && python3 -m pip --python .venv/bin/python install pip; }
by_apt() { may_install && install_packages "$(venv_package "$1")" >&3 2>&3 && by_venv "$1"; }

venv_package() { "$1" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])'; }

# One that answers and was made here: in a copied or moved environment the programs point to the old place.
usable() { .venv/bin/python -m pip --version && grep -qF "$HERE/.venv" .venv/bin/activate; } >/dev/null 2>&1

make_environment() {
    ! usable || return 0
    python=$(find_python)
    say "making .venv with $("$python" --version)"
    for way in by_venv by_virtualenv by_uv by_another_pip by_apt; do
        rm -rf .venv
        "$way" "$python" 3>&1 >/dev/null 2>&1 && usable && return
    done
    rm -rf .venv
    lacking "This Python cannot make virtual environments. Type: $(by_hand "$(venv_package "$python")" python3-pip)"
}

# What the installed state depends on; a clone that was moved is another one.
state() { say "$1 in $HERE"; cat pyproject.toml migrator/__init__.py bootstrap.sh | cksum; }
installed() { .venv/bin/python -c '' 2>/dev/null && [ "$(cat "$STAMP" 2>/dev/null)" = "$(state "$1")" ]; }

install() {
    make_environment
    rm -f "$STAMP"
    say "installing migrator and what it needs ($1) into .venv, about a minute"
    quietly .venv/bin/python -m pip install --disable-pip-version-check --editable "$2"
    state "$1" >"$STAMP"
}

install_test_programs() {
    packages= paths=
    for pair in $TEST_PROGRAMS; do
        has "${pair%%:*}" || { packages="$packages${pair#*:} "; paths="$paths/usr/bin/${pair%%:*} "; }
    done
    [ -n "$packages" ] || return 0
    may_install || lacking "The tests need more programs. Type: $(by_hand "$packages" "$paths")"
    # shellcheck disable=SC2086  # one word per package
    install_packages $packages
}

# Without an engine the tests that need no containers still run; who may not make one is told so.
make_engine() {
    fixtures/docker/ensure-engine.sh && return
    [ $? = 3 ] || exit 1
    say "Until then: .venv/bin/inv test --fast runs the tests that need no containers." >&2
}

cd -- "$HERE"
case $WANTED in
runtime) installed runtime || installed tests || install runtime . ;;
tests)
    installed tests || install tests '.[tests]'
    install_test_programs
    make_engine
    ;;
*) say "usage: ./bootstrap.sh [tests]" >&2; exit 2 ;;
esac
say "ready: .venv/bin/inv --list shows what there is to type"
