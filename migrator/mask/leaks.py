"""Whether any original value is left in a masked database: every one is looked for in every text of it."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from sqlalchemy import Connection, Text, column, or_, select, table

from migrator.database.base import Database
from migrator.mask.dialect import Cell, make_of, read, text_of
from migrator.mask.errors import Leaked
from migrator.mask.kinds.catalogue import JSON, TEXT
from migrator.mask.needles import Needles, plain
from migrator.mask.originals import Originals, distinct
from migrator.mask.plan import Plan, planned
from migrator.mask.rules import Rules
from migrator.mask.structure import Structure, read_structure
from migrator.mask.structure import Table as TableFacts
from migrator.mask.workplace import Workplace
from migrator.text import _

CHUNK = 4_000_000
"""Characters of text that are looked through at once."""
ROWS = 5_000
_GAP = "\0"


@dataclass(frozen=True)
class Leak:
    """Where originals are left, and in how many rows (in files: in how many places); never which ones."""

    where: str
    rows: int

    def __str__(self) -> str:
        return _("{rows} rows of {column}").format(rows=self.rows, column=self.where)


def leaks_in(database: Database, rules: Rules, originals: Originals) -> list[Leak]:
    """Every column in which an original is left: as a whole value where columns are masked, anywhere in a text else.

    A mask that is by chance somebody else's original value is no leak in a column of masks.
    """
    place = Workplace(database)
    needles = originals.needles()
    with place.connect() as connection, connection.begin():
        structure = read_structure(connection)
        plan = planned(rules, structure)
        return sorted([*_whole(connection, plan, originals, needles),
                       *_inside(connection, structure, plan, originals, needles)], key=lambda leak: leak.where)


def require_none(leaks: Sequence[object], where: str) -> None:
    """Raises Leaked that names columns and counts."""
    if leaks:
        raise Leaked(_("original values are left: {places}").format(places="; ".join(map(str, leaks))), where=where,
                     hint=_("give these columns a kind in the rules; ordinary words go to leaks: words"))


def _whole(connection: Connection, plan: Plan, originals: Originals, needles: Needles) -> Iterator[Leak]:
    """Whole values of masked columns that are originals and nobody's masks."""
    for work in plan.works if len(needles) else ():
        left = {value for values in distinct(connection, work) for value in values if value in needles}
        left -= originals.explained(left) if left else set()
        if left:
            cell: Cell = column(work.column.name, Text())
            query = select(text_of(cell, make_of(connection))).select_from(table(work.table)).where(cell.is_not(None))
            values = (read(row[0]) for row in connection.execution_options(yield_per=ROWS).execute(query))
            yield Leak(work.name, sum(plain(value) in left for value in values))


def _inside(connection: Connection, structure: Structure, plan: Plan, originals: Originals,
            needles: Needles) -> Iterator[Leak]:
    """Values anywhere in the texts of columns that are not masked, and of free text that was masked within."""
    masked = {(work.table, work.column.name) for work in plan.works if not work.in_part}
    within = {work.name for work in (*plan.within, *plan.works)}
    for found in structure.values():
        names = [c.name for c in found.columns.values()
                 if c.holds in (TEXT, JSON) and (found.name, c.name) not in masked]
        rows: Counter[str] = Counter()
        for cells in _texts(connection, found, names) if names else ():
            rows.update(_leaking(cells, names, found.name, within, originals, needles))
        yield from (Leak(where, count) for where, count in rows.items())


def _texts(connection: Connection, found: TableFacts, names: Sequence[str]) -> Iterator[list[str]]:
    """The cells of some rows, row by row; NULL is an empty text."""
    cells: list[Cell] = [column(name, Text()) for name in names]
    query = select(*(text_of(cell, make_of(connection)).label(f"c{n}") for n, cell in enumerate(cells))).select_from(
        table(found.name)).where(or_(*(cell.is_not(None) for cell in cells)))
    texts: list[str] = []
    size = 0
    for row in connection.execution_options(yield_per=ROWS).execute(query):
        fresh = ["" if value is None else read(value) for value in row]
        texts += fresh
        size += sum(map(len, fresh))
        if size > CHUNK:
            yield texts
            texts, size = [], 0
    yield texts


def _leaking(cells: list[str], names: Sequence[str], found: str, within: Iterable[str], originals: Originals,
             needles: Needles) -> Iterator[str]:
    """The column of each cell that holds an original."""
    matches = needles.matches(_GAP.join(cells))
    starts = list(accumulate((len(cell) + 1 for cell in cells[:-1]), initial=0))
    placed = [(bisect_right(starts, match.begin) - 1, match.value) for match in matches]
    masked = {f"{found}.{name}" in within for name in names}
    explained = originals.explained({value for _cell, value in placed}) if True in masked and placed else set[Any]()
    hit = {cell for cell, value in placed
           if not (f"{found}.{names[cell % len(names)]}" in within and value in explained)}
    yield from (f"{found}.{names[cell % len(names)]}" for cell in hit)
