"""What each Ctrl-C does: before a person, before nobody, forward and on the way back."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from migrator.engine.processes.interrupts import Heading, Interrupts
from migrator.events import GoingBack, StepStarted


class Left(BaseException):
    """Stands for the end of the process."""


@pytest.fixture(autouse=True)
def handlers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Signals of this process are as before after the test, and leaving at once is only told."""
    def leave(code: int) -> None:
        raise Left(code)

    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    monkeypatch.setattr(os, "_exit", leave)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def drained(heading: Heading | None = None) -> tuple[Interrupts, list[str]]:
    told: list[str] = []
    return Interrupts(lambda: told.append("drain"), heading), told


def homeward() -> Heading:
    """The heading of a run that has just been told to go back."""
    heading = Heading()
    heading(GoingBack(run="r", why="it failed", steps=2))
    return heading


def begun(direction: str) -> StepStarted:
    return StepStarted(run="r", step="s", kind="command", target="-", direction=direction, number=1, of=1)


def test_a_run_goes_where_its_events_say() -> None:
    heading = Heading()
    ways = [GoingBack(run="r", why="a drill", steps=1), begun("undo"), begun("forward")]
    seen = []
    for event in ways:
        heading(event)
        seen.append(heading.back)
    assert seen == [True, True, False]


@pytest.mark.parametrize("heading", [None, Heading()], ids=["before nobody", "forward"])
def test_the_first_drains_at_once_and_the_second_leaves(heading: Heading | None) -> None:
    seen, told = drained(heading)
    signal.raise_signal(signal.SIGINT)
    assert told == ["drain"] and not seen.question()
    with pytest.raises(Left):
        signal.raise_signal(signal.SIGINT)


def test_on_the_way_back_the_first_asks_once_the_second_drains_and_the_third_leaves() -> None:
    seen, told = drained(homeward())
    signal.raise_signal(signal.SIGINT)
    assert seen.question() and not seen.question() and not told
    signal.raise_signal(signal.SIGINT)
    assert told == ["drain"] and not seen.question()
    with pytest.raises(Left):
        signal.raise_signal(signal.SIGINT)


def test_a_sigterm_asks_nobody() -> None:
    seen, told = drained(homeward())
    signal.raise_signal(signal.SIGTERM)
    assert told == ["drain"] and not seen.question()
