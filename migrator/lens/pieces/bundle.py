"""Several plain groups side by side: columns that go over together as part of something larger."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from migrator.lens.group import Doubt, Group
from migrator.lens.scope import Cell, Scope, Values
from migrator.lens.side import Side, Way
from migrator.lens.types import Type


@dataclass(frozen=True)
class Bundle:
    """Groups of one column on each side, in order."""

    groups: tuple[Group, ...] = ()

    def columns(self, side: Side) -> tuple[str, ...]:
        """The columns of a side."""
        return tuple(column for group in self.groups for column in group.ends[side].columns)

    def types(self, side: Side) -> tuple[Type, ...]:
        """Their types."""
        return tuple(type_ for group in self.groups for type_ in group.ends[side].types)

    @property
    def faithful(self) -> frozenset[Side]:
        """The sides of which every value survives, whichever column it is in."""
        return frozenset(side for side in Side if all(side in group.faithful for group in self.groups))

    def over(self, way: Way, values: Values, scope: Scope) -> Values:
        """The target's values for those of the source."""
        return tuple(made for group, value in self._each(values) for made in group.conversions[way]((value,), scope))

    def doubts(self, way: Way, values: Values, scope: Scope) -> list[Doubt]:
        """When the source's values cannot go over."""
        return [doubt for group, value in self._each(values) if way in group.doubts
                for doubt in group.doubts[way]((value,), scope)]

    def _each(self, values: Values) -> Iterator[tuple[Group, Cell]]:
        return zip(self.groups, values, strict=True)
