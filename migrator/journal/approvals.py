"""Approvals: the row is the truth; it binds one plan and both its digests."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Engine, RowMapping, insert, select

from migrator import clock
from migrator.journal import audit
from migrator.journal.tables import approval
from migrator.model.plan import Plan


@dataclass(frozen=True)
class Standing:
    """Where a group's approval stands: `who` signed, or the reason why it does not count."""

    group: str
    granted: bool
    who: str = ""
    reason: str = ""


class Approvals:
    """Stores decisions of named people and tells whether a plan has what it needs."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writing = engine.execution_options(writes=True)

    def give(self, plan: Plan, *, group: str, who: str, approve: bool, reason: str, valid_seconds: float) -> None:
        """Write a person's decision for a group; the newest decision of a group counts."""
        moment = clock.now()
        with self._writing.begin() as connection:
            connection.execute(insert(approval).values(
                plan=plan.id, digest=plan.digest, bindings=plan.bindings, group=group, who=who,
                decision="approve" if approve else "reject", reason=reason, at=clock.stamp(moment),
                expires=clock.stamp(moment + timedelta(seconds=valid_seconds))))
            audit.append(connection, actor=who, event="approval", plan=plan.id, group=group,
                         decision="approve" if approve else "reject", reason=reason)

    def list(self, plan_id: str) -> list[RowMapping]:
        """Every decision on a plan, oldest first."""
        with self._engine.begin() as connection:
            return list(connection.execute(
                select(approval).where(approval.c.plan == plan_id).order_by(approval.c.id)).mappings())

    def standing(self, plan: Plan, group: str, *, not_by: str | None = None) -> Standing:
        """Whether the group's newest decision on this very plan is a valid approval, not given by `not_by`."""
        rows = [row for row in self.list(plan.id) if row["group"] == group]
        if not rows:
            return Standing(group, False, reason="missing")
        newest = rows[-1]
        if newest["decision"] != "approve":
            return Standing(group, False, newest["who"], "rejected")
        if (newest["digest"], newest["bindings"]) != (plan.digest, plan.bindings):
            return Standing(group, False, newest["who"], "for another plan")
        if newest["expires"] and clock.parse(newest["expires"]) < clock.now():
            return Standing(group, False, newest["who"], "expired")
        if not_by is not None and newest["who"] == not_by:
            return Standing(group, False, newest["who"], "given by the operator")
        return Standing(group, True, newest["who"])
