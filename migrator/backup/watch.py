"""Nobody watching."""

from __future__ import annotations


def nobody(_line: str) -> None:
    """Takes a line and does nothing with it."""


def still(_done: float, _total: float | None, _unit: str) -> None:
    """Takes progress and does nothing with it."""


def unasked() -> None:
    """Nobody wants to know."""
