"""How long steps will take: as measured in the rehearsal, and longer where there is more data than there was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from migrator.journal.journal import Journal
from migrator.journal.measures import Amount, Measure
from migrator.model.states import Direction
from migrator.playbook.expand import ExpandedStep
from migrator.step import kinds


@dataclass(frozen=True)
class Estimate:
    """Seconds forward and back, None where nobody measured; `scale` is what the measured ones were multiplied by."""

    forward: float | None
    back: float | None
    scale: float


class Estimates:
    """Estimates for these steps on one environment."""

    def __init__(self, journal: Journal, environment: str, steps: Sequence[ExpandedStep]) -> None:
        self._journal = journal
        self._times = journal.measures.times([step.digest for step in steps])
        self._amounts: dict[str, list[Amount]] = {}
        self._environment = environment

    def of(self, step: ExpandedStep) -> Estimate:
        """The estimate of one step."""
        forward = self._times.get((step.digest, Direction.FORWARD))
        back = self._times.get((step.digest, Direction.UNDO))
        measured = forward or back
        scale = self._scale(measured) if measured and kinds()[step.kind].scales_with_data else 1.0
        return Estimate(_times(forward, scale), _times(back, scale), scale)

    def _scale(self, measure: Measure) -> float:
        """How many times as much data lies here as lay there then; 1 where not both are known."""
        then = next((amount.data for amount in self._of(measure.environment) if amount.attempt <= measure.attempt), {})
        both = self._now.keys() & then.keys()
        before = sum(then[name] for name in both)
        return sum(self._now[name] for name in both) / before if before else 1.0

    @cached_property
    def _now(self) -> dict[str, int]:
        return next((dict(amount.data) for amount in self._of(self._environment)), {})

    def _of(self, environment: str) -> list[Amount]:
        if environment not in self._amounts:
            weighing = [name for name, kind in kinds().items() if kind.weighs_data]
            self._amounts[environment] = self._journal.measures.amounts(environment, weighing)
        return self._amounts[environment]


def _times(measure: Measure | None, scale: float) -> float | None:
    return None if measure is None else round(measure.seconds * scale, 3)
