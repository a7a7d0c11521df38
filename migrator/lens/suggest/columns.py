"""The columns of a pair: which map by themselves, what explains the others, and what is left to each side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from migrator.lens.pair import Face
from migrator.lens.schema import Column
from migrator.lens.side import Side
from migrator.lens.suggest.ground import Ground, Place
from migrator.lens.suggest.key_values import renamed_word
from migrator.lens.suggest.likeness import likeness
from migrator.lens.suggest.lists import exploded
from migrator.lens.suggest.looked_up import looked_up
from migrator.lens.suggest.one_to_one import agreeing, explained
from migrator.lens.suggest.parts import parted
from migrator.lens.suggest.proposal import SURE, Entry, Proposal, Taken, private
from migrator.lens.suggest.questions import differing, questions
from migrator.lens.types import Family
from migrator.text import _

BY_NAME = 0.75
"""Likeness from which names alone are enough for a proposal, where no rows can be compared."""


def entry(faces: Mapping[Side, Face], ground: Ground, confidence: float, evidence: str) -> Entry:
    """Everything that can be said of the columns of two faces."""
    place = Place.of(faces, ground)
    taken = Taken({side: set(faces[side].rows) for side in Side})
    silent, said, asked = _of_equal_names(place, taken)
    for found in (_by_rows(place, taken), _keys(place, taken), _by_names(place, taken)):
        said += _surest(found, taken)
    said += _left(place, taken)
    return Entry(faces, confidence, evidence, tuple(silent), tuple(said), tuple(asked), tuple(questions(place, said)))


def _of_equal_names(place: Place, taken: Taken) -> tuple[list[str], list[Proposal], list[str]]:
    """Columns of equal names: those that map by themselves, those that need a word, and questions."""
    silent: list[str] = []
    said: list[Proposal] = []
    asked: list[str] = []
    there = {column.name: column for column in place.columns(Side.NEW)}
    for old in place.columns(Side.OLD):
        if old.name not in there or any(old.name in taken.columns[side] for side in Side):
            continue
        seen = place.seen(old, there[old.name])
        same = agreeing(seen)
        best = renamed_word(place, old.name)
        if best is None and not (seen.plain and same == seen.asked):
            best = max(explained(seen), key=lambda p: p.confidence, default=None)
        if seen.plain and (best is None or best.operation == "rename"):
            silent.append(old.name)
            taken.take(private(Side.OLD, old.name, ""))
            taken.take(private(Side.NEW, old.name, ""))
            if same < seen.asked:
                asked.append(differing(place, seen, same))
        elif best is not None and best.confidence >= SURE:
            said.append(best)
            taken.take(best)
        elif not seen.filled and not seen.plain:
            retyped = Proposal("convert", {"old": old.name, "new": old.name}, SURE, _("the names are equal"),
                               {Side.OLD: (old.name,), Side.NEW: (old.name,)},
                               todo=_("{pair}: no row shows how {column} is converted").format(pair=place.name,
                                                                                             column=old.name))
            said.append(retyped)
            taken.take(retyped)
    return silent, said, asked


def _free(place: Place, taken: Taken) -> dict[Side, list[Column]]:
    return {side: [column for column in place.columns(side) if column.name not in taken.columns[side]]
            for side in Side}


def _by_rows(place: Place, taken: Taken) -> Iterator[Proposal]:
    """What rows of equal keys show of the columns that are left."""
    free = _free(place, taken)
    for old in free[Side.OLD]:
        for new in free[Side.NEW]:
            yield from explained(place.seen(old, new))
    yield from parted(place, free)
    yield from looked_up(place, free)
    yield from exploded(place, free)


def _keys(place: Place, taken: Taken) -> Iterator[Proposal]:
    """Key columns that are left, in their order: pairs are made by keys."""
    keys = [[name for name in place.faces[side].key if name not in taken.columns[side]] for side in Side]
    if len(keys[0]) == len(keys[1]):
        for old, new in zip(*keys, strict=True):
            if place.by_itself(place.column(Side.OLD, old), place.column(Side.NEW, new)):
                yield Proposal("rename", {"old": old, "new": new}, SURE, _("both are the key of their tables"),
                               {Side.OLD: (old,), Side.NEW: (new,)})


def _by_names(place: Place, taken: Taken) -> Iterator[Proposal]:
    """Columns with names that look alike, where no row tells more."""
    free = _free(place, taken)
    for old in free[Side.OLD]:
        for new in free[Side.NEW]:
            alike = likeness(old.name, new.name)
            if alike >= BY_NAME and not (seen := place.seen(old, new)).filled and seen.plain:
                yield Proposal("rename", {"old": old.name, "new": new.name}, round(0.8 * alike, 2),
                               _("the names look alike, and no rows with equal keys tell more"),
                               {Side.OLD: (old.name,), Side.NEW: (new.name,)},
                               todo=_("{pair}: is {new} really what {old} was? Only the names say so").format(
                                   pair=place.name, old=old.name, new=new.name))


def _surest(found: Iterable[Proposal], taken: Taken) -> list[Proposal]:
    """The surest proposals of which no two account for the same column; a list of words only where no rule is found."""
    chosen = []
    for proposal in sorted(found, key=lambda p: (p.operation == "values", -p.confidence, p.name)):
        if proposal.confidence >= SURE and taken.free(proposal):
            taken.take(proposal)
            chosen.append(proposal)
    return chosen


def _left(place: Place, taken: Taken) -> Iterator[Proposal]:
    """What nothing explains stays on its side."""
    for side in Side:
        for column in place.columns(side):
            if column.name in taken.columns[side]:
                continue
            sampled = {record[column.name] for record in place.rows.of(side)}
            always = next(iter(sampled)) if len(sampled) == 1 else None
            needed = side is Side.NEW and not column.nullable and column.default is None and not column.counted
            if needed and always is not None and column.type.family in (Family.TEXT, Family.INTEGER):
                default = int(always) if column.type.family is Family.INTEGER else always
                yield private(side, column.name, _("every sampled row has this value"), default)
            else:
                yield private(side, column.name, _("nothing on the other side is like it"))
