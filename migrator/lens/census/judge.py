"""The new side's server as a judge of which values are the same: they are carried there into a temporary table."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Column, Connection, FromClause, MetaData, Select, insert
from sqlalchemy import Table as SqlTable
from sqlalchemy.dialects.mysql import LONGTEXT
from sqlalchemy.types import Text

from migrator.lens.census.question import as_text
from migrator.lens.places.carry import BATCH
from migrator.lens.places.meeting import Meeting
from migrator.lens.side import Side


@contextmanager
def carried(connection: Connection, meeting: Meeting, rows: Select[Any]) -> Iterator[tuple[Connection, FromClause]]:
    """A connection at the new side, and there the rows of a query over the old side, all of them canonical texts."""
    text = Text().with_variant(LONGTEXT(charset="utf8mb4"), "mysql", "mariadb")
    names = [column.name for column in rows.selected_columns]
    held = SqlTable("migrator_census", MetaData(), *(Column(name, text) for name in names), prefixes=["TEMPORARY"])
    with meeting.connect(Side.NEW) as there:
        held.create(there)
        for batch in connection.execution_options(yield_per=BATCH).execute(rows).partitions():
            there.execute(insert(held), [{name: None if cell is None else as_text(cell)
                                          for name, cell in zip(names, row, strict=True)} for row in batch])
        yield there, held
