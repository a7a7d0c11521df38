"""The order of a copy: a table in which others look something up is filled before them."""

from __future__ import annotations

from sqlalchemy import FromClause

from migrator.errors import FindingsBlock
from migrator.lens.lens import Lens, made, source_row
from migrator.lens.pair import Pair
from migrator.lens.satellites import satellite_rows
from migrator.lens.side import Side, Way
from migrator.text import _


def in_order(lens: Lens) -> list[int]:
    """The places of the lens's pairs, parents first; look-ups are minded more than foreign keys, which can wait.

    Raises FindingsBlock where tables look each other up, so that none can be the first.
    """
    asked = [asked_of(lens, pair, Way.FORWARD) for pair in lens.pairs]
    parents = [{foreign.table for table in pair.faces[Side.NEW].tables for foreign in table.foreign}
               for pair in lens.pairs]
    waiting, order = list(range(len(lens.pairs))), list[int]()
    while waiting:
        free = [place for place in waiting if not asked[place] & _filled(lens, waiting, place)]
        if not free:
            names = ", ".join(lens.pairs[place].name for place in waiting)
            raise FindingsBlock(_("these pairs look something up in each other's new tables, so none can be the first: "
                                  "{names}").format(names=names), hint=_(
                "let one of these columns stay with its side by only-old and only-new, and fill it after the copy; "
                "nothing was written"))
        place = next((one for one in free if not parents[one] & _filled(lens, waiting, one)), free[0])
        waiting.remove(place)
        order.append(place)
    return order


def _filled(lens: Lens, waiting: list[int], but: int) -> set[str]:
    """The new side's tables that other pairs are still to fill."""
    return {table.name for place in waiting if place != but for table in lens.pairs[place].faces[Side.NEW].tables}


def asked_of(lens: Lens, pair: Pair, way: Way) -> set[str]:
    """The target's tables that are looked at when the pair's rows are made; its own are no matter of order."""
    asked: set[str] = set()

    def noted(side: Side, name: str) -> FromClause:
        if side is way.target:
            asked.add(name)
        return lens.tables(side, name)

    made(pair, way, source_row(pair, way, noted))
    for group in pair.groups:
        for satellite in group.satellites:
            if satellite.side is way.target:
                satellite_rows(pair, group, satellite, way, noted)
    return asked - {table.name for table in pair.faces[way.target].tables}
