"""What a side must watch, so that no change of a row that a pair speaks of goes unseen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from migrator.lens.lens import Lens
from migrator.lens.pair import Pair
from migrator.lens.schema import Table
from migrator.lens.side import Side
from migrator.sync.watch.looked_at import looked_at
from migrator.sync.watch.reach import ByColumns, Reached, Use


@dataclass(frozen=True)
class Watched:
    """One table of a side, and the columns whose values are noted when a row of it changes: its key before all."""

    side: Side
    table: Table
    columns: tuple[str, ...]
    reaches: tuple[tuple[Pair, Reached], ...]
    """The pairs that the table says something of, and how to find the rows of theirs that a change of it touches."""


def watched(lens: Lens, side: Side) -> tuple[Watched, ...]:
    """The tables of a side that have to be watched, those that others refer to first.

    What only identity maps are made from needs no watch: a row is in its map before anybody may refer to it.
    """
    if (Watched, side) not in lens.derived:
        lens.derived[Watched, side] = _all_watched(lens, side)
    found: tuple[Watched, ...] = lens.derived[Watched, side]
    return found


def _all_watched(lens: Lens, side: Side) -> tuple[Watched, ...]:
    uses: dict[str, list[tuple[Pair, Use]]] = {}
    for pair in lens.pairs:
        for use in _different(_uses(lens, pair, side)):
            uses.setdefault(use.table.name, []).append((pair, use))
    return tuple(_watched(side, table, uses[table.name]) for table in lens.schemas[side].parents_first()
                 if table.name in uses)


def _watched(side: Side, table: Table, uses: list[tuple[Pair, Use]]) -> Watched:
    columns = tuple(dict.fromkeys((*table.key, *(name for _pair, use in uses for name in use.columns))))
    return Watched(side, table, columns, tuple((pair, use.reached(columns)) for pair, use in uses))


def _uses(lens: Lens, pair: Pair, side: Side) -> Iterator[Use]:
    for table in pair.faces[side].tables:
        yield ByColumns(table, table.key)
    for group in pair.groups:
        for satellite in group.satellites:
            if satellite.side is side and satellite.owner:
                yield ByColumns(lens.schemas[side].tables[satellite.table], satellite.owner)
    yield from looked_at(lens, pair, side)


def _different(uses: Iterator[Use]) -> list[Use]:
    """Each use once."""
    found: list[Use] = []
    for use in uses:
        if not any(use.same_as(known) for known in found):
            found.append(use)
    return found
