"""What is written in a text: numbers, booleans, dates and times. Read on one way, written on the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from sqlalchemy import Text, case, false, func, literal, not_, or_, true

from migrator.lens.passages.format import Format
from migrator.lens.passages.passage import Flaw, Kind, Passage
from migrator.lens.passages.texts import TEXT, to_text
from migrator.lens.scope import Cell
from migrator.lens.sql.canonical import canonical, same, typed
from migrator.lens.sql.pattern import matches
from migrator.lens.sql.unsound import Peculiar
from migrator.lens.types import Family, Type
from migrator.text import _


class Writing(Protocol):
    """A way in which something is written in texts."""

    @property
    def meaning(self) -> Type:
        """The type of what a text means."""

    def read(self) -> Passage:
        """From a text to what it means."""

    def write(self, meant: Type) -> Passage:
        """From a value of the family of its meaning, which a column of this type keeps, to the text."""

    def length(self, meant: Type) -> int | None:
        """The most characters that such a text has; None where there is no limit."""


def into(column: Kind, length: int | None) -> Passage:
    """From a text that has at most so many characters into a text column."""
    return to_text(Kind(Type(Family.TEXT, "text", length=length), column.make), column)


@dataclass(frozen=True)
class Number:
    """A number in digits, with a sign where it is below zero."""

    meaning: Type
    point: str = "."
    thousands: str = ""

    def read(self) -> Passage:
        digits = "[0-9]+"
        if self.thousands:
            digits = f"([0-9]{{1,3}}([{self.thousands}][0-9]{{3}})+|[0-9]+)"
        tail = "" if self.meaning.scale == 0 else f"([{self.point}][0-9]+)?"
        tail += "([eE][-+]?[0-9]+)?" if self.meaning.family is Family.REAL else ""
        unreadable = Flaw("no-number", _("not written as a number"),
                          lambda value: not_(matches(value, f"-?{digits}{tail}")))
        return Passage(lambda value: typed(self._plain(value), self.meaning), (unreadable,), exact=False)

    def write(self, meant: Type) -> Passage:
        def said(value: Cell) -> Cell:
            text = typed(canonical(value, meant), TEXT)
            return text if self.point == "." else func.replace(text, ".", self.point, type_=Text())

        return Passage(said)

    def length(self, meant: Type) -> int | None:
        if meant.family is Family.REAL:
            return 24
        if meant.family is Family.DECIMAL:
            return None if meant.precision is None else meant.precision + 2
        return max(len(str(bound)) for bound in meant.bounds or (0,))

    def _plain(self, text: Cell) -> Cell:
        bare = func.replace(text, self.thousands, "", type_=Text()) if self.thousands else text
        return bare if self.point == "." else func.replace(bare, self.point, ".", type_=Text())


@dataclass(frozen=True)
class Choice:
    """One text for true and another for false."""

    true: str
    false: str

    @property
    def meaning(self) -> Type:
        return Type(Family.BOOLEAN, "boolean")

    def read(self) -> Passage:
        def is_(value: Cell, said: str) -> Cell:
            return same(value, literal(said, Text()), TEXT)

        neither = Flaw("not-in-format", _("neither {true} nor {false}").format(true=self.true, false=self.false),
                       lambda value: not_(or_(value.is_(None), is_(value, self.true), is_(value, self.false))))
        return Passage(lambda value: case((is_(value, self.true), true()), (is_(value, self.false), false())),
                       (neither,))

    def write(self, _meant: Type) -> Passage:
        return Passage(lambda value: case((value.is_(True), literal(self.true, Text())),
                                          (value.is_(False), literal(self.false, Text()))))

    def length(self, _meant: Type) -> int | None:
        return max(len(self.true), len(self.false))


@dataclass(frozen=True)
class Moment:
    """A date, a time or both in a format."""

    format: Format

    @property
    def meaning(self) -> Type:
        return Type(self.format.family, self.format.family, fraction=self.format.fraction)

    def read(self) -> Passage:
        wrong = Flaw("not-in-format", _("not in the format, or no such day"), self.format.unreadable)
        return Passage(lambda value: typed(self.format.canonical(value), self.meaning), (wrong,))

    def write(self, meant: Type) -> Passage:
        def said(value: Cell) -> Cell:
            return typed(self.format.written(canonical(value, meant)), TEXT)

        far = Flaw("out-of-range", _("not between the years 1 and 9999"),
                   lambda value: Peculiar(value, self.meaning.family), beyond=True)
        return Passage(said, (far,), exact=not self.format.to_the_minute)

    def length(self, _meant: Type) -> int | None:
        return self.format.width
