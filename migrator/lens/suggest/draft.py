"""Draft a mapping file from two live databases: everything that schemas, names and rows show, and questions for the
rest.
"""

from __future__ import annotations

from collections.abc import Sequence

from migrator.lens.schema import Schema
from migrator.lens.side import Side
from migrator.lens.suggest.columns import entry
from migrator.lens.suggest.ground import Ground
from migrator.lens.suggest.moved import moved
from migrator.lens.suggest.proposal import Draft, Entry
from migrator.lens.suggest.sample import Samples
from migrator.lens.suggest.settle import settled
from migrator.lens.suggest.splits import Faces, spread
from migrator.lens.suggest.tables import Couple, couples
from migrator.text import _


def draft(old: Schema, new: Schema, samples: Samples) -> Draft:
    """A draft that loads and compiles against both schemas as it is written."""
    schemas = {Side.OLD: old, Side.NEW: new}
    found, todo = couples(schemas, samples)
    spare = {side: frozenset(schemas[side].tables) - {getattr(c, side).name for c in found} for side in Side}
    ground = Ground(schemas, samples, spare)
    pairs, ground = _spread(found, ground)
    entries = moved([entry(faces, ground, sure, why) for faces, sure, why in pairs], ground)
    only, asked = _left(ground, entries)
    return settled(Draft(tuple(entries), only, (*todo, *asked)), schemas)


def _spread(couples: Sequence[Couple], ground: Ground) -> tuple[list[tuple[Faces, float, str]], Ground]:
    """Every pair, with spare tables that hold more of its columns or rows, and which tables are spare then."""
    pairs: list[tuple[Faces, float, str]] = []
    for couple in couples:
        faces: tuple[Faces, ...] = (couple.faces(),)
        sure, why = couple.confidence, couple.evidence
        while len(faces) == 1 and (found := spread(faces[0], ground)):
            ground = ground.without(found.used)
            faces, sure, why = found.faces, min(sure, found.confidence), f"{why}; {found.evidence}"
        pairs += [(face, sure, why) for face in faces]
    return pairs, ground


def _left(ground: Ground, entries: list[Entry]) -> tuple[dict[Side, dict[str, str]], list[str]]:
    """The tables that no pair has and no operation fills, with the reason, and what people are asked about them."""
    filled = {table for e in entries for p in e.proposals for table in p.tables}
    only: dict[Side, dict[str, str]] = {Side.OLD: {}, Side.NEW: {}}
    asked: list[str] = []
    for side in Side:
        for name in sorted(name for name in ground.spare[side] if (side, name) not in filled):
            if ground.table(side, name).key:
                only[side][name] = _("no table of the other side is like it")
            else:
                only[side][name] = _("it has no key")
                asked.append(_("the table {table} of the {side} side has no key, so its rows cannot be paired").format(
                    table=name, side=side.value))
    if only[Side.OLD] and only[Side.NEW]:
        asked.append(_("did any of the tables {old} become any of {new}? Nothing shows it, and each stays on its side "
                       "until a pair is written").format(old=", ".join(only[Side.OLD]), new=", ".join(only[Side.NEW])))
    return only, asked
