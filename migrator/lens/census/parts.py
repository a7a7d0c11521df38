"""Rows that lie in several tables, tables whose rows several pairs share: what is missing, alone, or taken twice."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial, reduce
from operator import add

from sqlalchemy import ColumnElement, and_, case, false, literal, not_, null, true

from migrator.lens.census.finding import Verdict
from migrator.lens.census.question import Question, Survey
from migrator.lens.lens import Lens, in_pair, made
from migrator.lens.pair import Face, Pair
from migrator.lens.scope import Row, Tables
from migrator.lens.side import Side, Way
from migrator.text import _


def parts(pair: Pair, row: Row) -> Iterator[Question]:
    """What the further tables of the old side, and the row conditions of the new, ask of a row of the old side."""
    yield from _further(pair.faces[Side.OLD], row)
    wanted = pair.faces[Side.NEW].rows
    if any(isinstance(condition, list) for condition in wanted.values()):
        cells = made(pair, Way.FORWARD, row)
        new = Row(lambda name: cells.get(name, null()), row.scope)
        yield Question("out-of-pair", Verdict.REFUSED, case((in_pair(pair, Side.NEW, new), false()), else_=true()),
                       _("would not be among the rows of the new side that the mapping means"),
                       _("let the mapping make one of the values that rows: {new: ...} names"), ", ".join(wanted))


def _further(face: Face, row: Row) -> Iterator[Question]:
    for table in face.tables[1:]:
        on = dict(zip(table.key, row(*face.key), strict=True))
        part = row.scope.join((face.side, table.name), on, partial(row.scope.tables, face.side, table.name))
        absent = part.c[table.key[0]].is_(None)
        if table.name not in face.optional:
            yield Question("part-missing", Verdict.REFUSED, absent, _("has no row in {table}").format(
                table=table.name), _("add the missing rows, or list {table} under optional").format(table=table.name),
                table.name)
            continue
        own = [part.c[name] for name in table.columns if name not in table.key]
        yield Question("part-empty", Verdict.REFUSED, and_(not_(absent), *(cell.is_(None) for cell in own)),
                       _("has a row in {table} that holds nothing, and would come back without it").format(
                           table=table.name),
                       _("delete those rows, or do not list {table} under optional").format(table=table.name),
                       table.name)


def alone(lens: Lens, tables: Tables) -> Iterator[Survey]:
    """Surveys of those rows of further tables that have no row in their main table: no pair would take them."""
    for face in _once(pair.faces[Side.OLD] for pair in lens.pairs):
        for table in face.tables[1:]:
            row = Face(Side.OLD, (table,)).read(tables, lenient=True)
            on = dict(zip(face.key, row(*table.key), strict=True))
            main = row.scope.join((Side.OLD, face.main.name), on, partial(tables, Side.OLD, face.main.name))
            missing = Question("part-alone", Verdict.REFUSED, main.c[face.key[0]].is_(None),
                               _("has no row in {table}, so it would be left behind").format(table=face.main.name),
                               _("delete those rows, or add the missing ones to {table}").format(table=face.main.name))
            yield _survey(table.name, Face(Side.OLD, (table,)), row, missing)


def shares(lens: Lens, tables: Tables) -> Iterator[Survey]:
    """Surveys of old tables whose rows go to pairs by a condition: rows that none takes, rows that two take."""
    for name in lens.schemas[Side.OLD].tables:
        takers = [pair for pair in lens.pairs if pair.faces[Side.OLD].main.name == name]
        if not any(pair.faces[Side.OLD].rows for pair in takers):
            continue
        read = {table.name: table for pair in takers for table in pair.faces[Side.OLD].tables}
        face = Face(Side.OLD, tuple(read.values()))
        row = face.read(tables, lenient=True)
        taken = reduce(add, (case((in_pair(pair, Side.OLD, row), literal(1)), else_=literal(0)) for pair in takers))
        yield _survey(name, face, row, *_shared(takers, taken))


def _shared(takers: list[Pair], taken: ColumnElement[int]) -> Iterator[Question]:
    conditions = ", ".join(dict.fromkeys(column for pair in takers for column in pair.faces[Side.OLD].rows))
    if len(takers) == 1:
        yield Question("left-behind", Verdict.OK, taken == 0, _("not among the rows that the mapping means"),
                       _("they stay on the old side; widen rows: {old: ...} if that is not meant"), conditions)
        return
    yield Question("untaken", Verdict.REFUSED, taken == 0, _("no pair takes these rows"),
                   _("let the rows: {old: ...} of one pair name their value, or delete them"), conditions)
    if all(pair.faces[Side.OLD].rows for pair in takers):
        yield Question("taken-twice", Verdict.REFUSED, taken > 1, _("more than one pair takes these rows"),
                       _("make the conditions under rows: {old: ...} exclude each other"), conditions)


def _survey(about: str, face: Face, row: Row, *questions: Question) -> Survey:
    return Survey(about, row, {name: face.type(name) for name in face.key}, true(), questions)


def _once(faces: Iterator[Face]) -> Iterator[Face]:
    """Each bunch of tables once, whatever rows of it are meant."""
    seen: set[tuple[str, ...]] = set()
    for face in faces:
        names = tuple(table.name for table in face.tables)
        if names not in seen:
            seen.add(names)
            yield face
