"""Parts of one text: told apart by a separator, and freed from the white space around them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Integer, Text, cast, func, literal
from sqlalchemy.ext.compiler import compiles

from migrator.lens.scope import Cell
from migrator.lens.sql.construct import Construct, make_in
from migrator.lens.sql.length import Characters

WHITE = "".join(("\t\n\v\f\r\x1c\x1d\x1e\x1f \x85\xa0\u1680", *map(chr, range(0x2000, 0x200B)),
                 "\u2028\u2029\u202f\u205f\u3000"))
"""The letters that Unicode calls white space (and Python's `strip` takes away), the wide one of Chinese among them."""


def _part_of(text: str | None, separator: str, number: int) -> str | None:
    return text and "".join(text.split(separator)[number - 1:number])


FUNCTIONS: dict[str, tuple[int, Callable[..., Any]]] = {"migrator_part": (3, _part_of)}
"""What SQLite is taught, with the number of its arguments."""


class _Part(Construct):
    name = "part"

    def __init__(self, text: Cell, separator: str, number: int) -> None:
        super().__init__(text, literal(separator))
        self.number = number
        self.type = Text()


class _Trimmed(Construct):
    name = "trimmed"

    def __init__(self, text: Cell) -> None:
        super().__init__(text, literal(WHITE), literal(f"^[{WHITE}]+|[{WHITE}]+$"))
        self.type = Text()


def part(text: Cell, separator: str, number: int) -> Cell:
    """One part of a text, counted from 1, among as many as its separators make. Ask `has_part` first."""
    return _Part(text, separator, number)


def rest(text: Cell, separator: str, number: int) -> Cell:
    """All of a text from one part on, its further separators included. Ask `has_part` first."""
    before = sum((Characters(part(text, separator, n)) + len(separator) for n in range(1, number)), start=literal(1))
    return piece(text, before)


def piece(text: Cell, start: Cell, size: Cell | None = None) -> Cell:
    """So many characters of a text, counted from 1; all that follow if left out."""
    # PostgreSQL counts them in 32 bits and does not make shorter numbers by itself
    numbers = [start] if size is None else [start, size]
    return func.substr(text, *(cast(number, Integer) for number in numbers), type_=Text())


def has_part(text: Cell, separator: str, number: int) -> ColumnElement[bool]:
    """Whether a text has so many parts; NULL of NULL."""
    without = Characters(func.replace(text, separator, "", type_=Text()))
    return Characters(text) - without >= (number - 1) * len(separator)


def trimmed(text: Cell) -> Cell:
    """A text without the white space around it."""
    return _Trimmed(text)


@compiles(_Part)
def _said_part(element: _Part, compiler: Any, **kw: Any) -> str:
    text, separator = (compiler.process(found, **kw) for found in element.parts)
    if make_in(compiler) == "postgresql":
        return f"split_part({text}, {separator}, {element.number})"
    if make_in(compiler) == "mariadb":
        return f"substring_index(substring_index({text}, {separator}, {element.number}), {separator}, -1)"
    return f"migrator_part({text}, {separator}, {element.number})"


@compiles(_Trimmed)
def _said_trimmed(element: _Trimmed, compiler: Any, **kw: Any) -> str:
    text, white, around = (compiler.process(found, **kw) for found in element.parts)
    if make_in(compiler) == "postgresql":
        return f"btrim({text}, {white})"
    if make_in(compiler) == "mariadb":  # it takes off one string, not any of some letters
        return f"regexp_replace(convert({text} using utf8mb4), {around}, '')"
    return f"trim({text}, {white})"
