"""How a server holds letters and which of them it takes for the same; asked of a text at any other server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Boolean, Connection, Text, literal, text
from sqlalchemy.ext.compiler import compiles

from migrator.lens.scope import Cell
from migrator.lens.sql.construct import Construct, make_in

WIDE = frozenset({"utf8mb4", "utf16", "utf16le", "utf32", "binary"})
"""Character sets of MariaDB that hold every letter."""


@dataclass(frozen=True)
class Letters:
    """A text column's character set (None: it holds every letter) and collation (None: it compares bytes)."""

    charset: str | None = None
    collation: str | None = None


class Collated(Construct):
    """A text that is equal to others exactly where a collation of this make takes them for equal."""

    name = "collated"

    def __init__(self, value: Cell, letters: Letters) -> None:
        super().__init__(value)
        self.letters = letters
        self.type = Text()


class Unsayable(Construct):
    """Whether a text holds a letter that a character set lacks; `said` are the ranges of letters that it has."""

    name = "unsayable"

    def __init__(self, value: Cell, charset: str, said: str) -> None:
        super().__init__(value, literal(f"[^{said}]"), literal(f"*[^{said}]*"))
        self.charset = charset
        self.type = Boolean()


def letters_in(connection: Connection, charset: str) -> str:
    """The letters of a character set of a MariaDB server, as ranges that stand between the brackets of a pattern.

    The server is asked for every letter beyond ASCII, which all of its character sets have.
    """
    every = "".join(map(chr, (*range(0x80, 0xD800), *range(0xE000, 0x10000))))
    preparer = connection.dialect.identifier_preparer
    there_and_back = text(f"select convert(convert(:every using {preparer.quote(charset)}) using utf8mb4)")
    found = str(connection.execute(there_and_back, {"every": every}).scalar_one())
    points = [ord(one) for one, back in zip(every, found, strict=True) if one == back]
    return "\x01-\x7f" + "".join(_ranges(points) if points else ())


def _ranges(points: list[int]) -> Iterator[str]:
    first = last = points[0]
    for point in [*points[1:], -1]:
        if point != last + 1:
            yield f"{chr(first)}-{chr(last)}"
            first = point
        last = point


CITEXT = "citext"
"""Stands for what PostgreSQL's type citext does."""


@compiles(Collated)
def _collated(element: Collated, compiler: Any, **kw: Any) -> str:
    value = compiler.process(element.parts[0], **kw)
    letters, quote = element.letters, compiler.preparer.quote_identifier
    if letters.collation is None:
        return str(value)
    if make_in(compiler) == "mariadb":
        return f"convert({value} using {quote(letters.charset)}) collate {quote(letters.collation)}"
    if letters.collation == CITEXT:
        return f"lower({value})"
    return f"({value}) collate {quote(letters.collation)}"


@compiles(Unsayable)
def _unsayable(element: Unsayable, compiler: Any, **kw: Any) -> str:
    part, pattern, glob = element.parts
    value = compiler.process(part, **kw)
    if make_in(compiler) == "postgresql":
        return f"({value} ~ {compiler.process(pattern, **kw)})"
    if make_in(compiler) == "sqlite":
        return f"({value} glob {compiler.process(glob, **kw)})"
    back = f"convert(convert({value} using {compiler.preparer.quote_identifier(element.charset)}) using utf8mb4)"
    return f"(cast({back} as binary) <> cast(convert({value} using utf8mb4) as binary))"
