"""Questions about the foreign keys of the new side: whether the row that is named will be there."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import FromClause, and_, select, union_all

from migrator.lens.census.alphabet import Alphabet
from migrator.lens.census.finding import Verdict
from migrator.lens.census.question import Question
from migrator.lens.lens import Lens, made, rows_for
from migrator.lens.pair import Pair
from migrator.lens.schema import ForeignKey, Table
from migrator.lens.scope import Cell, Row, Tables
from migrator.lens.side import Side, Way
from migrator.text import _


def orphans(lens: Lens, pair: Pair, row: Row, alphabet: Alphabet) -> Iterator[Question]:
    """What each foreign key of the pair's new tables asks of a row of the old side."""
    face = pair.faces[Side.NEW]
    cells = made(pair, Way.FORWARD, row)
    for table in face.tables:
        names = face.columns_of(table)
        for foreign in table.foreign:
            parents = _parents(lens, foreign, row.scope.tables, alphabet)
            if parents is None or any(names[column] not in cells for column in foreign.columns):
                continue
            said = [cells[names[column]] for column in foreign.columns]
            parent = lens.schemas[Side.NEW].tables[foreign.table]
            on = dict(zip((column.name for column in parents.columns), _alike(parent, foreign, said, alphabet),
                          strict=True))
            found = row.scope.join(("parents", foreign.table, *foreign.refers), on, parents.alias)
            missing = and_(*(cell.is_not(None) for cell in said), found.c[next(iter(on))].is_(None))
            yield Question("orphan", Verdict.REFUSED, missing,
                           _("names a row of {table} that will not be there").format(table=foreign.table),
                           _("add the missing rows, or empty the column"), f"{table.name}.{', '.join(foreign.columns)}")


def _parents(lens: Lens, foreign: ForeignKey, tables: Tables, alphabet: Alphabet) -> FromClause | None:
    """Every different key that rows of the referred table will have; None when other things than pairs make them."""
    pairs = lens.pairs_of(Side.NEW, foreign.table)
    parent = lens.schemas[Side.NEW].tables.get(foreign.table)
    if parent is None or (not pairs and foreign.table not in lens.only[Side.NEW]):
        return None
    sources: list[FromClause] = [rows_for(pair, Way.FORWARD, parent, tables, lenient=True).subquery() for pair in pairs]
    sources = sources or [tables(Side.NEW, foreign.table)]
    if any(column not in source.c for source in sources for column in foreign.refers):
        return None
    keys = union_all(*(select(*(cell.label(f"k{n}") for n, cell in enumerate(
        _alike(parent, foreign, [source.c[column] for column in foreign.refers], alphabet)))) for source in sources))
    every = keys.subquery()
    return select(*every.c).distinct().subquery()


def _alike(parent: Table, foreign: ForeignKey, cells: list[Cell], alphabet: Alphabet) -> list[Cell]:
    return [alphabet.alike(cell, parent.name, column, parent.columns[column].type)
            for column, cell in zip(foreign.refers, cells, strict=True)]
