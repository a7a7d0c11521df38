"""The tally of a plan: how often each thing is to be done, so that no server is asked for what there is nothing of."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, case, func, or_, select

from migrator.lens.copy.session import Session
from migrator.sync.batch.decide import Act
from migrator.sync.batch.flags import any_flag
from migrator.sync.batch.learn import AGREED, FORGOTTEN
from migrator.sync.batch.script import Script
from migrator.sync.batch.shape import Shape


class Tally:
    """Counted once the plan of a batch will not change any more; before the first, everything may be to be done."""

    def __init__(self, shape: Shape, script: Script, target: Session) -> None:
        self._shape = shape
        self._script = script
        self._target = target
        self._acts: frozenset[str] = frozenset(Act)
        self.quarrels = True
        """Whether both sides have changed some row, or somebody has decided about one."""

    def count(self) -> None:
        """Learn what the plan says."""
        found = [tuple(row) for row in self._script.ask_all("tally", self._target, self._question)]
        self._acts = frozenset(act.decode() if isinstance(act, bytes) else act for act, _quarrels in found)
        self.quarrels = any(quarrels for _act, quarrels in found)

    def any(self, *acts: Act) -> bool:
        """Whether one of these things is to be done."""
        return not self._acts.isdisjoint(acts)

    @property
    def settles(self) -> bool:
        """Whether there is a row about which both sides agree anew, or that both forget."""
        return self.any(*AGREED, *FORGOTTEN)

    def _question(self) -> Select[Any]:
        plan = self._shape.plan.clause
        quarrel = or_(any_flag(plan.c.clash), plan.c.asked.is_not(None))
        return select(plan.c.act, func.count(case((quarrel, 1)))).group_by(plan.c.act)
