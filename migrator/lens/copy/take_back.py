"""Take a copy back: the tables that it filled are empty again, and nothing of ours is left in the database.

Only the new side and what was written down before the copy are needed: the old side may be gone by then.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import delete, inspect, table
from sqlalchemy.sql.elements import quoted_name

from migrator.lens.copy.aside.aside import Aside
from migrator.lens.copy.aside.notes import NOTES, read_notes
from migrator.lens.copy.ledger import Ledger
from migrator.lens.copy.session import Session
from migrator.lens.copy.unit import Unit
from migrator.lens.lens import Lens
from migrator.lens.places.endpoint import Endpoint
from migrator.lens.places.meeting import Meeting
from migrator.lens.places.reflect import read_schema
from migrator.lens.schema import named
from migrator.lens.side import Side


@dataclass(frozen=True)
class Footprint:
    """What a copy by a lens leaves: the tables that it fills, children first, its memories, and its digest.

    `statements` empty those tables when people have to do it, each in a session of its own.
    """

    lens: str
    tables: tuple[str, ...]
    memories: tuple[str, ...]
    statements: tuple[str, ...]

    @classmethod
    def of(cls, lens: Lens, meeting: Meeting) -> Footprint:
        """The footprint of a copy that may not have begun."""
        filled = {one.name for place in range(len(lens.pairs)) for one in Unit(lens, meeting, place, 0).tables}
        parents_first = [one.name for one in lens.schemas[Side.NEW].parents_first() if one.name in filled]
        children_first = tuple(reversed(parents_first))
        return cls(lens.digest, children_first, tuple(memory.name for memory in lens.memories),
                   tuple(_emptying(meeting.new, name) for name in children_first))

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Footprint:
        return cls(data["lens"], tuple(data["tables"]), tuple(data["memories"]), tuple(data["statements"]))

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def take_back(end: Endpoint, footprint: Footprint) -> int:
    """Empty the tables that a copy has begun to fill, and remove what is ours; rows removed.

    Those tables were empty before, so rows that others have added since go too. Safe to repeat, also when the copy
    stopped half-way or never began. Raises DatabaseError where other tables refer to rows.
    """
    rows = 0
    with _session(end) as target:
        ledger = Ledger(target.connection, footprint.lens)
        if ledger.begun():
            aside = _aside(target, footprint)
            aside.set()  # else a row would have to go after every row that names it
            with target.connection.begin():
                for name in footprint.tables:
                    rows += target.connection.execute(delete(named(name, {}, Side.NEW))).rowcount
                ledger.forget()
    clear(end, footprint)
    return rows


def clear(end: Endpoint, footprint: Footprint) -> None:
    """Remove our own tables; indexes and foreign keys that are set aside are made again first. Safe to repeat."""
    with _session(end) as target:
        if _there(target, NOTES.name):
            _aside(target, footprint).make_again()
            with target.connection.begin():
                settled = not read_notes(target.connection)
            if settled:
                _drop(target, NOTES.name)
        for name in footprint.memories:
            if _there(target, name):
                _drop(target, name)
        ledger = Ledger(target.connection, footprint.lens)
        if ledger.begun():
            with target.connection.begin():
                ledger.forget()
        ledger.drop()


@contextmanager
def _session(end: Endpoint) -> Iterator[Session]:
    with end.connect({Side.NEW: end.namespace}) as connection:
        yield Session(end, connection)


def _aside(target: Session, footprint: Footprint) -> Aside:
    schema = read_schema(target.endpoint)
    return Aside(target, schema, [schema.tables[name] for name in footprint.tables if name in schema.tables])


def _emptying(end: Endpoint, name: str) -> str:
    statement = str(delete(table(quoted_name(name, quote=True))).compile(dialect=end.engine.dialect))
    # MariaDB looks at every single row: one that names another of its table could not go before that.
    return f"SET foreign_key_checks = 0; {statement}" if end.make == "mariadb" else statement


def _there(target: Session, name: str) -> bool:
    with target.connection.begin():
        return inspect(target.connection).has_table(name, schema=target.schema(Side.NEW))


def _drop(target: Session, name: str) -> None:
    with target.connection.begin():
        named(name, {}, Side.NEW).drop(target.connection)
