"""Two versions of a small shop: a list of links, a value in other words, a check that one side alone has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import text

from migrator.lens.declared.compile import compile_lens
from migrator.lens.declared.mapping import Mapping
from migrator.lens.lens import Lens
from migrator.lens.places.endpoint import Endpoint
from migrator.lens.places.meeting import Meeting
from migrator.lens.places.reflect import read_schema
from migrator.lens.side import Side
from migrator.sync.applier import Drained, open_applier
from migrator.sync.starting.start import start

OLD = ("create table customer (id integer not null primary key, title varchar(40))",
       "create table task (id integer not null primary key, title varchar(200), state varchar(5), hours decimal(10,2), "
       "members varchar(100), customer_id integer, fax varchar(20))")
NEW = ("create table client (id integer not null primary key, label varchar(40) unique check (label <> 'bad'))",
       "create table item (id integer not null primary key, subject varchar(40), status varchar(10), "
       "hours decimal(10,2) check (hours < 1000), client_id integer, note varchar(20), "
       "foreign key (client_id) references client (id))",
       "create table item_member (item_id integer not null, member varchar(20) not null, "
       "primary key (item_id, member), foreign key (item_id) references item (id) on delete cascade)")
SAID = """
from: "1"
to: "2"
tables:
  - old: customer
    new: client
    columns:
      - rename: {{old: title, new: label}}
  - old: task
    new: item
    conflict: {policy}
    columns:
      - rename: {{old: title, new: subject}}
      - values: {{old: state, new: status, map: {{O: open, C: closed}}}}
      - rename: {{old: customer_id, new: client_id}}
      - explode: {{old: members, separator: ",", new: {{table: item_member, owner: item_id, value: member}}}}
      - only-old: {{column: fax}}
      - only-new: {{column: note}}
"""
TASK = "insert into task (id, title, state, hours, members) values (1, '合同', 'O', 1.5, 'li,wang')"


@dataclass(frozen=True)
class Shop:
    """Both sides, kept in step."""

    lens: Lens
    meeting: Meeting

    @classmethod
    def opened(cls, meeting: Meeting, policy: str = "pilot", before: tuple[str, ...] = ()) -> Shop:
        """Both sides from nothing, with one task that both agree on, and what was written on the old side before."""
        for end, statements in ((meeting.old, OLD), (meeting.new, NEW)):
            with end.connect() as connection, connection.begin():
                for statement in statements:
                    connection.execute(text(statement))
        lens = compile_lens(Mapping.parse(SAID.format(policy=policy).encode(), "m.yaml"), read_schema(meeting.old),
                            read_schema(meeting.new))
        shop = cls(lens, meeting)
        shop.old(TASK, *before)
        start(lens, meeting)
        return shop

    def old(self, *statements: str) -> None:
        """Somebody writes on the old side, all in one transaction."""
        self._write(self.meeting.old, statements)

    def new(self, *statements: str) -> None:
        """Somebody writes on the new side."""
        self._write(self.meeting.new, statements)

    def write(self, side: Side, *statements: str) -> None:
        """Somebody writes on a side."""
        self._write(self.meeting.end(side), statements)

    def drain(self) -> Drained:
        """Carry all that can be carried."""
        with open_applier(self.lens, self.meeting, holder="test") as applier:
            return applier.drain()

    def rows(self, side: Side, asked: str) -> list[tuple[Any, ...]]:
        """What somebody reads on a side."""
        with self.meeting.end(side).connect() as connection:
            return [tuple(row) for row in connection.execute(text(asked))]

    def titles(self) -> dict[int, tuple[str, str]]:
        """What both sides call the tasks, by their numbers."""
        new: dict[int, str] = dict(self.rows(Side.NEW, "select id, subject from item"))
        return {number: (title, new[number]) for number, title in self.rows(Side.OLD, "select id, title from task")}

    def _write(self, end: Endpoint, statements: tuple[str, ...]) -> None:
        with end.connect() as connection, connection.begin():
            for statement in statements:
                connection.execute(text(statement))
