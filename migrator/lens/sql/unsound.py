"""Values that their column's type does not promise, or that the other side has no place for."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean
from sqlalchemy.ext.compiler import compiles

from migrator.lens.scope import Cell
from migrator.lens.sql.construct import Construct, make_in
from migrator.lens.types import Family


class Broken(Construct):
    """Whether a text is no JSON document; PostgreSQL, which cannot tell before its version 16, never says so."""

    name = "broken"

    def __init__(self, text: Cell) -> None:
        super().__init__(text)
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
    return {"postgresql": "(1 = 0)", "mariadb": f"(locate(x'00', {value}) > 0)",
            "sqlite": f"(instr({value}, char(0)) > 0)"}[make_in(compiler)]


@compiles(Unlike)
def _unlike(element: Unlike, compiler: Any, **kw: Any) -> str:
    if make_in(compiler) != "sqlite":
        return "(1 = 0)"
    return f"migrator_unlike({compiler.process(element.parts[0], **kw)}, '{element.family}')"
