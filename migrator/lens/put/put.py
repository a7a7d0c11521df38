"""Put: make one side's mapped rows say what the other side says, and change nothing else.

State-based: what the source says now is compared with what the target says now, and only what differs is written,
parents first, children deleted first. Everything happens in one transaction, together with what memory learns.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Select,
    and_,
    delete,
    exists,
    insert,
    not_,
    or_,
    select,
    update,
)

from migrator.errors import WrongUse
from migrator.lens.lens import Lens, in_pair, rows_for
from migrator.lens.pair import Pair
from migrator.lens.places.meeting import Meeting
from migrator.lens.put.links import Links
from migrator.lens.put.remember import COUNTED, create_memories, remember
from migrator.lens.satellites import records_missing
from migrator.lens.schema import Table
from migrator.lens.side import Side, Way
from migrator.lens.sql.canonical import same
from migrator.lens.sql.column import as_stored
from migrator.text import _


@dataclass(frozen=True)
class Written:
    """Rows that a put has inserted, updated and deleted, links included, and pairs that it has remembered."""

    inserted: int = 0
    updated: int = 0
    deleted: int = 0
    remembered: int = 0

    def __add__(self, other: Written) -> Written:
        return Written(self.inserted + other.inserted, self.updated + other.updated, self.deleted + other.deleted,
                       self.remembered + other.remembered)


def put(lens: Lens, meeting: Meeting, way: Way) -> Written:
    """Make the target's mapped rows equal to what lens and memory make of the source's.

    Both sides must be in reach of one connection. Raises WrongUse when they are not, DatabaseError when the target
    refuses a row; nothing is written then.
    """
    require_shared(meeting)
    with meeting.connect(Side.NEW) as connection:
        with connection.begin():
            create_memories(connection, lens)  # MariaDB ends a transaction with it
        with connection.begin():
            return _put(lens, connection, way)


def require_shared(meeting: Meeting) -> None:
    """Raise WrongUse where no connection sees both sides."""
    if not meeting.shared:
        raise WrongUse(_("the two sides are on different servers, and rows can only be put inside one"),
                       where=f"{meeting.old.name}, {meeting.new.name}")


def _put(lens: Lens, connection: Connection, way: Way) -> Written:
    puts = [_Put(lens, connection, pair, way) for pair in _parents_first(lens, way)]
    for one in puts:
        one.others = [other for other in puts if other is not one]
    written = Written()
    for one in puts:
        written += one.prepare()
    for one in puts:
        one.look()
    for one in reversed(puts):
        written += one.remove(only_free=True)  # their unique values may be wanted by others
    for one in puts:
        written += one.write()
    for one in reversed(puts):
        written += one.remove()
    for one in puts:
        written += one.learn()
    return written


def _parents_first(lens: Lens, way: Way) -> list[Pair]:
    order = {table.name: n for n, table in enumerate(lens.schemas[way.target].parents_first())}
    return sorted(lens.pairs, key=lambda pair: order[pair.faces[way.target].main.name])


class _Put:
    """One pair's part."""

    def __init__(self, lens: Lens, connection: Connection, pair: Pair, way: Way) -> None:
        self._lens = lens
        self._connection = connection
        self._pair = pair
        self._way = way
        self._tables = lens.tables
        self._face = pair.faces[way.target]
        self.others: list[_Put] = []
        self._memories = lens.memories_of(pair)
        self._links = [Links(connection, pair, group, satellite, way, lens.tables, self._memories.get(group.name))
                       for group in pair.groups for satellite in group.satellites
                       if satellite.side is way.target and satellite.owner]

    def prepare(self) -> Written:
        """Make what rows of the target will refer to: numbers of an identity map, records that several rows share."""
        known = sum(remember(self._connection, memory, self._way, self._tables)
                    for memory in self._memories.values() if memory.group.always)
        made = [self._connection.execute(records_missing(self._pair, group, satellite, self._way, self._tables,
                                                         self._memories.get(group.name)), execution_options=COUNTED)
                for group in self._pair.groups for satellite in group.satellites
                if satellite.side is self._way.target and not satellite.owner]
        return Written(inserted=sum(one.rowcount for one in made), remembered=known)

    def look(self) -> None:
        """Find out whose links have changed, while both sides are still as they are."""
        for links in self._links:
            links.look()

    def remove(self, *, only_free: bool = False) -> Written:
        """Delete what the source does not have any more: links, rows of further tables, rows.

        only_free: leave rows to which others still refer, since these are about to be changed.
        """
        deleted = sum(links.remove() for links in self._links)
        for table in reversed(self._face.tables):
            clause = table.clause(self._way.target)
            unwanted = [self._unwanted(table, clause)]
            unwanted += [not_(used) for used in self._references(table, clause)] if only_free else []
            deleted += self._connection.execute(delete(clause).where(*unwanted)).rowcount
        return Written(deleted=deleted)

    def write(self) -> Written:
        """Insert what is missing and update what differs."""
        written = Written()
        for table in self._face.tables:
            written += Written(updated=self._update(table))
            written += Written(inserted=self._insert(table))
            if _owns_itself(table):
                self._update(table)
        return written + Written(inserted=sum(links.write() for links in self._links))

    def learn(self) -> Written:
        """Remember what would be lost."""
        return Written(remembered=sum(remember(self._connection, memory, self._way, self._tables)
                                      for memory in self._memories.values()))

    def _mine(self, table: Table, clause: FromClause) -> ColumnElement[bool]:
        """Whether a row of the target belongs to this pair."""
        row = self._face.read(self._tables)
        keys = row.scope.select(*row(*self._face.key)).where(in_pair(self._pair, self._way.target, row)).subquery()
        return _there(keys, dict(zip(table.key, self._face.key, strict=True)), clause)

    def _unwanted(self, table: Table, clause: FromClause) -> ColumnElement[bool]:
        """Whether a row of the target is this pair's, and is not made any more."""
        return and_(self._mine(table, clause), not_(_there(self._made(table).subquery(), _itself(table), clause)))

    def _free(self, table: Table, clause: FromClause) -> ColumnElement[bool]:
        """Whether a row of the target may be written: it is this pair's, or another pair has it and wants it no more.

        A row that is neither is in the way, and the server must say so.
        """
        return or_(self._mine(table, clause), *(other._unwanted(table, clause) for other in self.others
                                                if table in other._face.tables))

    def _references(self, table: Table, clause: FromClause) -> Iterator[ColumnElement[bool]]:
        """Conditions under which another row refers to a row of the table."""
        for child in self._lens.schemas[self._way.target].tables.values():
            for foreign in child.foreign:
                if foreign.table == table.name:
                    rows = child.clause(self._way.target).alias("child")
                    yield _there(rows, dict(zip(foreign.refers, foreign.columns, strict=True)), clause)

    def _made(self, table: Table) -> Select[tuple[object, ...]]:
        rows = rows_for(self._pair, self._way, table, self._tables, memories=self._memories)
        return as_stored(rows, {name: column.type for name, column in table.columns.items()})

    def _insert(self, table: Table) -> int:
        made, clause = self._made(table).subquery(), table.clause(self._way.target)
        later = {name for foreign in table.foreign if foreign.table == table.name for name in foreign.columns
                 if table.columns[name].nullable}  # a row may name one that comes after it
        names = [name for name in _names(made) if name not in later]
        there = exists().where(and_(*(made.c[name] == clause.c[name] for name in table.key),
                                    self._free(table, clause))).correlate(made)
        missing = select(*(made.c[name] for name in names)).where(not_(there))
        return self._connection.execute(insert(clause).from_select(names, missing), execution_options=COUNTED).rowcount

    def _update(self, table: Table) -> int:
        made, clause = self._made(table).subquery(), table.clause(self._way.target)
        own = {column for column, name in self._face.columns_of(table).items()
               if name in {p.column for p in self._pair.private if p.side is self._way.target}}
        names = [name for name in _names(made) if name not in own]
        differs = or_(*(not_(same(clause.c[name], made.c[name], table.columns[name].type)) for name in names))
        return self._connection.execute(update(clause).values({name: made.c[name] for name in names}).where(
            and_(*(clause.c[name] == made.c[name] for name in table.key)), self._free(table, clause), differs)).rowcount


def _there(rows: FromClause, on: Mapping[str, str], of: FromClause) -> ColumnElement[bool]:
    """Whether `rows` holds a row whose column, for each key of `on`, equals that column of `of`."""
    return exists().where(and_(*(of.c[mine] == rows.c[theirs] for mine, theirs in on.items()))).correlate(of)


def _itself(table: Table) -> dict[str, str]:
    return {name: name for name in table.key}


def _owns_itself(table: Table) -> bool:
    return any(foreign.table == table.name for foreign in table.foreign)


def _names(rows: FromClause) -> list[str]:
    return [column.name for column in rows.columns]
