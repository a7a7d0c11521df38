"""How a date or a time is written in a text: a few words of strptime, each of fixed width."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Text, case, literal, not_, true

from migrator.lens.scope import Cell
from migrator.lens.sql.pattern import Rearranged, matches
from migrator.lens.types import Family

WIDTHS = {"%Y": 4, "%m": 2, "%d": 2, "%H": 2, "%M": 2, "%S": 2, "%f": 6}
"""Year, month, day, hour, minute, second, microsecond: with so many digits."""
_LONG, _SHORT = "(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])", "(0[469]|11)-(0[1-9]|[12][0-9]|30)"
_LEAP = "([0-9]{2}(0[48]|[2468][048]|[13579][26])|(0[48]|[2468][048]|[13579][26])00)-02-29"
_DAY = f"(?!0000)([0-9]{{4}}-({_LONG}|{_SHORT}|02-(0[1-9]|1[0-9]|2[0-8]))|{_LEAP})"
_CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]{6})?"
_NEVER = frozenset("]^\\0123456789")
"""What cannot stand between fields: it would mean something else in a pattern or beside a number of a group."""


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
            if (piece[0] == "%" and (piece not in WIDTHS or piece in pieces)) or piece in _NEVER:
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
        valid = {Family.DATE: _DAY, Family.TIME: _CLOCK, Family.MOMENT: f"{_DAY} {_CLOCK}"}[self.family]
        if self.pieces == self._canonical:
            return not_(matches(text, valid))
        shape = "".join(f"[0-9]{{{WIDTHS[p]}}}" if p in WIDTHS else f"[{p}]" for p in self.pieces)
        return case((not_(matches(text, shape)), true()), else_=not_(matches(self.canonical(text), valid)))

    def canonical(self, text: Cell) -> Cell:
        """What a readable text tells, as the canonical text of a date, a time or a moment; all six of its digits."""
        if self.pieces == self._canonical:
            return text
        fields = [piece for piece in self.pieces if piece in WIDTHS]
        shape = "".join(f"([0-9]{{{WIDTHS[p]}}})" if p in WIDTHS else f"[{p}]" for p in self.pieces)
        into = "".join(f"\\{fields.index(p) + 1}" if p in fields else "00" if p in WIDTHS else p
                       for p in self._canonical)
        return Rearranged(text, shape, into)

    def written(self, canonical: Cell) -> Cell:
        """A canonical text of this format's family, of the years 1 to 9999, in this format."""
        fields = [piece for piece in self._canonical if piece in WIDTHS and piece != "%f"]
        whole = [piece for piece in self._canonical if piece not in (".", "%f")]
        shape = "".join(f"([0-9]{{{WIDTHS[piece]}}})" if piece in fields else piece for piece in whole)
        into = "".join(f"\\{[*fields, '%f'].index(p) + 1}" if p in WIDTHS else p for p in self.pieces)
        if not self.fraction:
            return Rearranged(canonical, f"{shape}([.][0-9]+)?" if self._clock else shape, into)
        return Rearranged(canonical + literal("000000", Text()), f"{shape}[.]?([0-9]{{6}})[0-9]*", into)

    @property
    def _canonical(self) -> tuple[str, ...]:
        """The pieces of a canonical text of this format's family."""
        clock = ("%H", ":", "%M", ":", "%S", *((".", "%f") if self.fraction else ()))
        return {Family.DATE: _DATE, Family.TIME: clock, Family.MOMENT: (*_DATE, " ", *clock)}[self.family]


_DATE = ("%Y", "-", "%m", "-", "%d")
_CLOCKS = [frozenset(), frozenset({"%H", "%M"}), frozenset({"%H", "%M", "%S"}), frozenset({"%H", "%M", "%S", "%f"})]
