"""Set indexes and foreign keys aside, and make them again: what is dropped is written down before it is dropped.

The notes lie in the target's database, in a table of ours: a process that dies in between loses none of them.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence

from migrator.errors import DatabaseError
from migrator.lens.copy.aside.definition import INDEX, Definition, Definitions
from migrator.lens.copy.aside.mariadb import of_mariadb
from migrator.lens.copy.aside.notes import NOTES, read_notes, write_notes
from migrator.lens.copy.aside.postgresql import of_postgresql
from migrator.lens.copy.aside.sqlite import of_sqlite
from migrator.lens.copy.aside.violations import require_parents, require_unique
from migrator.lens.copy.session import Session
from migrator.lens.schema import Schema, Table

log = logging.getLogger(__name__)
_READ: dict[str, Definitions] = {"postgresql": of_postgresql, "mariadb": of_mariadb, "sqlite": of_sqlite}


class Aside:
    """What is set aside at one target."""

    def __init__(self, target: Session, schema: Schema, tables: Sequence[Table]) -> None:
        self._target = target
        self._connection = target.connection
        self._schema = schema
        self._tables = tables

    def set(self) -> None:
        """Note and drop what can be made again; does nothing where an earlier copy has done it."""
        with self._connection.begin():
            NOTES.create(self._connection, checkfirst=True)
            found = sorted((d for table in self._tables for d in self._definitions(table)),
                           key=lambda d: d.kind == INDEX)  # an index may be needed by a foreign key
            write_notes(self._connection, found)
        with self._connection.begin():
            for definition in found:
                self._target.run_as_told(definition.drop)

    def make_again(self) -> None:
        """Make everything that was noted, one by one: first indexes, then foreign keys; what is there already stays.

        Raises DatabaseError that names the rows which an index or a foreign key does not allow.
        """
        with self._connection.begin():
            notes = read_notes(self._connection)
        for number, noted in notes:
            try:
                with self._connection.begin():
                    self._make(noted)
                    self._connection.execute(NOTES.delete().where(NOTES.c.number == number))
            except DatabaseError:
                self._name_rows(noted)
                raise
        if self._target.make == "sqlite":  # which asks nobody for parents while it loads
            with self._connection.begin():
                for table in self._tables:
                    require_parents(self._target, table, self._schema)

    def _make(self, noted: Definition) -> None:
        table = self._schema.tables[noted.table]
        if any((known.kind, known.name) == (noted.kind, noted.name) for known in self._definitions(table)):
            return
        log.info("%s: %s %s is made again", noted.table, noted.kind, noted.name)
        if noted.kind == INDEX or self._target.make != "mariadb":
            self._target.run_as_told(noted.make)
            return
        require_parents(self._target, table, self._schema)
        self._target.run("SET foreign_key_checks = 0")  # it would copy the whole table to look at what was just seen
        self._target.run_as_told(noted.make)
        self._target.run("SET foreign_key_checks = 1")

    def _name_rows(self, noted: Definition) -> None:
        table = self._schema.tables[noted.table]
        with self._connection.begin():
            if noted.kind == INDEX:
                require_unique(self._target, table)
            else:
                require_parents(self._target, table, self._schema)

    def _definitions(self, table: Table) -> list[Definition]:
        return _READ[self._target.make](self._target, table, [other.name for other in self._tables])
