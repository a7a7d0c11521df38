"""MariaDB's triggers dropped and made again: it can neither disable one nor drop one within a transaction."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, text

from migrator.mask.hindrances import run, update_triggers
from migrator.mask.marks import TRIGGER, Marks


class TriggersAside:
    """Their texts are kept among the marks, so that they come back also after this process was killed."""

    def __init__(self, connection: Connection, marks: Marks) -> None:
        self._connection, self._marks = connection, marks

    def put_aside(self, tables: Collection[str]) -> None:
        """Drop every trigger that acts on changes of these tables."""
        with self._connection.begin():
            found = update_triggers(self._connection, tables) if tables else []
            away = self._marks.triggers()
        for table, name in found:
            if (table, name) not in away:
                with self._connection.begin():
                    self._marks.add(table, name, TRIGGER, text=self._text(name))
            with self._connection.begin():
                run(self._connection, "DROP TRIGGER {}", name)

    def put_back(self) -> None:
        """Make all of them again that are away."""
        with self._connection.begin():
            away = self._marks.triggers()
            there = update_triggers(self._connection, {table for table, _name in away}) if away else []
        for (table, name), kept in away.items():
            mode, _line, statement = kept.partition("\n")
            with self._connection.begin():
                if (table, name) not in there:
                    self._connection.execute(text("SET sql_mode = :mode"), {"mode": mode})
                    self._connection.exec_driver_sql(statement, execution_options={"no_parameters": True})
                self._marks.forget_trigger(table, name)

    def _text(self, name: str) -> str:
        """The mode of SQL that it was made in, and what makes it again."""
        quote = self._connection.dialect.identifier_preparer.quote_identifier
        said = self._connection.exec_driver_sql(f"SHOW CREATE TRIGGER {quote(name)}").one()
        return f"{said[1]}\n{said[2]}"
