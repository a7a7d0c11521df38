"""Commands that only look answer at once, because they leave heavy libraries unloaded."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from migrator.app import App
from migrator.model.plan import Plan

ROOT = Path(__file__).parent.parent
HEAVY = {"alembic", "dbos", "openpyxl", "paramiko"}
TELL = "import atexit, json, sys; atexit.register(lambda: print(json.dumps(list(sys.modules)), file=sys.stderr))"
TYPED = "from invoke.main import program; program.run()"
PLAN = Plan(product="toy", title="Toy", playbook="toy", stage="go-live", environment="live", environments={},
            path=("1", "2"), steps=(), digest="a" * 64, bindings="b" * 64)


@pytest.fixture
def home(tmp_path: Path) -> str:
    """A home whose journal knows a run."""
    App(home=str(tmp_path)).journal.runs.new(PLAN, started_by="li", folder=str(tmp_path))
    return str(tmp_path)


def test_the_list_of_commands_reads_no_records() -> None:
    """Records are slow to declare, and every command pays for what the list of commands loads."""
    assert not loaded(f"{TELL}; {TYPED}", "--list") & {"pydantic", "sqlalchemy"}


@pytest.mark.parametrize("command", [["--list"], ["step.list"], ["run.list"], ["status"]], ids=" ".join)
def test_looking_loads_nothing_heavy(command: list[str], home: str) -> None:
    where = [] if command == ["--list"] else ["--home", home]
    assert not loaded(f"{TELL}; {TYPED}", *command, *where) & HEAVY


@pytest.mark.parametrize("command", ["run.list", "status"])
def test_looking_at_runs_reads_no_playbook(command: str, home: str) -> None:
    assert not loaded(f"{TELL}; {TYPED}", command, "--home", home) & {"pydantic"}


def test_what_is_heavy_would_be_seen() -> None:
    assert loaded(f"{TELL}; import paramiko; {TYPED}", "--list") & HEAVY == {"paramiko"}


def loaded(code: str, *arguments: str) -> set[str]:
    """The libraries that a process which ran this code had loaded when it ended well."""
    ended = subprocess.run([sys.executable, "-c", code, *arguments], cwd=ROOT, capture_output=True, text=True)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return {name.partition(".")[0] for name in json.loads(ended.stderr.splitlines()[-1])}
