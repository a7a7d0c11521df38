"""Whether a text as a whole looks like something, asked in what regular expressions of all makes have in common."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, ColumnElement, Text, literal
from sqlalchemy.ext.compiler import compiles

from migrator.lens.scope import Cell
from migrator.lens.sql.construct import Construct, make_in


class Matches(Construct):
    """Whether the whole of a text matches a pattern, letters told apart by case; NULL of NULL."""

    name = "matches"

    def __init__(self, text: Cell, pattern: str) -> None:
        # The end of MariaDB's pattern lets one line break through.
        super().__init__(text, literal(f"^(?:{pattern})$"), literal(f"(?-i)^(?:{pattern})$(?!\n)"), literal(pattern))
        self.type = Boolean()


class Rearranged(Construct):
    """A text whose groups are put together in another way, where its whole matches; else the text as it is."""

    name = "rearranged"

    def __init__(self, text: Cell, pattern: str, into: str) -> None:
        super().__init__(text, literal(f"^{pattern}$"), literal(into))
        self.type = Text()


def matches(text: Cell, pattern: str) -> ColumnElement[bool]:
    """Whether the whole of a text matches; use [0-9] and the like in the pattern, nothing with a backslash."""
    return Matches(text, pattern)


@compiles(Matches)
def _matches(element: Matches, compiler: Any, **kw: Any) -> str:
    text, posix, perl, whole = element.parts
    value, make = compiler.process(text, **kw), make_in(compiler)
    if make == "postgresql":  # in the letters of no language: that is much faster
        return f"(cast({value} as text) collate \"C\" ~ {compiler.process(posix, **kw)})"
    if make == "mariadb":
        return f"(convert({value} using utf8mb4) regexp {compiler.process(perl, **kw)})"
    return f"migrator_matches({value}, {compiler.process(whole, **kw)})"


@compiles(Rearranged)
def _rearranged(element: Rearranged, compiler: Any, **kw: Any) -> str:
    text, pattern, into = (compiler.process(part, **kw) for part in element.parts)
    if make_in(compiler) == "sqlite":
        return f"migrator_rearranged({text}, {pattern}, {into})"
    text = text if make_in(compiler) == "postgresql" else f"convert({text} using utf8mb4)"
    return f"regexp_replace({text}, {pattern}, {into})"
