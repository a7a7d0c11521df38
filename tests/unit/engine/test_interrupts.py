"""What each Ctrl-C does: before a person, before nobody, forward and on the way back."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from migrator.engine.interrupts import Interrupts


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


def drained(*, asks: bool) -> tuple[Interrupts, list[str]]:
    told: list[str] = []
    return Interrupts(lambda: told.append("drain"), asks=asks), told


def test_a_process_without_a_person_drains_at_once_and_then_leaves() -> None:
    _interrupts, told = drained(asks=False)
    signal.raise_signal(signal.SIGINT)
    assert told == ["drain"]
    with pytest.raises(Left):
        signal.raise_signal(signal.SIGINT)


def test_forward_the_first_drains_and_the_second_leaves() -> None:
    seen, told = drained(asks=True)
    assert not seen.heed(lambda: False) and not told
    signal.raise_signal(signal.SIGINT)
    assert not seen.heed(lambda: False) and told == ["drain"]
    with pytest.raises(Left):
        signal.raise_signal(signal.SIGINT)


def test_on_the_way_back_the_first_asks_once_the_second_drains_and_the_third_leaves() -> None:
    seen, told = drained(asks=True)
    signal.raise_signal(signal.SIGINT)
    assert seen.heed(lambda: True) and not seen.heed(lambda: True) and not told
    signal.raise_signal(signal.SIGINT)
    assert not seen.heed(lambda: True) and told == ["drain"]
    with pytest.raises(Left):
        signal.raise_signal(signal.SIGINT)


def test_a_sigterm_asks_nobody() -> None:
    seen, told = drained(asks=True)
    signal.raise_signal(signal.SIGTERM)
    assert told == ["drain"] and not seen.heed(lambda: True)
