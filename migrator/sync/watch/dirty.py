"""Dirty tables: for each watched table of a side, the keys of rows that have been written since they were last taken.

An entry is added by a trigger in the transaction that writes the row, and is deleted by whoever has taken it, that very
entry and no other: neither a clock nor the order of commits says what has been done. Entries are only ever added and
deleted, so that writers never wait for each other or for us.
"""

from __future__ import annotations

import hashlib
from typing import Any

from sqlalchemy import BigInteger, DateTime, SmallInteger, Table
from sqlalchemy.types import TypeEngine

from migrator.database.base import OURS
from migrator.lens.schema import named
from migrator.sync.watch.watched import Watched

DIRTY = f"{OURS}dirty_"
"""Prefix of the names of all dirty tables."""


def dirty_name(table: str) -> str:
    """The name of a table's dirty table, within every server's limit."""
    return f"{DIRTY}{hashlib.sha256(table.encode()).hexdigest()[:16]}"


def noted(when: str, watched: Watched) -> list[str]:
    """The columns that hold the watched values before (`was`) or after (`now`) a change, in the order of `columns`."""
    return [f"{when}_{number}" for number, _ in enumerate(watched.columns, 1)]


def dirty_table(watched: Watched) -> Table:
    """The dirty table as statements name it.

    `n` numbers the entries; `at` is the moment of the write by that server's clock, in UTC, for people alone; `tries`
    counts how often the entry had to wait. `was_..` are NULL for a row that is new, `now_..` for one that is gone.
    """
    types = [watched.table.columns[name].type.in_statements for name in watched.columns]
    columns: dict[str, TypeEngine[Any]] = {"n": BigInteger(), "at": DateTime(), "tries": SmallInteger()}
    for when in ("was", "now"):
        columns |= dict(zip(noted(when, watched), types, strict=True))
    return named(dirty_name(watched.table.name), columns, watched.side)
