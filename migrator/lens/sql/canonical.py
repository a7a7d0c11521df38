"""One text for each value, the same on every make: what digests, memories and transports of other makes are made of.

Texts are compared as bytes: in MariaDB they are binary strings, in PostgreSQL they have the collation "C". Each is also
a literal that PostgreSQL's COPY reads for a column of that family, and that `typed` turns back on every make:

- whole numbers, and booleans as 0 and 1: `-42`
- decimals without zeros at the end: `12.5`, `100`, `NaN`, `Infinity`; SQLite has 15 certain digits of them
- reals: the shortest digits that are read as the same 64-bit float, single precision widened before: `1e+20`, `0`
- texts: themselves; PostgreSQL and MariaDB leave out the padding of char(n)
- bytes: `\\x00ff`
- dates, times and moments: `2024-02-29 10:20:30.5`, moments of the world in UTC; `infinity` and `0044-03-15 BC` are
  PostgreSQL's alone, `0000-00-00` MariaDB's
- JSON: the text that was written, where the type keeps that; of PostgreSQL's jsonb its own text. SQLite can write any
  document so. MariaDB cannot put keys in that order: there, documents count as the same as jsonb only when their keys
  are written in its order, as those are that came from it.
- other types: their server's text
"""

from __future__ import annotations

from typing import Any, Protocol

from sqlalchemy import ColumnElement
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.types import Text

from migrator.lens.scope import Cell
from migrator.lens.sql import canonical_mariadb, canonical_postgresql, canonical_sqlite
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
    if type_.family is Family.INTEGER:  # numbers need no text
        return left.is_not_distinct_from(right)
    found: ColumnElement[bool] = canonical(left, type_).is_not_distinct_from(canonical(right, type_))
    return found


@compiles(Canonical)
def _canonical(element: Canonical, compiler: Any, **kw: Any) -> str:
    return _MAKES[make_in(compiler)].text_of(compiler.process(element.parts[0], **kw), element.of)


@compiles(Typed)
def _typed(element: Typed, compiler: Any, **kw: Any) -> str:
    return _MAKES[make_in(compiler)].value_of(compiler.process(element.parts[0], **kw), element.of)


class _Make(Protocol):
    """What each make knows: SQL of a text from SQL of a value, and back."""

    def text_of(self, value: str, type_: Type) -> str: ...

    def value_of(self, text: str, type_: Type) -> str: ...


_MAKES: dict[str, _Make] = {"postgresql": canonical_postgresql, "mariadb": canonical_mariadb,
                            "sqlite": canonical_sqlite}
