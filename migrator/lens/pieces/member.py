"""One member of a JSON object, and the column that says the same."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Text, and_, case, false, func, literal, null, or_, true

from migrator.lens.scope import Cell
from migrator.lens.sql import json
from migrator.lens.sql.canonical import canonical, typed
from migrator.lens.sql.pattern import matches
from migrator.lens.types import Family, Type


@dataclass(frozen=True)
class Member(ABC):
    """What stands under `key`, for a column of this type. A key that is missing, and null, are NULL in the column."""

    key: str
    type: Type
    nullable: bool

    def read(self, document: Cell) -> Cell:
        """The column's value; NULL as well where the document says something that the column cannot hold."""
        there = json.under(document, self.key)
        return case((self._said(there), self._value(there)), else_=null())

    def misfits(self, document: Cell) -> ColumnElement[bool]:
        """Whether the column cannot hold what the document says, or must hold something and the document says nothing.
        """
        there = json.under(document, self.key)
        nothing = or_(there.is_(None), json.kind(there) == "null")
        return case((nothing, false() if self.nullable else true()), (self._said(there), false()), else_=true())

    def written(self, value: Cell) -> Cell:
        """The document for a value of the column."""
        return case((value.is_(None), literal("null", Text())), else_=self._document(value))

    def unwritable(self, _value: Cell) -> ColumnElement[bool]:
        """Whether no document can say a value of the column."""
        return false()

    @abstractmethod
    def _said(self, there: Cell) -> Cell:
        """Whether a document stands for a value of the column."""

    @abstractmethod
    def _value(self, there: Cell) -> Cell:
        """The value that it stands for."""

    @abstractmethod
    def _document(self, value: Cell) -> Cell:
        """The document of a value that is not NULL."""


class TextMember(Member):
    """A string."""

    def _said(self, there: Cell) -> Cell:
        return json.kind(there) == "string"

    def _value(self, there: Cell) -> Cell:
        return json.spelled(there)

    def _document(self, value: Cell) -> Cell:
        return json.quoted(value)


class BooleanMember(Member):
    """true or false; 1 or 0 in a column of whole numbers."""

    def _said(self, there: Cell) -> Cell:
        return json.kind(there) == "boolean"

    def _value(self, there: Cell) -> Cell:
        return case((there == "true", self._as_cell(True)), else_=self._as_cell(False))

    def _document(self, value: Cell) -> Cell:
        return case((value == self._as_cell(True), literal("true", Text())), else_=literal("false", Text()))

    def unwritable(self, value: Cell) -> ColumnElement[bool]:
        """Other numbers are neither true nor false."""
        return func.coalesce(value.not_in([self._as_cell(True), self._as_cell(False)]), false())

    def _as_cell(self, said: bool) -> Cell:
        return literal(int(said) if self.type.family is Family.INTEGER else said, self.type.in_statements)


class NumberMember(Member):
    """A number."""

    def _said(self, there: Cell) -> Cell:
        bounds = self.type.bounds if self.type.family is Family.INTEGER else None
        number = typed(there, Type(Family.DECIMAL, "decimal", precision=MOST_DIGITS, scale=0))
        outside = [(or_(number < literal(bounds[0]), number > literal(bounds[1])), false())] if bounds else []
        return case((json.kind(there) != "number", false()), (~matches(there, self._pattern), false()),
                    *outside, else_=true())

    @property
    def _pattern(self) -> str:
        """What its digits must look like, so that no server has to round or to give up."""
        if self.type.family is Family.INTEGER:
            return f"-?[0-9]{{1,{MOST_DIGITS}}}"
        if self.type.family is Family.REAL:
            return "-?[0-9]{1,3}([.][0-9]+)?[eE][+-]?([0-9]{1,2}|[12][0-9][0-9]|30[0-5])|-?[0-9]+([.][0-9]+)?"
        if self.type.precision is None:
            return "-?[0-9]+([.][0-9]+)?"
        scale = self.type.scale or 0
        return f"-?0*[0-9]{{1,{max(self.type.precision - scale, 1)}}}([.][0-9]{{0,{scale}}}0*)?"

    def _value(self, there: Cell) -> Cell:
        return typed(there, self.type)

    def _document(self, value: Cell) -> Cell:
        return typed(canonical(value, self.type), Type(Family.TEXT, "text"))

    def unwritable(self, value: Cell) -> ColumnElement[bool]:
        """JSON has no infinity and no NaN, and servers give up near the ends of what a float can say."""
        if self.type.family is Family.REAL:
            size = func.abs(value)
            return func.coalesce(or_(size > literal(HIGHEST), and_(size > 0, size < literal(1 / HIGHEST))), false())
        if self.type.family is Family.DECIMAL:
            return func.coalesce(canonical(value, self.type).in_(["NaN", "Infinity", "-Infinity"]), false())
        return false()


class DocumentMember(Member):
    """Any document, for a column that holds one itself."""

    def _said(self, there: Cell) -> Cell:
        return there.is_not(None)

    def _value(self, there: Cell) -> Cell:
        return typed(there, self.type)

    def _document(self, value: Cell) -> Cell:
        return typed(canonical(value, self.type), Type(Family.TEXT, "text"))


MOST_DIGITS = 20
"""Digits of the largest whole number that a column can hold."""
HIGHEST = 1e305
MEMBERS: dict[Family, type[Member]] = {
    Family.TEXT: TextMember, Family.BOOLEAN: BooleanMember, Family.INTEGER: NumberMember,
    Family.DECIMAL: NumberMember, Family.REAL: NumberMember, Family.JSON: DocumentMember,
}
"""How a column of a family stands in a JSON object."""
