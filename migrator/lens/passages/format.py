"""How a date or a time is written in a text: a few words of strptime, each of fixed width."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce

from sqlalchemy import ColumnElement, Text, case, func, literal, not_, true

from migrator.lens.scope import Cell
from migrator.lens.sql.pattern import matches
from migrator.lens.types import Family

WIDTHS = {"%Y": 4, "%m": 2, "%d": 2, "%H": 2, "%M": 2, "%S": 2, "%f": 6}
"""Year, month, day, hour, minute, second, microsecond: with so many digits."""
_PLACES = {"%Y": 1, "%m": 6, "%d": 9, "%H": 12, "%M": 15, "%S": 18, "%f": 21}
"""Where each begins in a canonical text of a moment."""
_LONG, _SHORT = "(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])", "(0[469]|11)-(0[1-9]|[12][0-9]|30)"
_LEAP = "([0-9]{2}(0[48]|[2468][048]|[13579][26])|(0[48]|[2468][048]|[13579][26])00)-02-29"
_DAY = f"(?!0000)([0-9]{{4}}-({_LONG}|{_SHORT}|02-(0[1-9]|1[0-9]|2[0-8]))|{_LEAP})"
_CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{6})?"
_UNQUOTABLE = "]^\\"


@dataclass(frozen=True)
class Format:
    """A format, taken apart: fields like %Y, and single letters between them."""

    pieces: tuple[str, ...]

    @classmethod
    def parse(cls, said: str) -> Format:
        """Take a format apart. Raises ValueError with the word that it stumbles over."""
        pieces: list[str] = []
        while said:
            length = 2 if said[0] == "%" else 1
            piece, said = said[:length], said[length:]
            if (piece[0] == "%" and (piece not in WIDTHS or piece in pieces)) or piece in _UNQUOTABLE:
                raise ValueError(piece)
            pieces.append(piece)
        found = cls(tuple(pieces))
        if not (found._day in (0, 3) and found._clock in _CLOCKS and found._day + len(found._clock)):
            raise ValueError("".join(pieces))
        return found

    @property
    def family(self) -> Family:
        """What a text of this format tells: a date, a time of day, or both."""
        return Family.MOMENT if self._day and self._clock else Family.DATE if self._day else Family.TIME

    @property
    def fraction(self) -> int:
        """Digits behind the second."""
        return WIDTHS["%f"] if "%f" in self.pieces else 0

    @property
    def to_the_minute(self) -> bool:
        """Whether seconds are left out."""
        return bool(self._clock) and "%S" not in self.pieces

    @property
    def width(self) -> int:
        """Characters of a text of this format."""
        return sum(WIDTHS.get(piece, 1) for piece in self.pieces)

    @property
    def _day(self) -> int:
        return sum(piece in ("%Y", "%m", "%d") for piece in self.pieces)

    @property
    def _clock(self) -> frozenset[str]:
        return frozenset(self.pieces) & {"%H", "%M", "%S", "%f"}

    def unreadable(self, text: Cell) -> ColumnElement[bool]:
        """Whether a text is not in this format, or names a day or an hour that is none."""
        shape = "".join(f"[0-9]{{{WIDTHS[p]}}}" if p in WIDTHS else f"[{p}]" for p in self.pieces)
        valid = {Family.DATE: _DAY, Family.TIME: _CLOCK, Family.MOMENT: f"{_DAY} {_CLOCK}"}[self.family]
        return case((not_(matches(text, shape)), true()), else_=not_(matches(self.canonical(text), valid)))

    def canonical(self, text: Cell) -> Cell:
        """What a readable text tells, as the canonical text of a date, a time or a moment; all six of its digits."""
        said, at = {}, 1
        for piece in self.pieces:
            said[piece] = func.substr(text, at, WIDTHS.get(piece, 1), type_=Text())
            at += WIDTHS.get(piece, 1)
        clock = ("%H", ":", "%M", ":", "%S", *((".", "%f") if self.fraction else ()))
        pieces = {Family.DATE: _DATE, Family.TIME: clock, Family.MOMENT: (*_DATE, " ", *clock)}[self.family]
        return _joined(said.get(piece, _as_text("00" if piece in WIDTHS else piece)) for piece in pieces)

    def written(self, canonical: Cell) -> Cell:
        """A canonical text of this format's family, of the years 1 to 9999, in this format."""
        before = 11 if self.family is Family.TIME else 0
        said = {piece: func.substr(canonical, place - before, WIDTHS[piece], type_=Text())
                for piece, place in _PLACES.items()}
        said["%f"] = func.substr(said["%f"] + _as_text("000000"), 1, 6, type_=Text())
        return _joined(said.get(piece, _as_text(piece)) for piece in self.pieces)


_DATE = ("%Y", "-", "%m", "-", "%d")
_CLOCKS = [frozenset(), frozenset({"%H", "%M"}), frozenset({"%H", "%M", "%S"}), frozenset({"%H", "%M", "%S", "%f"})]


def _as_text(said: str) -> Cell:
    return literal(said, Text())


def _joined(parts: Iterable[Cell]) -> Cell:
    return reduce(lambda left, right: left + right, parts)
