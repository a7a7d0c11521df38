"""A list in one column of a row that is links of the row on the other side.

Both sides meet in one text: what every link holds, in the order of its bytes. The side of the links says it of its
rows, the side of the list by looking up each word.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, FromClause, Select, Text, case, exists, func, not_, or_, select, true

from migrator.lens.group import Doubt
from migrator.lens.schema import Column, Table
from migrator.lens.scope import Cell, Row, Scope, Values
from migrator.lens.side import Side
from migrator.lens.sql.canonical import canonical, same, typed
from migrator.lens.sql.length import Characters
from migrator.lens.sql.lists import elements, escaped, gathered, unescaped
from migrator.lens.sql.parts import part, trimmed
from migrator.lens.sql.refuse import only_if
from migrator.lens.sql.whole import Whole
from migrator.lens.types import Family, Type
from migrator.text import _

WORD = Type(Family.TEXT, "text")
"""What a word of a list is, and the text in which both sides meet."""
_NUMBERS = (Family.INTEGER, Family.DECIMAL, Family.BOOLEAN)
"""Their canonical texts hold no sign of ours, and are never empty."""


@dataclass(frozen=True)
class Known:
    """A table in which words must be found: a word is the `value` of a row, and a link holds its `key`."""

    side: Side
    table: Table
    key: str
    value: str

    def joined(self, by: str, value: Cell, each: FromClause, scope: Scope) -> tuple[FromClause, FromClause]:
        """The rows with a value in the column `by`, and the same joined to the rows that the value is taken from.

        Texts are compared as bytes, numbers so that an index can be used.
        """
        rows, type_ = scope.tables(self.side, self.table.name).alias(), self.table.columns[by].type
        found = rows.c[by] == value if type_.family is Family.INTEGER else same(rows.c[by], value, type_)
        return rows, each.outerjoin(rows, found)


@dataclass(frozen=True)
class Further:
    """One more column of the links: what a fresh link has there, and after some words instead."""

    usual: Cell | int
    """A constant, or the place of a value that the group carries along."""
    instead: Mapping[str, Cell]

    def said(self, word: Cell, along: Values) -> Cell:
        """The value for a word."""
        usual = along[self.usual] if isinstance(self.usual, int) else self.usual
        cases = [(canonical(word, WORD) == known, one) for known, one in self.instead.items()]
        return case(*cases, else_=usual) if cases else usual


@dataclass(frozen=True)
class Links:
    """The links: rows of a table that has the key of their owner in columns, and a value of their own."""

    side: Side
    table: Table
    owner: tuple[str, ...]
    value: str
    further: Mapping[str, Further]

    @property
    def held(self) -> dict[str, Type]:
        """The columns that are told in the text, in the order of its fields."""
        return {name: self.table.columns[name].type for name in (self.value, *self.further)}

    def element(self, values: Values) -> Cell:
        """What one link holds, as an element of the text."""
        first, *more = (_said(value, type_) for value, type_ in zip(values, self.held.values(), strict=True))
        for one in more:
            first = first.concat(":").concat(one)
        return first

    def held_in(self, element: Cell) -> dict[str, Cell]:
        """The columns of the link that an element tells."""
        if not self.further:
            return {self.value: _heard(element, self.held[self.value])}
        return {name: _heard(part(element, ":", n), type_) for n, (name, type_) in enumerate(self.held.items(), 1)}

    def told(self, row: Row, key: tuple[str, ...]) -> Cell:
        """The links of a row of their side, as one text."""
        links = row.scope.tables(self.side, self.table.name).alias()
        mine = (links.c[name] == row[own] for name, own in zip(self.owner, key, strict=True))
        return gathered(self.element(tuple(links.c[name] for name in self.held)), links, *mine)

    def rows(self, scope: Scope, key: Values, values: Values) -> Select[tuple[object, ...]]:
        """The links that a text tells, the last of the values, labelled with their columns."""
        each = elements(values[-1], ",")
        cells = {**dict(zip(self.owner, key, strict=True)), **self.held_in(each.c.value)}
        return scope.select(*(cell.label(name) for name, cell in cells.items())).join(each, true())


@dataclass(frozen=True)
class Words:
    """The column with the list; `separator` is None where it is one word and no list.

    drops: words that are not known are left out; else they are refused.
    """

    column: Column
    separator: str | None
    links: Links
    known: Known | None
    drops: bool

    def text(self, value: Cell, along: Values, scope: Scope) -> Cell:
        """What links a list stands for, as one text; a word that is not known ends a strict statement."""
        word, held, source = self._looked_up(value, scope)
        said = self.links.element((held, *(one.said(word, along) for one in self.links.further.values())))
        if self.drops:
            return gathered(said, source, self._is_word(word), held.is_not(None))
        return gathered(only_if(held.is_not(None), said, WORD, scope), source, self._is_word(word))

    def doubts(self, value: Cell, scope: Scope) -> list[Doubt]:
        """When a list cannot be links."""
        if self.drops:
            return []
        return [Doubt("unknown-word", _("a word of the list stands for nothing on the other side"),
                      self.unknown(value, scope))]

    def unknown(self, value: Cell, scope: Scope) -> ColumnElement[bool]:
        """Whether a word of a list stands for nothing."""
        word, held, source = self._looked_up(value, scope)
        return exists(select(word).select_from(source).where(self._is_word(word), held.is_(None))
                      .correlate_except(source))

    def listed(self, text: Cell, scope: Scope) -> Cell:
        """The list that links are told by; what cannot be a word ends a strict statement."""
        word, source = self._worded(text, scope)
        said = only_if(not_(self._strange(word)), word, WORD, scope)
        if self.separator:
            found = gathered(said, source, separator=self.separator)
            return found if self.column.nullable else func.coalesce(found, "")
        least = select(func.min(said)).select_from(source).correlate_except(source).scalar_subquery()
        found = typed(least, self.column.type)
        return found if self.column.nullable else only_if(text.is_not(None), found, self.column.type, scope)

    def back_doubts(self, text: Cell, scope: Scope) -> list[Doubt]:
        """When links cannot be a list."""
        word, source = self._worded(text, scope)
        strange = exists(select(word).select_from(source).where(self._strange(word)).correlate_except(source))
        found = [Doubt("unsayable-word", _("what a link stands for cannot be a word of the list"), strange)]
        if self.separator and self.column.type.length:
            longest = gathered(word, source, separator=self.separator)
            found.append(Doubt("too-long", _("the list is longer than its column"),
                               func.coalesce(Characters(longest), 0) > self.column.type.length))
        if not self.separator and not self.column.nullable:
            found.append(Doubt("no-link", _("there is no link, and the column must not be empty"), text.is_(None)))
        return found

    def _looked_up(self, value: Cell, scope: Scope) -> tuple[Cell, Cell, FromClause]:
        """Each word of a list, what its link holds (NULL for an unknown word), and the rows with both."""
        each = elements(canonical(value, self.column.type), self.separator)
        word = trimmed(each.c.value) if self.separator else each.c.value
        if not self.known:
            return word, _value_of(word, self.links.held[self.links.value]), each
        by = self.known.value
        rows, source = self.known.joined(by, _value_of(word, self.known.table.columns[by].type), each, scope)
        return word, rows.c[self.known.key], source

    def _worded(self, text: Cell, scope: Scope) -> tuple[Cell, FromClause]:
        """The word of each link that a text tells, NULL where there is none, and the rows that it is taken from."""
        each = elements(text, ",")
        held, type_ = self.links.held_in(each.c.value)[self.links.value], self.links.held[self.links.value]
        if self.known and self.known.key != self.known.value:
            rows, source = self.known.joined(self.known.key, held, each, scope)
            return canonical(rows.c[self.known.value], self.known.table.columns[self.known.value].type), source
        return canonical(held, type_), each

    def _is_word(self, word: Cell) -> ColumnElement[bool]:
        return func.length(word) > 0 if self.separator else word.is_not(None)

    def _strange(self, word: Cell) -> ColumnElement[bool]:
        """Whether a link's word cannot be written so that it would be read as the same."""
        if not self.separator:
            return word.is_(None)
        return or_(word.is_(None), func.length(word) == 0, trimmed(word) != word,
                   word.contains(self.separator, autoescape=True))


def _said(value: Cell, type_: Type) -> Cell:
    """A value as a field of the text."""
    text = canonical(value, type_)
    return func.coalesce(text, "~", type_=Text()) if type_.family in _NUMBERS else escaped(text)


def _heard(said: Cell, type_: Type) -> Cell:
    """The value that a field tells."""
    return typed(func.nullif(said, "~", type_=Text()) if type_.family in _NUMBERS else unescaped(said), type_)


def _value_of(word: Cell, type_: Type) -> Cell:
    """The value that a word writes, NULL if it is none of the type."""
    if type_.family is not Family.INTEGER:
        return case((Characters(word) <= type_.length, word)) if type_.length else word
    number, bounds = Whole(word), type_.bounds
    return case((number.between(*bounds), number)) if bounds else number
