"""What a side said of each row when both sides last agreed on it: the base from which changes on either are told.

Each side keeps its own half beside its data, in the same transaction: `migrator_agreed_...` has both keys of a row as
canonical texts, and a fingerprint for each lens group of what this side said. A group has been changed on a side when
its fingerprint is another now. So a merge of three needs neither a copy of old rows nor a clock; values that one side
alone can say are in pair memory (`migrator.lens.memory`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import Column, Connection, Index, MetaData, Table, Text
from sqlalchemy.dialects.mysql import LONGBLOB, VARBINARY

from migrator.database.base import OURS
from migrator.lens.group import Group
from migrator.lens.lens import Lens
from migrator.lens.pair import Pair
from migrator.lens.put.remember import LONGEST_KEY
from migrator.lens.schema import named
from migrator.lens.scope import Cell, Row
from migrator.lens.side import Side
from migrator.lens.sql.canonical import canonical
from migrator.lens.sql.fingerprint import fingerprints


@dataclass(frozen=True)
class Agreed:
    """One side's half of the agreement on a pair."""

    pair: Pair
    side: Side

    @cached_property
    def name(self) -> str:
        """The table's name: the same for the same tables and row conditions, whatever the rest of the mapping says."""
        return f"{OURS}agreed_{mark_of(self.pair)}"

    def keys(self, side: Side) -> list[str]:
        """The columns that hold a side's key as canonical texts."""
        return [f"{side}_key_{n}" for n, _ in enumerate(self.pair.faces[side].key, 1)]

    @cached_property
    def clause(self) -> Table:
        """The table as statements name it."""
        return named(self.name, dict.fromkeys([*self.keys(Side.OLD), *self.keys(Side.NEW), "said"], Text()), self.side)

    @property
    def groups(self) -> Sequence[Group]:
        """The groups that have a place in `said`, in its order: all that say more than which row it is."""
        return [group for group in self.pair.groups if not group.always]

    def said(self, row: Row) -> Cell:
        """What a row of this side says now: the fingerprints of its groups, one behind the other."""
        return fingerprints([_texts(group, self.side, row) for group in self.groups])


def mark_of(pair: Pair) -> str:
    """Tells a pair from others, whatever else the mapping says of it: by its tables and row conditions."""
    said = [[[table.name for table in pair.faces[side].tables], dict(pair.faces[side].rows)] for side in Side]
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()[:16]


def create_halves(connection: Connection, lens: Lens, side: Side) -> None:
    """Make the tables of a side's halves that are not there yet."""
    for pair in lens.pairs:
        half = Agreed(pair, side)
        keys = {*half.keys(Side.OLD), *half.keys(Side.NEW)}
        made = Table(half.name, MetaData(), *(
            Column(c.name, Text().with_variant(VARBINARY(LONGEST_KEY) if c.name in keys else LONGBLOB(),
                                               "mysql", "mariadb")) for c in half.clause.columns), schema=side)
        for named_by in Side:
            Index(f"{half.name}_{named_by}", *(made.c[name] for name in half.keys(named_by)))
        made.create(connection, checkfirst=True)


def _texts(group: Group, side: Side, row: Row) -> list[Cell]:
    end = group.ends[side]
    return [canonical(value, type_) for value, type_ in zip(end.values(row), end.types, strict=True)]
