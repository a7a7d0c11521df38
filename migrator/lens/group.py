"""A lens group: a few columns of the old row and a few of the new one that say the same thing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, false

from migrator.errors import Position
from migrator.lens.scope import Cell, Row, Scope, Values
from migrator.lens.side import Side, Way
from migrator.lens.sql.naming import upon
from migrator.lens.types import Type

Conversion = Callable[[Values, Scope], Values]
"""Values of one end to values of the other; the scope is there for look-ups, and nothing else of the row is seen."""


class Faith(StrEnum):
    """How well values survive the way there and back, as far as types can tell."""

    ISO = "ISO"
    """Both ways: nothing needs to be remembered."""
    INJ = "INJ"
    """From one side: values that begin on the other may need memory."""
    LOSSY = "LOSSY"
    """From neither side."""


@dataclass(frozen=True)
class End:
    """A group's end on one side.

    `types` says what each value can be. `columns` are written when rows come to this side: the first of the values,
    or what `write` makes of the values. `read` is given when the values are not simply those columns: a list put
    together from a link table, a value found along a foreign key, values of the row that are only looked at.
    """

    columns: tuple[str, ...]
    types: tuple[Type, ...]
    read: Callable[[Row], Values] | None = None
    write: Conversion | None = None

    def values(self, row: Row) -> Values:
        """What this end says in a row."""
        return self.read(row) if self.read else row(*self.columns)

    def written(self, values: Values, scope: Scope) -> dict[str, Cell]:
        """The columns of this side that the values fill."""
        cells = self.write(values, scope) if self.write else values[:len(self.columns)]
        return dict(zip(self.columns, cells, strict=True))


@dataclass(frozen=True)
class Doubt:
    """A condition under which a value cannot be said on the other side; `code` is short, `sentence` for people."""

    code: str
    sentence: str
    condition: ColumnElement[bool]


@dataclass(frozen=True)
class Satellite:
    """A table of one side that has no pair of its own: its rows are made from what a group says on that side.

    `rows(scope, key, values)` selects them, labelled with columns of the table: `key` is the key of the pair as this
    side writes it, `values` are the group's values on this side, made from a row of the other. Links (`owner` is given)
    belong to one row of the pair, and come and go with it. Records (no `owner`) are shared: `rows` gives each different
    one once, they are made before the pair's rows, and stay.
    """

    side: Side
    table: str
    rows: Callable[[Scope, Values, Values], Select[tuple[object, ...]]]
    natural: tuple[str, ...]
    """Columns that tell one row from another; of links, beside the owner's, all that the group says of them."""
    owner: tuple[str, ...] = ()
    """Columns of a link that hold the pair's key."""
    number: str | None = None
    """Column of a record that gets the next number when it is made; `rows` leaves it out."""


@dataclass(frozen=True)
class Group:
    """Old and new values that say the same, and how to make either from the other.

    `faithful` holds the sides of which every value that the types allow survives the way over and back.
    """

    operation: str
    ends: Mapping[Side, End]
    conversions: Mapping[Way, Conversion]
    faithful: frozenset[Side]
    doubts: Mapping[Way, Callable[[Values, Scope], Sequence[Doubt]]] = field(default_factory=dict)
    satellites: tuple[Satellite, ...] = ()
    meets: Side = Side.NEW
    """In whose terms both sides are compared: the old, where the new values are numbers that nobody can foretell."""
    always: bool = False
    """Whether memory keeps every row's pair, also of those that survive: an identity map. Conversions look it up, and
    `fresh` makes the values of a row that it does not hold yet, all such rows in one statement.
    """
    fresh: Mapping[Way, Conversion] = field(default_factory=dict)
    waits: Mapping[Way, Callable[[Values, Scope], ColumnElement[bool]]] = field(default_factory=dict)
    """Whether values name something that the target does not have, as yet or for good, and that is left out then."""
    where: Position | None = None
    """Where the mapping file says so; None for columns that map by their names."""

    @property
    def faith(self) -> Faith:
        """Whether anything has to be remembered."""
        return (Faith.LOSSY, Faith.INJ, Faith.ISO)[len(self.faithful)]

    @property
    def name(self) -> str:
        """The columns of both ends, as people read them."""
        return " <-> ".join(", ".join(self.ends[side].columns) or "-" for side in Side)

    def over(self, way: Way, row: Row) -> Values:
        """The values of the target's end, made from a row of the source."""
        return self.conversions[way](self.ends[way.source].values(row), row.scope)

    def written(self, way: Way, row: Row) -> dict[str, Cell]:
        """The columns of the target, made from a row of the source."""
        return self.ends[way.target].written(self.over(way, row), row.scope)

    def there_and_back(self, way: Way, row: Row) -> Values:
        """The values of the source's end after the way over and back."""
        return upon(self.over(way, row), self.conversions[way.reverse], row.scope)

    def compared(self, row: Row, side: Side) -> Values:
        """What this row of a side says, in the terms in which both sides are compared."""
        return self.ends[side].values(row) if side is self.meets else self.over(Way.out_of(side), row)

    @property
    def compared_names(self) -> list[str]:
        """What the compared values are called: by the columns in whose terms both sides are compared; values of that
        end that are no columns of its own by the other end's columns with a number.
        """
        end, others = self.ends[self.meets], ", ".join(self.ends[self.meets.other].columns)
        return [*end.columns, *(f"{others}[{n}]" for n in range(len(end.columns) + 1, len(end.types) + 1))]

    def waiting(self, way: Way, row: Row) -> ColumnElement[bool]:
        """Whether this row names something that the target does not have, and that is left out then."""
        ask = self.waits.get(way)
        return ask(self.ends[way.source].values(row), row.scope) if ask else false()

    def doubtful(self, way: Way, row: Row) -> Sequence[Doubt]:
        """Conditions under which this row's values cannot go that way."""
        ask: Callable[[Values, Scope], Sequence[Doubt]] | None = self.doubts.get(way)
        return ask(self.ends[way.source].values(row), row.scope) if ask else ()


def unchanged(values: Values, _scope: Scope) -> Values:
    """The conversion of values that are the same on both sides."""
    return values


def cell(values: Values) -> Cell:
    """The one value of an end that has one."""
    one, = values
    return one
