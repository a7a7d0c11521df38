"""A run that has ended is watched until its story is told to the last word."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from migrator.engine.processes.driver import Driver
from migrator.events import Observers
from migrator.model.states import RunState


class Engine:
    """Says PENDING twice, then SUCCESS."""

    def __init__(self) -> None:
        self.words: Iterator[str] = iter(["PENDING", "PENDING", "SUCCESS"])
        self.said: list[str] = []

    def drain(self) -> None:
        raise AssertionError("nobody has asked for it")

    def status(self, _workflow: str) -> str:
        self.said.append(next(self.words))
        return self.said[-1]


def test_the_process_does_not_leave_before_the_end_was_told() -> None:
    row = {"state": str(RunState.PASSED), "exit_code": 0}
    journal: Any = SimpleNamespace(runs=SimpleNamespace(get=lambda _run: row))
    engine: Any = Engine()
    driver = Driver(journal, Observers(), None, engine, None)  # type: ignore[arg-type]  # neither is asked
    assert driver._watch("r", "r") == 0
    assert engine.said == ["PENDING", "PENDING", "SUCCESS"]
