"""The seam to the durable engine, with real processes: crash, adoption, drain, and rows that somebody planted."""

from __future__ import annotations

import base64
import pickle
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from migrator.engine.processes.durable import ENGINE_VERSION, _plain

TELLING = Path(__file__).parent / "telling.py"
LONG = 60.0


class Told:
    """A folder in which the story is told, by one process after the other."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.hold = folder / "hold"
        self.living: list[subprocess.Popen[bytes]] = []

    def begin(self, order: str) -> subprocess.Popen[bytes]:
        self.living.append(subprocess.Popen([sys.executable, TELLING, self.folder, order]))
        return self.living[-1]

    def cut_off(self) -> subprocess.Popen[bytes]:
        """A process that was killed in the midst of its first act."""
        self.hold.touch()
        first = self.begin("start")
        self.until("one")
        first.kill()
        first.wait()
        self.hold.unlink()
        return first

    def run(self, *words: str) -> int:
        return subprocess.run([sys.executable, TELLING, self.folder, *words], timeout=LONG).returncode

    def done(self) -> list[str]:
        path = self.folder / "done"
        return path.read_text().split() if path.exists() else []

    def until(self, *names: str) -> None:
        """Wait until these acts have begun, in this order."""
        self.wait(lambda: self.done() == list(names))

    def wait(self, holds: Callable[[], bool]) -> None:
        """Wait until this holds."""
        deadline = time.monotonic() + LONG
        while not holds():
            assert time.monotonic() < deadline, f"only {sorted(self.folder.iterdir())}, done {self.done()}"
            time.sleep(0.02)

    def ask(self, query: str) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(self.folder / "engine.db")) as database, database:
            return database.execute(query).fetchall()


@pytest.fixture
def told(tmp_path: Path) -> Iterator[Told]:
    told = Told(tmp_path)
    yield told
    for process in told.living:
        process.kill()
        process.wait()


def test_a_killed_story_is_taken_up_at_the_act_that_was_cut_off(told: Told) -> None:
    told.cut_off()
    assert told.run("resume") == 0
    assert told.done() == ["one", "one", "two", "three"]


def test_an_act_that_raised_is_made_again_when_the_story_is_taken_up(told: Told) -> None:
    trouble = told.folder / "break"
    trouble.touch()
    assert told.run("start") == 1
    assert told.run("resume") == 1
    trouble.unlink()
    assert told.run("resume") == 0
    assert told.done() == ["one", "one", "one", "two", "three"]


def test_a_story_of_another_version_is_left_to_that_version(told: Told) -> None:
    told.cut_off()
    told.ask("update workflow_status set name = 'run.v1'")
    assert told.run("resume") == 1
    assert told.done() == ["one"]
    assert told.ask("select status from workflow_status") == [("PENDING",)]


def test_a_launch_takes_up_nothing_by_itself(told: Told) -> None:
    told.cut_off()
    assert told.run("list") == 0
    assert told.done() == ["one"]


def test_a_story_is_told_by_who_took_it_up_and_not_by_others_that_are_awake(told: Told) -> None:
    first = told.cut_off()
    (told.folder / "idle").touch()
    others = [told.begin("idle") for _ in range(2)]
    told.wait(lambda: len(list(told.folder.glob("ready.*"))) == len(others))
    heir = told.begin("resume")
    assert heir.wait(LONG) == 0
    assert (told.folder / "tellers").read_text().split() == [str(first.pid), *[str(heir.pid)] * 3]


def test_a_drained_story_finishes_its_act_and_goes_on_later(told: Told) -> None:
    told.hold.touch()
    process = told.begin("start")
    told.until("one")
    process.send_signal(signal.SIGTERM)
    told.hold.unlink()
    assert process.wait(LONG) == 20
    assert told.done() == ["one"]
    assert told.ask("select status from workflow_status") == [("PENDING",)]
    assert told.run("resume") == 0
    assert told.done() == ["one", "two", "three"]


def test_versions_and_journal_mode_are_pinned_and_each_process_has_its_own_name(told: Told) -> None:
    assert told.run("start") == 0
    (version, first, form), = told.ask("select application_version, executor_id, serialization from workflow_status")
    assert version == ENGINE_VERSION == "engine-1"
    assert str(first).count(":") == 2
    assert form != "py_pickle"
    assert told.ask("pragma journal_mode") == [("wal",)]


@pytest.mark.parametrize(("words", "harmed"), [(("list",), False), (("list", "trusting"), True)])
def test_a_planted_pickle_is_not_opened(told: Told, words: tuple[str, ...], harmed: bool) -> None:
    """The second case shows that the row would do harm, were the fallback not disarmed."""
    assert told.run("start") == 0
    trap = told.folder / "harm"
    planted = base64.b64encode(pickle.dumps(Trap(trap))).decode()
    told.ask(f"update operation_outputs set output = '{planted}', serialization = 'py_pickle' where function_id = 1")
    assert told.run(*words) == 0
    assert trap.exists() is harmed


class Trap:
    """Makes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return Path.touch, (self.path,)


def test_a_result_is_what_a_replay_would_give() -> None:
    assert _plain(lambda: {"pair": (1, 2), 3: None})() == {"pair": [1, 2], "3": None}
