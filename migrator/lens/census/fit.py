"""Questions about the columns that a pair fills: whether what is made for them fits in there."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import ColumnElement, and_, false, not_, or_, true

from migrator.lens.census.alphabet import Alphabet
from migrator.lens.census.finding import Verdict
from migrator.lens.census.question import Question
from migrator.lens.lens import Lens, filled, made
from migrator.lens.pair import Pair
from migrator.lens.passages.passage import Kind
from migrator.lens.pieces.conversion import between
from migrator.lens.schema import Column, Table
from migrator.lens.scope import Cell, Row
from migrator.lens.side import Side, Way
from migrator.lens.sql.letters import Unsayable
from migrator.lens.types import Type
from migrator.text import _

JUDGED = frozenset({"rename", "convert"})
"""Operations that themselves doubt values which do not fit into the column."""
Case = tuple[str, ColumnElement[bool], str, str]
"""Code, condition, message and advice of a question."""


def fits(lens: Lens, pair: Pair, row: Row, alphabet: Alphabet) -> Iterator[Question]:
    """What each column that is filled asks of a row of the old side. What a group doubts itself is not asked again."""
    face = pair.faces[Side.NEW]
    cells = made(pair, Way.FORWARD, row)
    writers = {column: group for group in pair.groups for column in group.ends[Side.NEW].columns}
    for table in face.tables:
        there = filled(face, table, cells) if table.name in face.optional else true()
        for name, column in ((name, table.columns[column]) for column, name in face.columns_of(table).items()):
            if name not in cells:
                cases = _unfilled(column)
            else:
                group = writers.get(name)
                doubts = group.doubtful(Way.FORWARD, row) if group else ()
                doubted: ColumnElement[bool] = or_(false(), *(doubt.condition for doubt in doubts))
                cases = [*_empty(column, cells[name], doubted), *_letters(table, column, cells[name], alphabet)]
                if group is None or group.operation not in JUDGED:
                    cases += _limits(lens, column, cells[name])
            for code, condition, message, advice in cases:
                yield Question(code, Verdict.REFUSED, and_(there, condition), message, advice,
                               f"{table.name}.{column.name}")


def _unfilled(column: Column) -> list[Case]:
    if column.nullable or column.generated or column.counted or column.default is not None:
        return []
    return [("no-value", true(), _("nothing is said to fill this column, and it must not be empty"),
             _("give it a default: only-new: {{column: {column}, default: ...}}").format(column=column.name))]


def _empty(column: Column, cell: Cell, doubted: ColumnElement[bool]) -> Iterator[Case]:
    if not column.nullable and not column.generated:
        yield ("empty", and_(cell.is_(None), not_(doubted)), _("empty, and the other side's column must not be"),
               _("fill the old column, or say a default in the mapping"))


def _limits(lens: Lens, column: Column, cell: Cell) -> Iterator[Case]:
    """What stands between any value of the column's family, made by the old side's server, and the column."""
    anything = Type(column.type.family, column.type.shown, zoned=column.type.zoned)
    passage = between(Kind(anything, lens.schemas[Side.OLD].make), Kind(column.type, lens.schemas[Side.NEW].make))
    for flaw in passage.flaws if passage else ():
        yield (flaw.code, flaw.condition(cell), flaw.sentence,
               _("correct the old values, or widen the new column"))


def _letters(table: Table, column: Column, cell: Cell, alphabet: Alphabet) -> Iterator[Case]:
    charset = alphabet.of(table.name, column.name).charset
    if charset in alphabet.said:
        yield ("not-in-charset", Unsayable(cell, str(charset), alphabet.said[str(charset)]),
               _("holds letters that the character set {charset} of the new column lacks").format(charset=charset),
               _("give the new column the character set utf8mb4, or replace the letters"))
