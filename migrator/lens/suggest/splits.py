"""Rows that lie in several tables on one side: more columns beside the main table, or some rows here and some there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from migrator.lens.pair import Face
from migrator.lens.schema import Table
from migrator.lens.side import Side
from migrator.lens.suggest.evidence import Seen, Together, confidence, together
from migrator.lens.suggest.ground import Ground
from migrator.lens.suggest.one_to_one import agreeing
from migrator.lens.types import Family
from migrator.text import _

Faces = Mapping[Side, Face]

HELD = 0.9
"""Share of the sampled keys of a further table that must be keys of the pair as well."""


@dataclass(frozen=True)
class Spread:
    """Pairs with the same table on one side, why they are thought to be, and the spare tables that they take up."""

    faces: tuple[Faces, ...]
    evidence: str
    confidence: float
    used: frozenset[tuple[Side, str]]


def spread(faces: Faces, ground: Ground) -> Spread | None:
    """The pair with those spare tables that hold more of its columns or more of its rows; None when there are none."""
    for side in Side:
        for table in _near(faces[side.other], side, ground):
            rows = _met(faces, side, table, ground)
            if rows is not None:
                found = _beside(faces, side, table, rows, ground) or _apart(faces, side, table, rows, ground)
                if found is not None:
                    return found
    return None


def _near(face: Face, side: Side, ground: Ground) -> Iterator[Table]:
    for name in sorted(ground.spare[side]):
        table = ground.table(side, name)
        if table.key and len(table.key) == len(face.key) and set(table.columns) - set(table.key):
            yield table


def _met(faces: Faces, side: Side, table: Table, ground: Ground) -> Together | None:
    """The rows that a spare table and the other side of the pair both have, where these are nearly all of its own."""
    both = {side: Face(side, (table,)), side.other: faces[side.other]}
    rows = together(ground.samples, both[Side.OLD], both[Side.NEW])
    sampled = ground.samples.rows(side, table.name).records
    return rows if rows.keys and len(rows.keys) >= HELD * len(sampled) else None


def _beside(faces: Faces, side: Side, table: Table, rows: Together, ground: Ground) -> Spread | None:
    """A vertical split: the same keys, and columns that the main table of this side does not have."""
    here = ground.samples.rows(side, faces[side].main.name).records
    gone = set(faces[side.other].names()) - set(faces[side].names())
    same = [name for name in sorted(gone) if any(_same(rows, side, column, name, faces, table) for column in
                                                 table.columns if column not in table.key)]
    if not same or not set(rows.keys) <= here.keys():
        return None
    face = faces[side]
    part = len(rows.keys) < len(here)
    wider = replace(face, tables=(*face.tables, table), optional=face.optional | ({table.name} if part else set()))
    return Spread(({**faces, side: wider},), _(
        "{count} of {all} rows go on in {table}, which holds {columns}").format(
            count=len(rows.keys), all=len(here), table=table.name, columns=", ".join(same)),
        confidence(len(rows.keys), len(rows.keys), 0, rows.keys), frozenset({(side, table.name)}))


def _apart(faces: Faces, side: Side, table: Table, rows: Together, ground: Ground) -> Spread | None:
    """A horizontal split: other keys, and a column of the other side that tells which rows are where."""
    here = ground.samples.rows(side, faces[side].main.name).records
    other = faces[side.other]
    mine = together(ground.samples, faces[Side.OLD], faces[Side.NEW])
    if not mine.keys or set(rows.keys) & here.keys():
        return None
    held = set(faces[side].names()) | set(table.columns)
    for name in other.names():
        type_ = other.type(name)
        first, second = ({record[name] for record in found.of(side.other)} for found in (mine, rows))
        if name in held or len(first) != 1 or len(second) != 1 or first == second or None in first | second:
            continue
        if type_.family not in (Family.TEXT, Family.INTEGER):
            continue
        words = [int(str(word)) if type_.family is Family.INTEGER else str(word) for word in (*first, *second)]
        split = tuple({side: face, side.other: replace(other, rows={name: word})} for face, word in
                      zip((faces[side], Face(side, (table,))), words, strict=True))
        return Spread(split, _("{column} is {first} in all {many} rows of {one} and {second} in all {more} of {table}"
                               ).format(column=name, first=words[0], many=len(mine.keys), one=faces[side].main.name,
                                        second=words[1], more=len(rows.keys), table=table.name),
                      min(confidence(len(found.keys), len(found.keys), 0, found.keys) for found in (mine, rows)),
                      frozenset({(side, table.name)}))
    return None


def _same(rows: Together, side: Side, column: str, name: str, faces: Faces, table: Table) -> bool:
    found = faces[side.other].find(name)
    if found is None:
        return False
    ends = {side: table.columns[column], side.other: replace(found[0].columns[found[1]], name=name)}
    seen = Seen(ends[Side.OLD], ends[Side.NEW], rows.pairs(ends[Side.OLD].name, ends[Side.NEW].name))
    return bool(seen.filled) and agreeing(seen) == seen.asked
