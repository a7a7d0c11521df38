"""Which new columns hold an old column's values as they are, so that the old side's own indexes and keys count."""

from __future__ import annotations

from migrator.lens.pair import Pair
from migrator.lens.side import Side
from migrator.lens.types import Family


def kept_from(pair: Pair, name: str) -> str | None:
    """The old column whose whole numbers or texts a new column of the pair gets unchanged; None where there is none."""
    for group in pair.groups:
        if name not in group.ends[Side.NEW].columns or group.operation != "rename":
            continue
        old, = group.ends[Side.OLD].columns
        here, there = pair.faces[Side.OLD].type(old), pair.faces[Side.NEW].type(name)
        if here.family is there.family and here.family in (Family.INTEGER, Family.TEXT) and here.padded == there.padded:
            return old
    return None
