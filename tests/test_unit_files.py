"""The unit files and the cron line of the documentation: understood by systemd, and their commands exist."""

from __future__ import annotations

import re
import shutil
import subprocess
from configparser import ConfigParser
from pathlib import Path

import pytest

from migrator.tasks import namespace

UNITS = Path(__file__).parent.parent / "docs" / "systemd"
PROGRAM = "/opt/migrator/.venv/bin/migrator"
FILES = sorted(UNITS.glob("migrator-*"))
each_file = pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)


@each_file
def test_it_is_understood(path: Path, tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        assert read(path).sections()[0] == "Unit"
        return
    for each in FILES:  # a timer is judged together with its service
        (tmp_path / each.name).write_text(each.read_text().replace(PROGRAM, "/bin/true"))
    judged = subprocess.run(["systemd-analyze", "verify", str(tmp_path / path.name)], capture_output=True, text=True)
    assert (judged.returncode, judged.stderr) == (0, "")


@pytest.mark.parametrize("path", [*UNITS.glob("*.service"), UNITS / "migrator.cron"], ids=lambda path: path.name)
def test_its_command_exists(path: Path) -> None:
    typed = re.findall(rf"{re.escape(PROGRAM)} (\S+)", path.read_text())
    assert len(typed) == 1
    assert typed[0] in namespace.task_names


@each_file
def test_a_stop_never_tears_what_works_on_this_machine(path: Path) -> None:
    unit = read(path)
    if "Service" in unit:
        assert unit["Service"]["KillMode"] == "process"
        assert unit["Service"]["TimeoutStopSec"] == "infinity"
    else:
        assert read(path.with_suffix(".service"))["Service"]["Type"] == "oneshot"


def read(path: Path) -> ConfigParser:
    unit = ConfigParser(interpolation=None)
    unit.optionxform = str  # type: ignore[method-assign,assignment]
    unit.read_string(path.read_text())
    return unit
