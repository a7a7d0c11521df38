"""Questions about the foreign keys of the new side: whether the row that is named will be there."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from sqlalchemy import ColumnElement, FromClause, and_, or_, select, union_all

from migrator.lens.census.alphabet import Alphabet
from migrator.lens.census.finding import Verdict
from migrator.lens.census.kept import kept_from
from migrator.lens.census.question import Question
from migrator.lens.lens import Lens, made, rows_for
from migrator.lens.pair import Pair
from migrator.lens.schema import ForeignKey, Table
from migrator.lens.scope import Cell, Row, Tables
from migrator.lens.side import Side, Way
from migrator.lens.types import Family, Type
from migrator.text import _


def orphans(lens: Lens, pair: Pair, row: Row, alphabet: Alphabet) -> Iterator[Question]:
    """What each foreign key of the pair's new tables asks of a row of the old side."""
    face = pair.faces[Side.NEW]
    cells = made(pair, Way.FORWARD, row)
    for table in face.tables:
        names = face.columns_of(table)
        for foreign in table.foreign:
            if any(names[column] not in cells for column in foreign.columns):
                continue
            said = [cells[names[column]] for column in foreign.columns]
            absent = _not_in_old_table(lens, pair, table, foreign, row, said, alphabet)
            if absent is None:
                absent = _not_among_made(lens, foreign, row, said, alphabet)
            if absent is not None:
                yield Question("orphan", Verdict.REFUSED, and_(*(cell.is_not(None) for cell in said), absent),
                               _("names a row of {table} that will not be there").format(table=foreign.table),
                               _advice(foreign, alphabet),
                               f"{table.name}.{', '.join(foreign.columns)}")


def _advice(foreign: ForeignKey, alphabet: Alphabet) -> str:
    if not alphabet.known and any(alphabet.of(foreign.table, column).collation for column in foreign.refers):
        return _("add the missing rows, or empty the column; case and accents count here, since the old side's server "
                 "cannot compare as the new side's does")
    return _("add the missing rows, or empty the column")


def _not_in_old_table(lens: Lens, pair: Pair, table: Table, foreign: ForeignKey, row: Row, said: list[Cell],
                      alphabet: Alphabet) -> ColumnElement[bool] | None:
    """By the old parent table itself, where its rows keep the columns that are referred to, and a key finds them."""
    makers = lens.pairs_of(Side.NEW, foreign.table)
    if len(makers) != 1 or makers[0].faces[Side.OLD].rows or makers[0].faces[Side.NEW].main.name != foreign.table:
        return None
    maker, old = makers[0], makers[0].faces[Side.OLD].main
    kept = [column for name in foreign.refers if (column := kept_from(maker, name)) and column in old.columns]
    names = pair.faces[Side.NEW].columns_of(table)
    if len(kept) < len(said) or set(kept) not in map(set, (old.key, *old.uniques)) or not all(
            _compares_as(old.columns[mine].type, alphabet.of(foreign.table, name).collation)
            and _compares_with(old.columns[mine].type, pair, names[child])
            for mine, name, child in zip(kept, foreign.refers, foreign.columns, strict=True)):
        return None
    found = row.scope.join((Side.OLD, old.name), dict(zip(kept, said, strict=True)),
                           partial(row.scope.tables, Side.OLD, old.name))
    parent = lens.schemas[Side.NEW].tables[foreign.table]
    theirs = _alike(parent, foreign, [found.c[column] for column in kept], alphabet)
    differs = (mine != their for mine, their in zip(_alike(parent, foreign, said, alphabet), theirs, strict=True))
    return or_(found.c[kept[0]].is_(None), *differs)


def _compares_as(old: Type, collation: str | None) -> bool:
    """Whether an old key finds everything that a collation of the new side takes for the same."""
    return collation in (None, old.collation)


def _compares_with(old: Type, pair: Pair, child: str) -> bool:
    """Whether a server compares what a pair makes for a column with this old one; MariaDB mixes no collations."""
    if old.family is Family.INTEGER:
        return True
    column = kept_from(pair, child)
    return column is not None and pair.faces[Side.OLD].type(column).collation == old.collation


def _not_among_made(lens: Lens, foreign: ForeignKey, row: Row, said: list[Cell], alphabet: Alphabet
                    ) -> ColumnElement[bool] | None:
    """By the different keys that rows of the parent will have; None when other things than pairs make them."""
    parents = _parents(lens, foreign, row.scope.tables, alphabet)
    if parents is None:
        return None
    mine = _alike(lens.schemas[Side.NEW].tables[foreign.table], foreign, said, alphabet)
    on = dict(zip((column.name for column in parents.columns), mine, strict=True))
    found = row.scope.join(("parents", foreign.table, *foreign.refers), on, parents.alias)
    absent: ColumnElement[bool] = found.c[next(iter(on))].is_(None)
    return absent


def _parents(lens: Lens, foreign: ForeignKey, tables: Tables, alphabet: Alphabet) -> FromClause | None:
    """Every different key that rows of the referred table will have."""
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
