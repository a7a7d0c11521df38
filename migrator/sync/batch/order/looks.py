"""Looks: what is asked about one pair's part of a batch before it is written."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from migrator.sync.batch.order.check import Check
from migrator.sync.batch.order.claims import claims
from migrator.sync.batch.order.company import Company
from migrator.sync.batch.order.contested import Contested, contested
from migrator.sync.batch.order.missing import missing, missing_of_links
from migrator.sync.batch.order.park import Park
from migrator.sync.batch.order.referred import let_go, referred
from migrator.sync.batch.part import Part
from migrator.sync.batch.renamed.moving import Moving


class Looks:
    """The checks of a pair, put together at the first question."""

    def __init__(self, company: Company, part: Part, moving: Moving) -> None:
        self.company = company
        self.moving = moving
        self._part = part

    @property
    def shares(self) -> bool:
        """Whether other pairs have rows in the same table of the target."""
        return bool(self.company.others(self._part.shape))

    @cached_property
    def first(self) -> list[Check]:
        """Checks that find nothing where nothing has to be held, parked or put off: the common case."""
        return [*self._always, *self.late, *self.contested]

    @cached_property
    def held(self) -> list[Check]:
        """Checks whose rows must wait."""
        return [*self._always, *(check for writing in self._part.writings for check in referred(self.company, writing)),
                *(one.check for one in self._uniques)]

    @cached_property
    def late(self) -> list[Check]:
        """Checks for rows that can only be deleted when others have been written."""
        return [check for writing in self._part.writings for check in let_go(self.company, writing)]

    @cached_property
    def contested(self) -> list[Check]:
        """Checks for unique values that are taken while other rows have them."""
        return [one.looked_at for one in self._uniques]

    @cached_property
    def parks(self) -> list[Park]:
        """Where rows stand aside, one for each table that has contested values."""
        found: dict[str, list[Contested]] = {}
        for one in self._uniques:
            found.setdefault(one.writing.table.name, []).append(one)
        return [Park(f"{self._part.shape.number}_{n}", ones) for n, ones in enumerate(found.values(), 1)]

    @cached_property
    def _uniques(self) -> list[Contested]:
        return [one for writing in self._part.writings for one in contested(self.company, writing)]

    @cached_property
    def _always(self) -> list[Check]:
        return list(self._missing())

    def _missing(self) -> Iterator[Check]:
        yield self.moving.check
        yield from claims(self.company, self._part.shape)
        for writing in self._part.writings:
            yield from missing(self.company, writing)
        for one in self._part.links:
            yield from missing_of_links(self.company, one)
