"""What a fleet does next, told from where its sites stand; pure, so that every worker comes to the same answer."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from migrator.model.states import RunState


class SiteState(StrEnum):
    """Where one site of a fleet stands."""

    PENDING = "pending"
    UNDER_WAY = "under way"
    PARKED = "parked"
    """Waits for people, or for a moment: it holds its batch."""
    DONE = "done"
    FAILED = "failed"
    """Also one that could not be reached, was brought back, or has stopped with an error."""
    LEFT = "left"
    """It failed, and people go on without it."""

    @property
    def settled(self) -> bool:
        """Nothing happens there any more, and its batch need not wait."""
        return self in (SiteState.DONE, SiteState.FAILED, SiteState.LEFT)


OF_RUN: Mapping[RunState, SiteState] = {
    RunState.QUEUED: SiteState.UNDER_WAY, RunState.RUNNING: SiteState.UNDER_WAY,
    RunState.GOING_BACK: SiteState.UNDER_WAY, RunState.WAITING: SiteState.PARKED, RunState.PASSED: SiteState.DONE,
    RunState.STOPPED: SiteState.FAILED, RunState.FAILED: SiteState.FAILED, RunState.BROUGHT_BACK: SiteState.FAILED,
    RunState.HANDS_NEEDED: SiteState.FAILED,
}
"""What a run's state means for its site."""


@dataclass(frozen=True)
class Enqueue:
    """Have these sites run now, by their places in the fleet."""

    sites: tuple[int, ...]


@dataclass(frozen=True)
class Hold:
    """Wait: the batch is not settled."""


@dataclass(frozen=True)
class Stop:
    """Begin no site any more: as many have failed as were allowed to."""

    failed: int


@dataclass(frozen=True)
class Done:
    """Every site is settled."""


Move = Enqueue | Hold | Stop | Done


def next_move(batches: Sequence[int], states: Sequence[SiteState], stop_limit: int) -> Move:
    """What is next for a fleet whose batches have these sizes and whose sites, in order, stand so.

    `stop_limit` is the number of failed sites that stops it: 1 stops at the first.
    """
    failed = states.count(SiteState.FAILED)
    if failed >= stop_limit:
        return Stop(failed)
    for end, size in zip(itertools.accumulate(batches), batches, strict=True):
        batch = range(end - size, end)
        if pending := tuple(place for place in batch if states[place] is SiteState.PENDING):
            return Enqueue(pending)
        if not all(states[place].settled for place in batch):
            return Hold()
    return Done()
