"""What a way back that failed leaves for people."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from migrator.engine.ending import Ending


def row(step: str, target: str, state: str, message: str, **outcome: Any) -> dict[str, Any]:
    return {"step": step, "target": target, "direction": "undo", "state": state, "message": message, "outcome": outcome}


def test_the_same_words_are_said_once_and_newer_tries_count() -> None:
    rows = [row("d", "-", "FAILED", "first try"), row("d", "-", "OK", ""), row("c", "app", "FAILED", "no route"),
            row("b", "-", "FAILED", "not attempted"), row("a", "-", "FAILED", "not attempted"),
            row("mail", "-", "UNKNOWN", "", by_hand=["tell them"]),
            {**row("x", "-", "FAILED", ""), "direction": "forward"}]
    journal = SimpleNamespace(attempts=SimpleNamespace(of_run=lambda _run: rows))
    ending = Ending(SimpleNamespace(journal=journal), "me")  # type: ignore[arg-type]
    assert ending._by_hand("r") == ["c @ app: no route", "b, a: not attempted", "mail: tell them"]
