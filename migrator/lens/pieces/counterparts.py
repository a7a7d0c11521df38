"""Values of one type and their counterparts of another, one by one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, case, literal, not_, null, or_

from migrator.lens.group import Doubt, cell
from migrator.lens.scope import Cell, Scope, Values
from migrator.lens.sql.canonical import same
from migrator.lens.sql.refuse import no_value
from migrator.lens.types import Type
from migrator.text import _


@dataclass(frozen=True)
class Counterparts:
    """What each known value becomes, NULL (None) among them; `otherwise` is what all others become, None: refused."""

    source: Type
    target: Type
    known: Mapping[Any, Any]
    otherwise: Any = None

    def knows(self, value: Any) -> bool:
        """Whether it is said what a value becomes."""
        return value in self.known or self.otherwise is not None

    def undone_by(self, home: Counterparts, *, nullable: bool) -> bool:
        """Whether every value that goes over, NULL only where its column can be that, comes back as it was."""
        return self.otherwise is None and all(home.known.get(there, home.otherwise) == here
                                              for here, there in self.known.items() if here is not None or nullable)

    def convert(self, values: Values, scope: Scope) -> Values:
        """The counterpart of one value."""
        value = cell(values)
        rest = no_value(self.target, scope) if self.otherwise is None else literal(
            self.otherwise, self.target.in_statements)
        counterparts = [(same(value, literal(here, self.source.in_statements), self.source), self._there(here))
                        for here in self.known if here is not None]
        return (case((value.is_(None), self._there(None)), *counterparts, else_=rest),)

    def doubts(self, values: Values, _scope: Scope) -> Sequence[Doubt]:
        """A value that is not known has no counterpart."""
        if self.otherwise is not None:
            return ()
        value = cell(values)
        in_map = or_(*(same(value, literal(here, self.source.in_statements), self.source)
                       for here in self.known if here is not None))
        return (Doubt("not-in-map", _("the value is not in the map"), and_(value.is_not(None), not_(in_map))),)

    def _there(self, here: Any) -> Cell:
        there = self.known[here]
        return null() if there is None else literal(there, self.target.in_statements)
