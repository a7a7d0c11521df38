"""Approvals: the signed row is the truth; it binds one plan and both its digests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import Connection, Engine, RowMapping, insert, select

from migrator import clock
from migrator.journal import audit
from migrator.journal.standing import Verifier, standing
from migrator.journal.tables import approval
from migrator.journal.writer import Writer, written
from migrator.model.decision import Decision
from migrator.model.plan import Plan
from migrator.model.standing import Standing as Standing


class Approvals:
    """Stores decisions of named people and tells whether a plan has what it needs.

    `verifier` gives who verifies signatures, None where a named decision counts without one; it is asked at every
    standing, so that a row which was changed since does not count.
    """

    def __init__(self, engine: Engine, writer: Writer, verifier: Callable[[], Verifier | None] = lambda: None) -> None:
        self._engine = engine
        self._writer = writer
        self._verifier = verifier

    def give(self, plan: Plan, *, group: str, who: str, approve: bool, reason: str, valid_seconds: float) -> None:
        """Write a person's decision for a group as of now, without a signature."""
        moment = clock.now()
        self.keep(Decision.on(
            plan, group=group, who=who, decision="approve" if approve else "reject", reason=reason,
            at=clock.stamp(moment), expires=clock.stamp(moment + timedelta(seconds=valid_seconds))))

    @written
    def keep(self, connection: Connection, row: Decision, document: str | None = None) -> None:
        """Write a decision with what was signed for it: the text, and the signature behind it."""
        connection.execute(insert(approval).values(
            plan=row.plan, digest=row.digest, bindings=row.bindings, group=row.group, who=row.who,
            decision=row.decision, reason=row.reason, at=row.at, expires=row.expires, signature=document))
        audit.append(connection, actor=row.who, event="approval", plan=row.plan, group=row.group,
                     decision=row.decision, reason=row.reason, signed=document is not None)

    def list(self, plan_id: str) -> list[RowMapping]:
        """Every decision on a plan, oldest first."""
        with self._engine.begin() as connection:
            return list(connection.execute(
                select(approval).where(approval.c.plan == plan_id).order_by(approval.c.id)).mappings())

    def standing(self, plan: Plan, group: str, *, not_by: str | None = None) -> Standing:
        """Whether enough people of the group agree to this very plan, `not_by` not counted, or why they do not."""
        rows = [dict(row) for row in self.list(plan.id)]
        return standing(plan, group, rows, not_by=not_by, verifier=self._verifier())
