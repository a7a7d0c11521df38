"""What a fleet does next, told from where its sites stand; pure, so that every worker comes to the same answer."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from migrator.model.fleet import SiteState


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
