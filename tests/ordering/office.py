"""An office in two versions, whose rows depend on each other in every way that keys allow."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from migrator.lens.declared.compile import compile_lens
from migrator.lens.declared.mapping import Mapping
from migrator.lens.lens import Lens
from migrator.lens.places.endpoint import Endpoint
from migrator.lens.places.meeting import Meeting
from migrator.lens.places.reflect import read_schema
from migrator.lens.side import Side
from migrator.lens.verify import compare
from migrator.sync.applier import Applier, Round, open_applier
from migrator.sync.starting.start import start
from migrator.sync.watch.dirty import dirty_name
from migrator.sync.watch.watched import watched

TEAM = "create table team (id integer not null primary key, code varchar(3) not null unique, lead_id integer{note})"
PERSON = """create table person (id integer not null primary key, team_id integer, boss_id integer,
    name varchar(40), seat integer not null unique, email varchar(20) unique{note},
    foreign key (team_id) references team (id), foreign key (boss_id) references person (id))"""
LEAD = "alter table team add foreign key (lead_id) references person (id)"
TASK = """create table task (id integer not null primary key, person_id integer not null, place integer not null{note},
    unique (person_id, place), foreign key (person_id) references person (id))"""
BUG, WISH = (f"create table {name} (id integer not null primary key, title varchar(40) unique)"
             for name in ("bug", "wish"))
TICKET = """create table ticket (id integer not null primary key, kind varchar(4) not null, title varchar(40) unique,
    note varchar(40))"""
BADGE = """create table badge (id integer not null primary key, person_id integer,
    foreign key (person_id) references person (id) on delete cascade)"""
AUDIT = "create table audit (id integer not null primary key, foreign_id integer, person_id integer, " \
        "foreign key (person_id) references person (id))"
NOTE = ", note varchar(40)"
SideTables = dict[Side, list[str]]
TABLES: SideTables = {Side.OLD: [*(text.format(note="") for text in (TEAM, PERSON, TASK)), BUG, WISH],
                      Side.NEW: [*(text.format(note=NOTE) for text in (TEAM, PERSON, TASK)), TICKET, BADGE, AUDIT]}
SAID = b"""
from: "1"
to: "2"
only-new: [badge, audit]
tables:
  - {old: team, new: team, columns: [{only-new: {column: note}}]}
  - {old: person, new: person, columns: [{only-new: {column: note}}]}
  - {old: task, new: task, columns: [{only-new: {column: note}}]}
  - {old: bug, new: ticket, rows: {new: {kind: bug}}, columns: [{only-new: {column: note}}]}
  - {old: wish, new: ticket, rows: {new: {kind: wish}}, columns: [{only-new: {column: note}}]}
"""


@dataclass(frozen=True)
class Office:
    """Both versions in step."""

    lens: Lens
    meeting: Meeting
    stack: ExitStack = field(default_factory=ExitStack)
    appliers: list[Applier] = field(default_factory=list)

    def run(self, side: Side, *statements: str) -> None:
        """One transaction of an application that means its foreign keys."""
        with self.meeting.end(side).connect() as connection:
            if self.meeting.end(side).make == "sqlite":
                connection.connection.driver_connection.execute("pragma foreign_keys = on")  # before any transaction
            with connection.begin():
                for statement in statements:
                    connection.exec_driver_sql(statement)

    def old(self, *statements: str) -> None:
        """The old version writes."""
        self.run(Side.OLD, *statements)

    def new(self, *statements: str) -> None:
        """The new version writes."""
        self.run(Side.NEW, *statements)

    def rows(self, side: Side, asked: str) -> list[tuple[Any, ...]]:
        """What a query finds."""
        with self.meeting.end(side).connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(asked)]

    def came(self, asked: str) -> list[tuple[Any, ...]]:
        """What a query finds in the new version."""
        return self.rows(Side.NEW, asked)

    def small(self, batch: int) -> None:
        """Have batches of about so many entries from now on."""
        self.stack.close()
        self.appliers.clear()
        self.appliers.append(self.stack.enter_context(
            open_applier(self.lens, self.meeting, holder="test", batch=batch)))

    def round(self) -> Round:
        """Carry one batch each way."""
        return self.appliers[0].round()

    def drain(self) -> None:
        """Carry everything, and require that both sides say the same."""
        for _round in range(300):
            if not self.round().entries:
                break
        assert self.waiting() == 0
        assert compare(self.lens, self.meeting).equal

    def clear(self) -> None:
        """Have nobody and nothing left."""
        self.new("delete from badge", "delete from audit")
        self.old("update team set lead_id = null", "update person set boss_id = null",
                 *(f"delete from {table}" for table in ("task", "person", "team", "bug", "wish")))
        self.drain()

    def waiting(self) -> int:
        """Entries that are left in the dirty tables of both sides."""
        return sum(found for side in Side for one in watched(self.lens, side)
                   for found, in self.rows(side, f"select count(*) from {dirty_name(one.table.name)}"))


class Apart(Meeting):
    """Two databases that no connection is allowed to see together."""

    shared = False


def founded(old: Endpoint, new: Endpoint, *, apart: bool = False, said: bytes = SAID,
            tables: SideTables = TABLES) -> Office:
    """An empty office in two empty databases."""
    for side, end in ((Side.OLD, old), (Side.NEW, new)):
        with end.connect() as connection, connection.begin():
            for statement in tables[side]:
                connection.exec_driver_sql(statement)
            if end.make != "sqlite":
                connection.exec_driver_sql(LEAD)
    lens = compile_lens(Mapping.parse(said, "office.yaml"), read_schema(old), read_schema(new))
    office = Office(lens, (Apart if apart else Meeting)(old, new))
    start(lens, office.meeting)
    office.small(1000)
    return office
