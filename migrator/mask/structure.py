"""The tables of a database as masking needs them: what columns hold, what must be unique, what refers to what."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Inspector, inspect
from sqlalchemy import types as sa
from sqlalchemy.exc import SAWarning

from migrator.database.base import OURS
from migrator.mask.kinds.catalogue import DAY, JSON, TEXT, WHOLE
from migrator.mask.rules import Reference

OTHER = "other"


@dataclass(frozen=True)
class Column:
    """`holds` is text, whole (numbers), day, json or other; `length` counts characters, None without a limit."""

    name: str
    type: sa.TypeEngine[Any]
    holds: str
    length: int | None
    nullable: bool
    computed: bool


@dataclass(frozen=True)
class ForeignKey(Reference):
    """A declared one; `name` is the constraint's."""

    name: str


@dataclass(frozen=True)
class Table:
    name: str
    columns: Mapping[str, Column]
    key: tuple[str, ...]
    uniques: tuple[tuple[str, ...], ...]
    """Columns of the primary key, unique constraints and unique indexes."""
    foreign: tuple[ForeignKey, ...]

    def unique(self, column: str) -> bool:
        """Whether values of the column could meet in something that must be unique."""
        return any(column in columns for columns in self.uniques)


Structure = Mapping[str, Table]


def read_structure(connection: Connection) -> Structure:
    """All tables of the connection's own schema; ours are left out."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SAWarning)
        inspector = inspect(connection)
        return {name: _table(inspector, name) for name in sorted(inspector.get_table_names())
                if not name.startswith((OURS, "sqlite_"))}


def _table(inspector: Inspector, name: str) -> Table:
    columns = {c["name"]: _column(c) for c in inspector.get_columns(name)}
    key = tuple(inspector.get_pk_constraint(name)["constrained_columns"])
    every: Any = {"include_auto_indexes": True} if inspector.dialect.name == "sqlite" else {}
    uniques = [key] if key else []
    uniques += [tuple(found["column_names"]) for found in inspector.get_unique_constraints(name)]
    uniques += [tuple(c for c in index["column_names"] if c) for index in inspector.get_indexes(name, **every)
                if index["unique"]]
    foreign = tuple(ForeignKey(name, tuple(f["constrained_columns"]), f["referred_table"],
                               tuple(f["referred_columns"]), str(f["name"] or ""))
                    for f in inspector.get_foreign_keys(name))
    return Table(name, columns, key, tuple(dict.fromkeys(uniques)), foreign)


def _column(found: Any) -> Column:
    type_ = found["type"]
    length = type_.length if isinstance(type_, sa.String) else None
    return Column(found["name"], type_, _holds(type_), length, bool(found["nullable"]), bool(found.get("computed")))


def _holds(type_: sa.TypeEngine[Any]) -> str:
    match type_:
        case sa.Boolean() | sa.Enum():
            return OTHER
        case sa.JSON():
            return JSON
        case sa.String():
            return TEXT
        case sa.Integer():
            return WHOLE
        case sa.Date() | sa.DateTime():
            return DAY
    return OTHER
