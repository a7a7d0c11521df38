"""The values that masking takes away: in memory only, and only as long as a scan needs them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from sqlalchemy import Connection, Text, column, select, table, types

from migrator.database.base import Database
from migrator.mask.dialect import Cell, make_of, read, text_of
from migrator.mask.kinds.maker import Maker
from migrator.mask.kinds.project_key import ProjectKey
from migrator.mask.needles import Needles, plain
from migrator.mask.plan import Plan, Work, planned
from migrator.mask.rules import LeakRules, Rules
from migrator.mask.structure import read_structure
from migrator.mask.workplace import Workplace
from migrator.secret import Secret
from migrator.text import width

BATCH = 10_000


@dataclass
class Originals:
    """Values by what masks them. `passed_over` counts those that the rules say are not looked for."""

    rules: LeakRules
    values: defaultdict[Maker, set[str]] = field(default_factory=lambda: defaultdict(set))
    passed_over: int = 0

    def add(self, maker: Maker, values: Iterable[str]) -> None:
        """Take values up, except ordinary words, short ones, and what masking leaves as it is."""
        fresh = [value for value in values if value not in self.values[maker]]
        telling = [value for value in fresh if self._tells(value)]
        masks = maker.masked(telling)
        kept = {value for value, mask in zip(telling, masks, strict=True) if mask != value}
        self.passed_over += len(fresh) - len(kept)
        self.values[maker] |= kept

    def needles(self) -> Needles:
        """All of them, to be looked for."""
        return Needles(value for values in self.values.values() for value in values)

    def masks(self) -> dict[str, str]:
        """The mask of each value; of one that several kinds mask the first kind's."""
        found: dict[str, str] = {}
        for maker in reversed(self.values):
            for batch in _batches(self.values[maker]):
                found |= {plain(value): mask or "" for value, mask in zip(batch, maker.masked(batch), strict=True)}
        return found

    def explained(self, found: Collection[str]) -> set[str]:
        """Those of the values found that are somebody's mask too: a made name can be a real one of somebody else."""
        wanted = set(found)
        return {plain(mask) for maker, values in self.values.items() for batch in _batches(values if wanted else ())
                for mask in maker.masked(batch) if mask is not None and plain(mask) in wanted}

    def _tells(self, value: str) -> bool:
        number = value.isascii() and value.isdigit()
        least = self.rules.shortest_number if number else self.rules.shortest
        return (len(value) if number else width(value)) >= least and value not in self.rules.words


def gather(database: Database, rules: Rules, key: Secret) -> Originals:
    """Every different value of every column that the rules mask, read from a database that is not masked yet."""
    makers = rules.makers(ProjectKey(key))
    place = Workplace(database)
    with place.connect() as connection, connection.begin():
        plan = planned(rules, read_structure(connection))
        return gathered(connection, plan, makers, rules.file.leaks)


def gathered(connection: Connection, plan: Plan, makers: Mapping[str, Maker], rules: LeakRules) -> Originals:
    """The same, by a connection and a plan that are there."""
    found = Originals(rules)
    for work in plan.works:
        for values in distinct(connection, work) if makers[work.kind].telling else ():
            for maker, told in makers[work.kind].told(values):
                found.add(maker, told)
    return found


def distinct(connection: Connection, work: Work) -> Iterator[list[str]]:
    """The different values of a column, some thousand at a time; bytes, as of a picture, are no text and left out."""
    if isinstance(work.column.type, types._Binary):
        return
    cell: Cell = column(work.column.name, Text())
    query = select(text_of(cell, make_of(connection))).distinct().select_from(table(work.table))
    for rows in connection.execution_options(yield_per=BATCH).execute(query.where(cell.is_not(None))).partitions():
        yield [read(row[0]) for row in rows]


def _batches(values: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(values)
    while batch := list(islice(rest, BATCH)):
        yield batch
