"""One text for each value, the same on every make: what digests, memories and transports of other makes are made of.

Texts are compared as bytes: in MariaDB they are binary strings, in PostgreSQL they have the collation "C".
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.types import Text

from migrator.lens.scope import Cell
from migrator.lens.sql.construct import Construct, make_in
from migrator.lens.types import Family, Type


class Canonical(Construct):
    """A value as its one text."""

    name = "canonical"

    def __init__(self, value: Cell, type_: Type) -> None:
        super().__init__(value)
        self.of = type_
        self.type = Text()


class Typed(Construct):
    """The value that a canonical text stands for, as a column of this type would hold it."""

    name = "typed"

    def __init__(self, text: Cell, type_: Type) -> None:
        super().__init__(text)
        self.of = type_
        self.type = type_.in_statements


def canonical(value: Cell, type_: Type) -> Cell:
    """The one text of a value of this type; NULL stays NULL."""
    return Canonical(value, type_)


def typed(text: Cell, type_: Type) -> Cell:
    """The value of a canonical text."""
    return Typed(text, type_)


def same(left: Cell, right: Cell, type_: Type) -> ColumnElement[bool]:
    """Whether two values of this type are the same to the last byte; NULL is the same as NULL and as nothing else."""
    found: ColumnElement[bool] = canonical(left, type_).is_not_distinct_from(canonical(right, type_))
    return found


@compiles(Canonical)
def _canonical(element: Canonical, compiler: Any, **kw: Any) -> str:
    value = compiler.process(element.parts[0], **kw)
    return _TEXTS[make_in(compiler)].get(element.of.family, _PLAIN[make_in(compiler)]).format(value)


@compiles(Typed)
def _typed(element: Typed, compiler: Any, **kw: Any) -> str:
    value = compiler.process(element.parts[0], **kw)
    return _VALUES[make_in(compiler)].get(element.of.family, "{}").format(value)


_PLAIN = {"postgresql": "cast({} as text) collate \"C\"", "mariadb": "cast(cast({} as char) as binary)",
          "sqlite": "cast({} as text)"}
_TEXTS: dict[str, dict[Family, str]] = {"postgresql": {}, "mariadb": {}, "sqlite": {}}
_VALUES: dict[str, dict[Family, str]] = {
    "postgresql": {Family.INTEGER: "cast({} as bigint)", Family.DECIMAL: "cast({} as numeric)"},
    "mariadb": {Family.TEXT: "convert({} using utf8mb4)"},
    "sqlite": {Family.INTEGER: "cast({} as integer)"},
}
