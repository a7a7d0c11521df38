"""What becomes of a row that both sides have changed in the same place."""

from __future__ import annotations

from enum import StrEnum


class Policy(StrEnum):
    """Who is right when both sides have changed the same lens group since they last agreed."""

    PILOT = "pilot"
    """The new side: pilot users work there."""
    OLD = "old"
    """The old side."""
    NEWEST = "newest"
    """Who wrote last, by the clocks of the servers."""
    ASK = "ask"
    """Nobody, until a person has decided: the row waits on both sides."""
