"""The road of one way: a connection at the source and one at the target, which may be the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select

from migrator.lens.copy.session import Session
from migrator.lens.lens import Lens
from migrator.lens.places.meeting import Meeting
from migrator.lens.scope import Tables
from migrator.lens.side import Side, Way
from migrator.sync.batch.script import Script
from migrator.sync.batch.temporary import Temporary


@dataclass(frozen=True)
class Road:
    """Where the two ends of a way are reached. Inside one server all happens in one transaction."""

    way: Way
    source: Session
    target: Session
    tables: Tables
    """What stands for a table at the source, where values are made."""

    @property
    def shared(self) -> bool:
        """Whether one connection sees both sides."""
        return self.source.connection is self.target.connection

    def at(self, side: Side) -> Session:
        """The connection at a side."""
        return self.source if side is self.way.source else self.target

    def bring(self, script: Script, rows: Callable[[], Select[Any]], into: Temporary) -> int:
        """Bring the rows of a query at the source into a temporary table of the target, empty before; how many."""
        return script.fill(into, self.target, rows)

    def bring_back(self, script: Script, rows: Callable[[], Select[Any]], into: Temporary) -> int:
        """Bring the rows of a query at the target into a temporary table of the source, empty before; how many."""
        return script.fill(into, self.source, rows)


@contextmanager
def shared_road(lens: Lens, meeting: Meeting, way: Way) -> Iterator[Road]:
    """The road inside one server."""
    with meeting.connect(Side.NEW) as connection:
        session = Session(meeting.new, connection)
        session.read_without_locks()
        yield Road(way, session, session, lens.tables)
