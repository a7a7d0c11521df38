"""A text that holds several things, and the columns that hold one of them each."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sqlalchemy import ColumnElement, Text, and_, case, func, literal, null, or_

from migrator.lens.group import Doubt, cell
from migrator.lens.scope import Cell, Scope, Values
from migrator.lens.sql.canonical import same
from migrator.lens.sql.length import Characters
from migrator.lens.sql.parts import has_part, part, piece, rest, trimmed
from migrator.lens.sql.refuse import unless
from migrator.lens.types import Type
from migrator.text import _


@dataclass(frozen=True)
class Parts(ABC):
    """How one text falls into parts. `text` is its type; `optional` says of each part whether its column can be NULL,
    `text_optional` whether that of the text can.
    """

    text: Type
    text_optional: bool
    optional: Sequence[bool]

    @abstractmethod
    def apart(self, values: Values, scope: Scope) -> Values:
        """The parts of one text; of NULL all NULL, or empty where a column must hold something."""

    @abstractmethod
    def together(self, values: Values, scope: Scope) -> Values:
        """The text of the parts; NULL when all are NULL and its column can be."""

    @property
    @abstractmethod
    def keeps_text(self) -> bool:
        """Whether every text comes back from its parts as it was."""

    @property
    @abstractmethod
    def keeps_parts(self) -> bool:
        """Whether all parts come back from their text as they were."""

    def doubts(self, _values: Values, _scope: Scope) -> Sequence[Doubt]:
        """Parts of which no text can be made that falls into them again."""
        return ()

    @property
    def _nothing(self) -> Cell:
        return null() if all(self.optional) else literal("", Text())

    @property
    def _keeps_null(self) -> bool:
        """Whether NULL as a text is still NULL after the way there and back."""
        return not self.text_optional or all(self.optional)

    def _whole(self, values: Values, text: Cell) -> Cell:
        empty = and_(*(value.is_(None) for value in values))
        return case((empty, null() if self.text_optional else literal("", Text())), else_=text)


@dataclass(frozen=True)
class Separated(Parts):
    """Parts with a separator between them; the last one holds what follows, further separators included.

    trim: white space around the parts is taken off.
    empty: a part that the text does not have is empty, not NULL. Separators before such parts are not written.
    """

    by: str
    trim: bool
    empty: bool

    def apart(self, values: Values, _scope: Scope) -> Values:
        """See `Parts`."""
        text, count = cell(values), len(self.optional)
        found = [rest(text, self.by, n) if n == count else part(text, self.by, n) for n in range(1, count + 1)]
        absent = literal("", Text()) if self.empty else null()
        return tuple(case((text.is_(None), self._nothing),
                          (has_part(text, self.by, n), trimmed(one) if self.trim else one), else_=absent)
                     for n, one in enumerate(found, 1))

    def together(self, values: Values, scope: Scope) -> Values:
        """See `Parts`."""
        text: Cell = literal("", Text())
        for n in range(len(values) - 1, 0, -1):
            text = case((self._end(values[n:]), literal("", Text())),
                        else_=literal(self.by, Text()) + _said(values[n]) + text)
        wrong = or_(*(doubt.condition for doubt in self.doubts(values, scope)))
        return (unless(wrong, self._whole(values, _said(values[0]) + text), self.text, scope),)

    @property
    def keeps_text(self) -> bool:
        """See `Parts`."""
        return not self.trim and not self.empty and self._keeps_null

    @property
    def keeps_parts(self) -> bool:
        """See `Parts`."""
        if self.empty:
            return not self.trim and not any(self.optional)
        return not self.trim and (self.text_optional or not all(self.optional))

    def doubts(self, values: Values, _scope: Scope) -> Sequence[Doubt]:
        """See `Parts`."""
        inside = []
        for n, value in enumerate(values[:-1], 1):
            behind = case((self._end(values[n:]), literal("", Text())), else_=literal(self.by, Text()))
            inside.append(Characters(part(_said(value) + behind, self.by, 1)) < Characters(_said(value)))
        found = [Doubt("separator-inside", _("a part holds the separator"), or_(*inside))]
        if not self.empty:
            gap = or_(*(and_(value.is_(None), or_(*(later.is_not(None) for later in values[n + 1:])))
                        for n, value in enumerate(values[:-1])))
            found.append(Doubt("gap", _("a part is NULL and one after it is not"), gap))
        return found

    def _end(self, values: Values) -> ColumnElement[bool]:
        """Whether none of these parts is there."""
        return and_(*(Characters(_said(value)) == 0 if self.empty else value.is_(None) for value in values))


@dataclass(frozen=True)
class Cut(Parts):
    """Parts that begin after so many letters each.

    unless: another first place for texts that begin with one of these words.
    """

    at: Sequence[int]
    unless: Mapping[int, Sequence[str]]

    def apart(self, values: Values, _scope: Scope) -> Values:
        """See `Parts`."""
        text = cell(values)
        words = [(same(piece(text, literal(1), literal(len(word))), literal(word, Text()), self.text), place)
                 for place, several in self.unless.items() for word in several]
        first: Cell = case(*words, else_=self.at[0]) if words else literal(self.at[0])
        begins = [literal(0), first, *map(literal, self.at[1:])]
        parts = [piece(text, begin + 1, end - begin) for begin, end in pairwise(begins)]
        parts.append(piece(text, begins[-1] + 1))
        return tuple(case((text.is_(None), self._nothing), else_=one) for one in parts)

    def together(self, values: Values, _scope: Scope) -> Values:
        """See `Parts`."""
        text = _said(values[0])
        for value in values[1:]:
            text = text + _said(value)
        return (self._whole(values, text),)

    @property
    def keeps_text(self) -> bool:
        """See `Parts`."""
        return self._keeps_null

    @property
    def keeps_parts(self) -> bool:
        """See `Parts`."""
        return False


def _said(value: Cell) -> Cell:
    return func.coalesce(value, literal("", Text()), type_=Text())
