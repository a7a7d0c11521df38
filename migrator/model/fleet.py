"""A fleet: one plan over many sites, and where each of them stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from migrator.model.states import RunState


class FleetState(StrEnum):
    RUNNING = "running"
    STOPPED = "stopped"
    """As many sites have failed as were allowed to, or a person said so; people say how it goes on."""
    DONE = "done"


class SiteState(StrEnum):
    """Where one site of a fleet stands."""

    PENDING = "pending"
    UNDER_WAY = "under way"
    PARKED = "parked"
    """Waits for people, or for a moment: it holds its batch."""
    DONE = "done"
    FAILED = "failed"
    """Also one that could not be reached, was brought back, or has stopped with an error."""
    LEFT = "left out"
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
class BoundSite:
    """One site as its fleet's plan is bound to it."""

    environment: str
    bindings: str
    """The digest of what the inventory says of it."""
    targets: Mapping[str, list[str]] = field(default_factory=dict)
    """The hosts of those steps for which it has others than the plan says."""
