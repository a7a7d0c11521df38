"""Wards: the source's quarantine at the end of a batch, for all pairs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import exists, select

from migrator.sync.batch.part import Part
from migrator.sync.batch.road import Road
from migrator.sync.batch.script import Script
from migrator.sync.quarantine.table import quarantine
from migrator.sync.watched import Watched


class Wards:
    """`watched` are the source's tables by their names."""

    def __init__(self, road: Road, parts: Sequence[Part], watched: Mapping[str, Watched]) -> None:
        self._road = road
        self._parts = parts
        self._watched = watched
        self._script = Script()

    def learn(self, parts: Sequence[Part], inserted: int) -> None:
        """Let go of what the batch has settled. Where that, or rows that came, may be what others wait for, have these
        tried again.
        """
        if not self._occupied():
            return
        freed = sum(part.ward.free() for part in parts)
        if freed or inserted:
            for part in self._parts:
                part.ward.again(self._watched[part.shape.source.main.name])

    def _occupied(self) -> bool:
        table = quarantine(self._road.way.source)
        return bool(self._script.ask("occupied", self._road.source, lambda: select(
            exists(select(table.c.n)).label("occupied")))[0])
