"""Where the two sides meet: in one connection that sees both, or as two that know nothing of each other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from migrator.errors import DatabaseError
from migrator.lens.places.endpoint import Endpoint
from migrator.lens.side import Side


@dataclass(frozen=True)
class Meeting:
    """Both endpoints of a lens."""

    old: Endpoint
    new: Endpoint

    def end(self, side: Side) -> Endpoint:
        """The endpoint of a side."""
        return self.old if side is Side.OLD else self.new

    @cached_property
    def shared(self) -> bool:
        """Whether one connection sees both sides, so that rows go from one to the other inside the server."""
        if self.old.server != self.new.server:
            return False
        return self.old.make != "mariadb" or (_may_see(self.new, self.old) and _may_see(self.old, self.new))

    @contextmanager
    def connect(self, side: Side) -> Iterator[Connection]:
        """A connection at a side's database; statements find the schema `old` or `new` there, and both when shared."""
        end, other = self.end(side), self.end(side.other)
        if end.make == "sqlite":
            with end.connect({side: "main", side.other: "there"}) as connection:
                if self.shared:
                    connection.execute(text("ATTACH :file AS there"), {"file": other.url.database})
                    connection.commit()
                yield connection
        else:
            with end.connect(self._schemas(side)) as connection:
                yield connection

    def _schemas(self, side: Side) -> dict[str, str]:
        here: dict[str, Any] = {side: self.end(side).namespace}
        return {**here, side.other: self.end(side.other).namespace} if self.shared else here


def _may_see(who: Endpoint, what: Endpoint) -> bool:
    """Whether the login of one endpoint can read the other's database."""
    try:
        with who.connect() as connection:
            found = connection.execute(text("select 1 from information_schema.schemata where schema_name = :name"),
                                       {"name": what.namespace})
            return found.first() is not None
    except (DBAPIError, DatabaseError):
        return False
