"""Check: why some rows of a batch cannot be written as planned."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Exists, Select, Text, Update, exists, literal, select, update

from migrator.sync.batch.decide import Act
from migrator.sync.batch.shape import Shape


@dataclass(frozen=True)
class Check:
    """A reason to hold rows, as a short code and what it is about, and the query that finds them.

    rows: their numbers in the stage, labelled `stage`.
    """

    code: str
    about: str
    rows: Select[tuple[object, ...]]

    @property
    def why(self) -> str:
        """The reason as the plan keeps it."""
        return f"{self.code}: {self.about}"

    @property
    def any(self) -> Exists:
        """Whether there is such a row."""
        return exists(self.rows.correlate(None))

    def hold(self, shape: Shape) -> Update:
        """The statement that has these rows wait; it touches none that wait already, so holding comes to an end."""
        plan, found = shape.plan.clause, self.rows.subquery("stuck")
        return update(plan).where(plan.c.stage.in_(select(found.c.stage)), plan.c.act != Act.HOLD.said).values(
            act=Act.HOLD.said, why=literal(self.why, Text()))
