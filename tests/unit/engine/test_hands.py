"""What a way back that failed leaves for people."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from migrator.engine.run.ending import Ending
from tests.unit.engine.office import Office, step


def row(step: str, target: str, state: str, message: str, **outcome: Any) -> dict[str, Any]:
    return {"step": step, "target": target, "direction": "undo", "state": state, "message": message, "outcome": outcome}


def test_the_newest_step_is_first_the_same_words_are_said_once_and_newer_tries_count(office: Office) -> None:
    rows = [row("d", "-", "FAILED", "first try"), row("d", "-", "OK", ""), row("c", "app", "FAILED", "no route"),
            row("b", "-", "FAILED", "not attempted"), row("a", "-", "FAILED", "not attempted"),
            row("stop", "-", "UNKNOWN", "", by_hand=["on app: rm x", "on app: start web"]),
            {**row("x", "-", "FAILED", ""), "direction": "forward"}]
    plan = office.plan(*map(step, ("x", "a", "b", "stop", "c", "d")))
    journal = SimpleNamespace(attempts=SimpleNamespace(of_run=lambda _run: rows),
                              runs=SimpleNamespace(plan_of=lambda _run: plan))
    ending = Ending(SimpleNamespace(journal=journal), "me")  # type: ignore[arg-type]
    assert ending._by_hand("r") == ["c @ app: no route", "stop: on app: rm x", "stop: on app: start web",
                                    "b, a: not attempted"]
