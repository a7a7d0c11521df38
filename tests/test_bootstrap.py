"""bootstrap.sh: installs once, again when something changed, and says in one line what only a person can add."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TOOLS = ("sh", "cat", "cksum", "chmod", "cp", "dirname", "grep", "mkdir", "rm")

# Answers like a Python: notes each call, makes environments that hold a copy of itself, and has a pip.
PYTHON = """#!/bin/sh
echo "$*" >>"$CALLS"
case $* in
"-m venv .venv") {venv} ;;
*python%d.%d*) echo python3.11-venv ;;
--version) echo Python 3.11.9 ;;
esac
"""
MAKES_VENV = """mkdir -p .venv/bin && cp "$0" .venv/bin/python && echo "VIRTUAL_ENV=$PWD/.venv" >.venv/bin/activate"""


class Machine:
    """A clone of the project on a machine that has a few tools, an ordinary user, and perhaps a Python."""

    def __init__(self, folder: Path) -> None:
        self.programs = folder / "bin"
        self.clone = folder / "a clone"
        self._calls = folder / "calls"
        self.programs.mkdir()
        (self.clone / "migrator").mkdir(parents=True)
        for name in ("bootstrap.sh", "pyproject.toml", "migrator/__init__.py"):
            shutil.copy(ROOT / name, self.clone / name)
        for tool in TOOLS:
            (self.programs / tool).symlink_to(shutil.which(tool) or pytest.fail(f"{tool} is missing"))
        self.add("id", "#!/bin/sh\necho 1000\n")

    def add(self, name: str, text: str) -> None:
        """Put a program on the PATH."""
        (self.programs / name).write_text(text, "utf-8")
        (self.programs / name).chmod(0o755)

    def bootstrap(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        surroundings = {"PATH": str(self.programs), "CALLS": str(self._calls)}
        return subprocess.run([self.clone / "bootstrap.sh", *arguments], env=surroundings, cwd=os.sep,
                              capture_output=True, text=True)

    def installs(self) -> list[str]:
        """What pip was told to install, call by call."""
        return [call.split()[-1] for call in self._calls.read_text("utf-8").splitlines() if "pip install" in call]


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path.resolve())


def test_installs_once_and_again_when_the_project_changed(machine: Machine) -> None:
    machine.add("python3", PYTHON.format(venv=MAKES_VENV))
    for _time in range(2):
        done = machine.bootstrap()
        assert done.returncode == 0, done.stderr
        assert machine.installs() == ["."]
    with (machine.clone / "pyproject.toml").open("a") as project:
        project.write("\n# a new dependency\n")
    assert machine.bootstrap().returncode == 0
    assert machine.installs() == [".", "."]


def test_a_moved_clone_gets_a_new_environment(machine: Machine, tmp_path: Path) -> None:
    machine.add("python3", PYTHON.format(venv=MAKES_VENV))
    machine.bootstrap()
    machine.clone = machine.clone.rename(tmp_path.resolve() / "moved")
    assert machine.bootstrap().returncode == 0
    assert machine.installs() == [".", "."]
    assert str(machine.clone) in (machine.clone / ".venv/bin/activate").read_text("utf-8")


@pytest.mark.parametrize("python3", [None, "#!/bin/sh\nexit 1\n"], ids=["none", "too old"])
def test_without_a_python_says_what_to_type(machine: Machine, python3: str | None) -> None:
    if python3:
        machine.add("python3", python3)
    refused = machine.bootstrap()
    assert refused.returncode == 3
    assert refused.stderr.count("\n") == 1
    assert refused.stderr.endswith("Type: sudo apt-get install python3 python3-venv\n")


def test_a_python_that_makes_no_environments_says_what_to_type(machine: Machine) -> None:
    machine.add("python3", PYTHON.format(venv="mkdir .venv; exit 1"))
    refused = machine.bootstrap()
    assert refused.returncode == 3
    assert refused.stderr.endswith("Type: sudo apt-get install python3.11-venv\n")
    assert not (machine.clone / ".venv").exists()


def test_a_failed_install_shows_why_and_is_tried_again(machine: Machine) -> None:
    machine.add("python3", PYTHON.format(venv=MAKES_VENV).replace("esac", "*install*) echo no route; exit 1 ;;\nesac"))
    failed = machine.bootstrap()
    assert failed.returncode == 1
    assert "no route" in failed.stderr
    assert machine.bootstrap().returncode == 1
    assert machine.installs() == [".", "."]


def test_tests_without_their_programs_say_what_to_type(machine: Machine) -> None:
    machine.add("python3", PYTHON.format(venv=MAKES_VENV))
    refused = machine.bootstrap("tests")
    assert refused.returncode == 3
    assert refused.stderr.rstrip().endswith("Type: sudo apt-get install openssh-client")
    assert machine.installs() == [".[tests]"]


def test_wrong_use_is_told(machine: Machine) -> None:
    assert machine.bootstrap("everything").returncode == 2
