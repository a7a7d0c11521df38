"""The new side's letters: which of them its columns hold, and which texts its server takes for the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, text

from migrator.lens.places.endpoint import Endpoint
from migrator.lens.places.meeting import Meeting
from migrator.lens.schema import Schema
from migrator.lens.scope import Cell
from migrator.lens.sql.canonical import canonical
from migrator.lens.sql.letters import CITEXT, WIDE, Collated, Letters, letters_in
from migrator.lens.types import Family, Type

Place = tuple[str, str]
"""A table and one of its columns."""

_SPECIAL = """
    select c.relname, a.attname, case t.typname when 'citext' then t.typname else l.collname end
    from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_type t on t.oid = a.atttypid
    left join pg_collation l on l.oid = a.attcollation and not l.collisdeterministic
    where c.relnamespace = current_schema()::regnamespace and a.attnum > 0
    and (t.typname = 'citext' or l.oid is not null)"""
_COLLATIONS = {
    "mariadb": "select collation_name from information_schema.collations",
    "postgresql": "select collname from pg_collation where not collisdeterministic",
    "sqlite": "select name from pragma_collation_list",
}


@dataclass(frozen=True)
class Alphabet:
    """The letters of all text columns of the new side that are in any way special.

    `said` are the letters of each narrow character set, as ranges for a pattern; `known` is whether the old side's
    server has all those collations too, so that it can tell what the new side's takes for the same.
    """

    columns: Mapping[Place, Letters]
    said: Mapping[str, str]
    known: bool

    def of(self, table: str, column: str) -> Letters:
        """The letters of a column; one of which nobody says more holds every letter and compares bytes."""
        return self.columns.get((table, column), Letters())

    def alike(self, cell: Cell, table: str, column: str, type_: Type) -> Cell:
        """What is equal where the column of the new side takes two values for the same.

        By bytes, where only the new side's server could tell better.
        """
        if type_.family is Family.INTEGER:
            return cell
        if type_.family is Family.TEXT and self.known and self.of(table, column).collation:
            return Collated(cell, self.of(table, column))
        return canonical(cell, type_)


def alphabet(meeting: Meeting, schema: Schema) -> Alphabet:
    """Ask the new side's server for its letters, and the old side's whether it knows them; `schema` is the new one."""
    with meeting.new.connect() as connection:
        columns = dict(_letters(connection, schema))
        narrow = {letters.charset for letters in columns.values() if letters.charset} - WIDE
        said = {charset: letters_in(connection, charset) for charset in sorted(narrow)}
    collations = {letters.collation for letters in columns.values()}
    return Alphabet(columns, said, meeting.old.make == schema.make and collations <= _known(meeting.old))


def _letters(connection: Connection, schema: Schema) -> Iterator[tuple[Place, Letters]]:
    if schema.make == "sqlite":
        yield from _of_indexes(connection, schema)
    elif schema.make == "postgresql":
        for table, column, collation in connection.execute(text(_SPECIAL)):
            yield (table, column), Letters(None, collation)
    else:
        for found in schema.tables.values():
            for each in found.columns.values():
                if each.type.charset:
                    yield (found.name, each.name), Letters(each.type.charset, each.type.collation)


def _of_indexes(connection: Connection, schema: Schema) -> Iterator[tuple[Place, Letters]]:
    """SQLite tells the collations of columns that are in an index, and of no others."""
    quote = connection.dialect.identifier_preparer.quote_identifier
    for table in schema.tables:
        for _n, index, *_rest in connection.exec_driver_sql(f"pragma index_list({quote(table)})").all():
            for _s, _c, column, _d, collation, key in connection.exec_driver_sql(f"pragma index_xinfo({quote(index)})"):
                if key and column and collation != "BINARY":
                    yield (table, column), Letters(None, collation)


def _known(end: Endpoint) -> set[str]:
    with end.connect() as connection:
        return {CITEXT, *connection.execute(text(_COLLATIONS[end.make])).scalars()}
