"""Texts on their way into typed columns: a temporary table without keys, emptied by one strict INSERT..SELECT."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Column, MetaData, Select, Table, Text, select
from sqlalchemy.dialects.mysql import LONGBLOB
from sqlalchemy.schema import CreateTable, DropTable
from sqlalchemy.sql.elements import quoted_name

from migrator.database.base import OURS
from migrator.lens.copy.keys import WAY
from migrator.lens.copy.load import Load
from migrator.lens.copy.session import Session
from migrator.lens.sql.canonical import typed
from migrator.lens.sql.column import as_stored


class Staging:
    """The canonical texts of one chunk; made empty, within the transaction of the chunk."""

    def __init__(self, target: Session, load: Load) -> None:
        self._target = target
        self._load = load
        self.table = Table(f"{OURS}staging", MetaData(), *(
            Column(quoted_name(name, quote=True), Text().with_variant(LONGBLOB(), "mysql", "mariadb"))
            for name in load.columns), prefixes=["TEMPORARY"])
        with target.refusals():
            target.connection.execute(CreateTable(self.table))

    @property
    def values(self) -> Select[Any]:
        """What the texts stand for, as a query at the target."""
        types = self._load.columns
        values = select(*(typed(self.table.c[name], type_).label(name) for name, type_ in types.items()))
        return as_stored(values, types)

    def unload(self) -> int:
        """Insert what the texts stand for; rows inserted. The table is gone then."""
        inserted = self._target.insert(WAY.target, self._load.table, self._load.columns, self.values)
        self.drop()
        return inserted

    def drop(self) -> None:
        """Be gone."""
        with self._target.refusals():
            self._target.connection.execute(DropTable(self.table))
