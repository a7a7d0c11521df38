"""Columns as expressions treat them: types that one database alone knows, and documents, are texts in between."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, Text, select
from sqlalchemy.ext.compiler import compiles

from migrator.lens.scope import Cell
from migrator.lens.sql.construct import Construct, make_in
from migrator.lens.types import Family, Type


class _Taken(Construct):
    name = "taken"

    def __init__(self, column: Cell) -> None:
        super().__init__(column)
        self.type = Text()


class _Stored(Construct):
    name = "stored"

    def __init__(self, value: Cell, spelled: str) -> None:
        super().__init__(value)
        self.spelled = spelled
        self.type = Text()


def taken(column: Cell, type_: Type) -> Cell:
    """What expressions take for the value of a column: itself, or its text."""
    return _Taken(column) if type_.own or type_.family is Family.JSON else column


def as_stored(rows: Select[Any], types: Mapping[str, Type]) -> Select[Any]:
    """Rows as their columns keep them, for an INSERT: PostgreSQL takes no text for a label or a document by itself.

    types: the types of the columns that are filled, by the names that they have in the rows.
    """
    if not any(type_.spelled for type_ in types.values()):
        return rows
    made = rows.subquery("made")
    return select(*(_stored(made.c[name], types[name]).label(name) for name in made.c.keys()))  # noqa: SIM118


def _stored(value: Cell, type_: Type) -> Cell:
    return _Stored(value, type_.spelled) if type_.spelled else value


@compiles(_Taken)
def _taken(element: _Taken, compiler: Any, **kw: Any) -> Any:
    value = compiler.process(element.parts[0], **kw)
    return f"cast({value} as text)" if make_in(compiler) == "postgresql" else value


@compiles(_Stored)
def _as_spelled(element: _Stored, compiler: Any, **kw: Any) -> Any:
    value = compiler.process(element.parts[0], **kw)
    return f"cast({value} as {element.spelled})" if make_in(compiler) == "postgresql" else value
