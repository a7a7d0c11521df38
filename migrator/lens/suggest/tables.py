"""Which tables belong together: by their names, else by what they are made of and the rows they hold."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from migrator.lens.pair import Face
from migrator.lens.schema import Schema, Table
from migrator.lens.side import Side
from migrator.lens.suggest.evidence import Seen, Together, together
from migrator.lens.suggest.likeness import likeness
from migrator.lens.suggest.one_to_one import explained
from migrator.lens.suggest.proposal import SURE
from migrator.lens.suggest.sample import Samples
from migrator.text import _

CLOSEST = 4
"""New tables that an old one is compared with row by row, the likeliest by names first."""
WORTH = 0.2
ENOUGH = 100
"""Rows by which two tables are compared; more of them are looked at when columns are."""
CLEAR = 0.8
"""Confidence from which a column counts as explained when tables are compared."""


@dataclass(frozen=True)
class Couple:
    """Two tables whose rows are the same thing, how sure that is, and why."""

    old: Table
    new: Table
    confidence: float
    evidence: str

    def faces(self) -> dict[Side, Face]:
        """Both as faces of a pair."""
        return {Side.OLD: Face(Side.OLD, (self.old,)), Side.NEW: Face(Side.NEW, (self.new,))}


def couples(schemas: Mapping[Side, Schema], samples: Samples) -> tuple[list[Couple], list[str]]:
    """All pairs of tables, and questions about those that are likely pairs and no more."""
    old, new = schemas[Side.OLD].tables, schemas[Side.NEW].tables
    found = [Couple(old[name], new[name], 1.0, _("the names are equal")) for name in sorted(old)
             if name in new and old[name].key and new[name].key]
    asked = []
    taken = {side: {getattr(c, side).name for c in found} for side in Side}
    for couple in sorted(_candidates(schemas, samples), key=lambda c: (-c.confidence, c.old.name, c.new.name)):
        if couple.old.name in taken[Side.OLD] or couple.new.name in taken[Side.NEW]:
            continue
        if couple.confidence < SURE:
            asked.append(_("is the table {old} what {new} is now? {evidence}; that is not enough to write it").format(
                old=couple.old.name, new=couple.new.name, evidence=couple.evidence))
            continue
        found.append(couple)
        taken[Side.OLD].add(couple.old.name)
        taken[Side.NEW].add(couple.new.name)
    return sorted(found, key=lambda c: (c.old.name, c.new.name)), asked


def _candidates(schemas: Mapping[Side, Schema], samples: Samples) -> Iterator[Couple]:
    old, new = schemas[Side.OLD].tables, schemas[Side.NEW].tables
    spare = [table for name, table in sorted(new.items()) if table.key and name not in old]
    for name, table in sorted(old.items()):
        if name in new or not table.key:
            continue
        ranked = sorted(((shape(table, other), other) for other in spare if len(other.key) == len(table.key)),
                        key=lambda found: (-found[0], found[1].name))
        for alike, other in ranked[:CLOSEST]:
            couple = _compared(samples, table, other, alike)
            if couple.confidence >= WORTH:
                yield couple


def shape(old: Table, new: Table) -> float:
    """How much two tables look alike by their names and the names of their columns, 0.0 to 1.0."""
    shared = len(set(old.columns) & set(new.columns))
    columns = 2 * shared / (len(old.columns) + len(new.columns))
    return 0.4 * likeness(old.name, new.name) + 0.6 * columns


def _compared(samples: Samples, old: Table, new: Table, alike: float) -> Couple:
    faces = Couple(old, new, alike, "").faces()
    rows = together(samples, faces[Side.OLD], faces[Side.NEW])
    smaller = min(len(samples.rows(Side.OLD, old.name).records), len(samples.rows(Side.NEW, new.name).records))
    if not smaller:
        return Couple(old, new, round(alike, 2), _("names and columns look alike by {alike:.0%}; no rows to compare"
                                                   ).format(alike=alike))
    clear = len(list(_explained(rows.first(ENOUGH), old, new)))
    count = len(old.columns) - len(old.key)
    shared = len(rows.keys) / smaller
    content = shared * (clear / max(1, count)) ** 0.5  # a rewritten column or two must not hide a table
    sure = max(0.3 * alike + 0.7 * content, min(alike, 0.3 + content))
    return Couple(old, new, round(sure, 2), _(
        "names and columns look alike by {alike:.0%}, {shared:.0%} of the sampled keys are on both sides, and {clear} "
        "of {count} columns are explained by these rows").format(alike=alike, shared=shared, clear=clear, count=count))


def _explained(rows: Together, old: Table, new: Table) -> Iterator[str]:
    """Old columns, keys left out, of which rows of equal keys show what became of them."""
    for column in old.columns.values():
        for other in new.columns.values():
            if column.name in old.key or other.name in new.key:
                continue
            seen = Seen(column, other, rows.pairs(column.name, other.name))
            if len(set(seen.filled)) > 1 and any(p.confidence >= CLEAR for p in explained(seen)):
                yield column.name
                break
