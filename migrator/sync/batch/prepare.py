"""Prepare: what rows of the target will refer to is there before they are made.

An identity map knows every row of the batch, and records that several rows share exist.
"""

from __future__ import annotations

from migrator.errors import DatabaseError
from migrator.sync.batch.needed import Identities, Records, identities, records
from migrator.sync.batch.road import Carriage, Road
from migrator.sync.batch.script import Script
from migrator.sync.batch.shape import Shape
from migrator.sync.numbers.postgresql import PostgresqlCounter
from migrator.text import _


class Preparing:
    """What one pair needs before its rows are made."""

    def __init__(self, shape: Shape, road: Road, script: Script) -> None:
        self._shape = shape
        self._road = road
        self._script = script
        self._identities = [(one, road.carriage(one.rows, one.found, one.side, numbering=True))
                            for one in identities(shape)]
        self._records = [(one, road.carriage(one.rows, one.found, one.side)) for one in records(shape)]
        self._fresh = False

    def create(self) -> None:
        """Make the temporary tables."""
        found: list[tuple[Identities | Records, Carriage]] = [*self._identities, *self._records]
        for one, carriage in found:
            one.found.create(self._road.at(one.side))
            carriage.create()

    def number(self) -> None:
        """Give rows that the identity map does not know the next numbers of the target."""
        self._fresh = False
        for one, carriage in self._identities:
            if carriage.run():
                self._enter(one)
                self._fresh = True

    def make(self) -> None:
        """Make records that the target does not have."""
        for one, carriage in self._records:
            if carriage.run():
                self._enter(one)

    def require_free(self) -> None:
        """Raise DatabaseError when a number that was just given has become that of another row meanwhile.

        To be asked when the target's rows are locked. The batch is taken back then, and so is the number.
        """
        for one, _carriage in self._identities:
            if self._fresh and self._road.at(one.side) is self._road.target and self._road.target.ask(
                    one.taken()).first():
                raise DatabaseError(_("a number that was to be given in {table} was given to another row at the same "
                                      "moment").format(table=one.table.name), where=self._road.target.endpoint.name)

    def _enter(self, one: Identities | Records) -> None:
        session = self._road.at(one.side)
        entered = self._script.run(f"enter {one.found.name}", session, one.entered)
        target = self._road.target
        if entered and target.make == "postgresql" and one.counted is not None:
            # Its sequences do not see explicit numbers, and would give users the same ones.
            highest = session.ask(one.highest()).scalar_one()
            PostgresqlCounter(target, self._road.way.target, one.table.name, one.counted).raise_to(int(highest) + 1)
