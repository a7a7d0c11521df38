"""Values that their column's type does not promise, or that the other side has no place for."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean
from sqlalchemy.ext.compiler import compiles

from migrator.lens.scope import Cell
from migrator.lens.sql.construct import Construct, make_in
from migrator.lens.sql.zone import Moved
from migrator.lens.types import Family


class Broken(Construct):
    """Whether a text is no JSON document; PostgreSQL, which cannot tell before its version 16, never says so."""

    name = "broken"

    def __init__(self, text: Cell) -> None:
        super().__init__(text)
        self.type = Boolean()


class Peculiar(Construct):
    """Whether only the make that is asked has such a date, time or moment: infinity, 44 BC, 0000-00-00, -30:00:00."""

    name = "peculiar"

    def __init__(self, value: Cell, family: Family) -> None:
        super().__init__(value)
        self.family = family
        self.type = Boolean()


class Vanished(Construct):
    """Whether moving a moment by some hours has made NULL of it, as in MariaDB and SQLite beyond the year 9999."""

    name = "vanished"

    def __init__(self, before: Cell, after: Cell) -> None:
        super().__init__(before, after)
        self.type = Boolean()


class Unlike(Construct):
    """Whether a value is none of a family, though its column's type says so."""

    name = "unlike"

    def __init__(self, value: Cell, family: Family) -> None:
        super().__init__(value)
        self.family = family
        self.type = Boolean()


class HasNul(Construct):
    """Whether a text holds the character NUL, which PostgreSQL has no place for."""

    name = "has_nul"

    def __init__(self, text: Cell) -> None:
        super().__init__(text)
        self.type = Boolean()


@compiles(Broken)
def _broken(element: Broken, compiler: Any, **kw: Any) -> str:
    if make_in(compiler) == "postgresql":
        return "(1 = 0)"
    return f"(not json_valid({compiler.process(element.parts[0], **kw)}))"


@compiles(HasNul)
def _has_nul(element: HasNul, compiler: Any, **kw: Any) -> str:
    value = compiler.process(element.parts[0], **kw)
    # Bytes are looked through in half the time of letters, and in UTF-8 no other letter has this one.
    return {"postgresql": "(1 = 0)", "mariadb": f"(locate(x'00', cast(convert({value} using utf8mb4) as binary)) > 0)",
            "sqlite": f"(instr({value}, char(0)) > 0)"}[make_in(compiler)]


@compiles(Unlike)
def _unlike(element: Unlike, compiler: Any, **kw: Any) -> str:
    if make_in(compiler) != "sqlite":
        return "(1 = 0)"
    return f"migrator_unlike({compiler.process(element.parts[0], **kw)}, '{element.family}')"


@compiles(Vanished)
def _vanished(element: Vanished, compiler: Any, **kw: Any) -> str:
    if make_in(compiler) == "postgresql":
        return "(1 = 0)"
    before, after = (compiler.process(part, **kw) for part in element.parts)
    if make_in(compiler) == "mariadb":  # looking whether it may vanish at all costs less than moving it
        edge = f"{before} not between '0001-02-01' and '9999-12-01' or dayofmonth({before}) = 0 or month({before}) = 0"
        return f"({before} is not null and ({edge}) and {after} is null)"
    return f"({before} is not null and {after} is null)"


@compiles(Peculiar)
def _peculiar(element: Peculiar, compiler: Any, **kw: Any) -> str:
    value, clock = compiler.process(element.parts[0], **kw), element.family is Family.TIME
    if make_in(compiler) == "mariadb":
        if isinstance(element.parts[0], Moved):  # no such moment comes out of a calculation: it gives NULL instead
            return "(1 = 0)"
        return (f"({value} < '00:00:00' or {value} > '24:00:00')" if clock else
                f"(year({value}) = 0 or month({value}) = 0 or dayofmonth({value}) = 0)")
    if clock:
        return "(1 = 0)"
    if make_in(compiler) == "sqlite":  # dates are texts there
        return f"({value} < '0001-01-01')"
    return f"({value} < '0001-01-01' or {value} >= '10000-01-01')"
