"""The way of one value from a column of one type into a column of another, and what can stand in that way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, case, false

from migrator.lens.group import Conversion, Doubt, cell
from migrator.lens.scope import Cell, Scope, Values
from migrator.lens.sql.refuse import no_value
from migrator.lens.types import Type
from migrator.text import _


@dataclass(frozen=True)
class Kind:
    """A type, and the make of database whose type it is."""

    type: Type
    make: str


@dataclass(frozen=True)
class Flaw:
    """What keeps some values from the other side. `condition` is true, of a value, where it does; not true of NULL."""

    code: str
    sentence: str
    condition: Callable[[Cell], ColumnElement[bool]]
    beyond: bool = False
    """Whether only values have it that the type of their own column does not promise: SQLite keeps such."""
    served: bool = False
    """Whether the target's server refuses such a value itself, whatever way it comes; then only a census has to ask."""


@dataclass(frozen=True)
class Passage:
    """What becomes of a value that has no flaw; `exact` when different values never become the same."""

    value: Callable[[Cell], Cell] = lambda value: value
    flaws: tuple[Flaw, ...] = ()
    exact: bool = True

    @property
    def whole(self) -> bool:
        """Whether every value that the type of the source allows gets over as what it is."""
        return self.exact and all(flaw.beyond for flaw in self.flaws)

    def then(self, after: Passage) -> Passage:
        """This passage and another one behind it."""
        later = (replace(flaw, condition=self._behind(flaw)) for flaw in after.flaws)
        return Passage(lambda value: after.value(self.value(value)), (*self.flaws, *later), self.exact and after.exact)

    def _behind(self, flaw: Flaw) -> Callable[[Cell], ColumnElement[bool]]:
        return lambda value: flaw.condition(self.value(value))

    def conversion(self, target: Type) -> Conversion:
        """This passage for a group with one value at each end; a value with a flaw does not exist on the other side.

        Flaws are asked in order: to ask for a later one may be an error of a value that has an earlier one.
        """
        def convert(values: Values, scope: Scope) -> Values:
            value = cell(values)
            there = self.value(value)
            nothing = no_value(target, scope)
            asked = [] if scope.trusting else [flaw for flaw in self.flaws if scope.lenient or not flaw.served]
            wrong = [flaw.condition(value) for flaw in asked]
            return (case(*((condition, nothing) for condition in wrong), else_=there) if wrong else there,)

        return convert

    def doubts(self, *, empty: bool) -> Callable[[Values, Scope], list[Doubt]]:
        """The flaws as a group tells them; `empty` when NULL comes from here and must not be there."""
        def told(values: Values, _scope: Scope) -> list[Doubt]:
            value = cell(values)
            wrong = [flaw.condition(value) for flaw in self.flaws]
            found = [Doubt(flaw.code, flaw.sentence, _first(wrong[:number + 1]))
                     for number, flaw in enumerate(self.flaws)]
            return [*found, *([Doubt("empty", _("empty, and the other side's column must not be"), value.is_(None))]
                              if empty else [])]

        return told


def _first(conditions: list[ColumnElement[bool]]) -> ColumnElement[bool]:
    """Whether the last of some conditions is the first that holds."""
    *earlier, last = conditions
    return case(*((condition, false()) for condition in earlier), else_=last) if earlier else last


def limit(flaw: Flaw, *, promised: bool, source: Kind, target: Kind) -> tuple[Flaw, ...]:
    """A flaw that values have only where the source's type does not promise otherwise.

    promised: whether the source's type has no value with this flaw. SQLite does not keep such promises.
    """
    if not promised:
        return (flaw,)
    if source.type.loose and not target.type.loose:
        return (replace(flaw, beyond=True),)
    return ()
