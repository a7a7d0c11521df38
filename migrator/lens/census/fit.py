"""Questions about the columns that a pair fills: whether what is made for them fits in there."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import ColumnElement, and_, false, literal_column, not_, or_, true

from migrator.lens.census.alphabet import Alphabet
from migrator.lens.census.finding import Verdict
from migrator.lens.census.question import Question
from migrator.lens.lens import filled, made
from migrator.lens.pair import Pair
from migrator.lens.schema import Column, Table
from migrator.lens.scope import Cell, Row
from migrator.lens.side import Side, Way
from migrator.lens.sql.length import Characters, Octets
from migrator.lens.sql.letters import Unsayable
from migrator.lens.types import Family
from migrator.text import _

Case = tuple[str, ColumnElement[bool], str, str]
"""Code, condition, message and advice of a question."""


def fits(pair: Pair, row: Row, alphabet: Alphabet) -> Iterator[Question]:
    """What each column that is filled asks of a row of the old side."""
    face = pair.faces[Side.NEW]
    cells = made(pair, Way.FORWARD, row)
    doubted = {column: or_(false(), *(doubt.condition for doubt in group.doubtful(Way.FORWARD, row)))
               for group in pair.groups for column in group.ends[Side.NEW].columns}
    for table in face.tables:
        there = filled(face, table, cells) if table.name in face.optional else true()
        for column, name in face.columns_of(table).items():
            cases = _cases(table, table.columns[column], cells.get(name), alphabet, doubted.get(name, false()))
            for code, condition, message, advice in cases:
                yield Question(code, Verdict.REFUSED, and_(there, condition), message, advice,
                               f"{table.name}.{column}")


def _cases(table: Table, column: Column, cell: Cell | None, alphabet: Alphabet, doubted: ColumnElement[bool]
           ) -> Iterator[Case]:
    if not column.nullable and not column.generated:
        if cell is not None:
            yield ("empty", and_(cell.is_(None), not_(doubted)), _("empty (NULL), and the new column must not be"),
                   _("fill the old column, or say a default in the mapping"))
        elif column.default is None and not column.counted:
            yield ("no-value", true(), _("nothing is said to fill this column, and it must not be empty"),
                   _("give it a default: only-new: {{column: {column}, default: ...}}").format(column=column.name))
    if cell is None:
        return
    yield from _lengths(column, cell)
    yield from _letters(table, column, cell, alphabet)
    bounds = None if column.type.loose else column.type.bounds
    if bounds and column.type.family in (Family.INTEGER, Family.DECIMAL):
        outside = or_(cell <= literal_column(str(bounds[0] - 1)), cell >= literal_column(str(bounds[1] + 1)))
        yield ("out-of-range", outside, _("outside of {low} to {high}").format(
            low=bounds[0], high=bounds[1]), _("correct the old values, or widen the new column"))


def _lengths(column: Column, cell: Cell) -> Iterator[Case]:
    type_ = column.type
    if type_.loose:
        return
    widen = _("shorten the old values, or widen the new column")
    if type_.family is Family.TEXT and type_.length:
        yield ("too-long", Characters(cell) > type_.length,
               _("longer than {n} characters").format(n=type_.length), widen)
    octets = type_.octets if type_.family is Family.TEXT else type_.length if type_.family is Family.BINARY else None
    if octets:
        yield ("too-many-bytes", Octets(cell) > literal_column(str(octets)),
               _("longer than {n} bytes").format(n=octets), widen)


def _letters(table: Table, column: Column, cell: Cell, alphabet: Alphabet) -> Iterator[Case]:
    charset = alphabet.of(table.name, column.name).charset
    if charset in alphabet.said:
        yield ("not-in-charset", Unsayable(cell, str(charset), alphabet.said[str(charset)]),
               _("holds letters that the character set {charset} of the new column lacks").format(charset=charset),
               _("give the new column the character set utf8mb4, or replace the letters"))
