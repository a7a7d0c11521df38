"""Commands announce themselves, and sudo is asked only where it is needed."""

from __future__ import annotations

import getpass
import subprocess
from pathlib import Path

import pytest

from migrator.commands import become
from migrator.commands.shell import Command, script


def sh(command: Command, path: str | None = None) -> tuple[str, str]:
    done = subprocess.run(["/bin/sh", "-c", f"exec {command.text}"], input="input", capture_output=True, text=True,
                          timeout=20, env={"PATH": path} if path else None)
    return done.stdout, done.stderr


@pytest.mark.parametrize("user", [None, getpass.getuser()])
def test_a_command_of_ones_own_is_announced_with_its_process(user: str | None) -> None:
    out, err = sh(become.announced(script('cat; printf " %s %s" "$$" "$PPID"').as_user(user), "MARK"))
    mark, process = err.split()
    assert mark == "MARK"
    assert out.startswith("input ")
    assert process in out.split()[1:], "the announced process is the command's own, or its parent"


def test_without_a_mark_nothing_is_announced() -> None:
    assert sh(become.unasked(script("cat; echo problem >&2").as_user(getpass.getuser()))) == ("input", "problem\n")


SUDO = """#!/bin/sh
# Records what it is asked, asks for nothing, and runs what follows `--`.
printf '%s\\n' "$*" > "$0.asked"
while [ "$1" != -- ]; do shift; done
shift
exec "$@"
"""


@pytest.mark.parametrize(("build", "flags"), [
    (lambda command: become.announced(command, "MARK"), "-H -k -S -p PMARK: -u somebody -- "),
    (become.unasked, "-H -n -u somebody -- "),
], ids=["may-ask", "must-not-ask"])
def test_sudo_is_told_how_it_may_ask(tmp_path: Path, build: object, flags: str) -> None:
    sudo = tmp_path / "sudo"
    sudo.write_text(SUDO)
    sudo.chmod(0o755)
    out, _err = sh(build(script("cat").as_user("somebody")), f"{tmp_path}:/usr/bin:/bin")  # type: ignore[operator]
    assert out == "input"
    assert (tmp_path / "sudo.asked").read_text().startswith(flags)
