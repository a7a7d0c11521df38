"""Leads running fleets on: has the next sites run, stops a fleet when too many have failed, ends one that is done."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sqlalchemy import RowMapping

from migrator.engine.fleet.next_move import Done, Enqueue, Stop, next_move
from migrator.engine.processes.alive import Alive
from migrator.engine.processes.durable import Durable
from migrator.journal.journal import Journal
from migrator.text import _

TURN = "fleets"
AHEAD = 64
"""Runs that wait in the queue, not more: the next ones are entered as these begin, and a stop finds few of them."""


class Advance:
    """What any worker may do at any time; two at once, or a crash in between, change nothing in what comes of it."""

    def __init__(self, journal: Journal, alive: Alive, durable: Durable, folder: Callable[[str], object]) -> None:
        """`folder` gives the folder of a run on this machine, by its id."""
        self._journal = journal
        self._alive = alive
        self._durable = durable
        self._folder = str(folder("{run}"))

    def __call__(self) -> list[str]:
        """Look at every running fleet once, unless another worker does just now; gives what is worth telling."""
        with self._alive.turn(TURN) as mine:
            return [told for fleet in self._journal.fleets.running() if mine for told in self._advance(fleet)]

    def _advance(self, fleet: RowMapping) -> Iterator[str]:
        name, me = fleet["id"], self._alive.executor
        match next_move(fleet["batches"], self._journal.fleet_sites.states(name), fleet["stop_limit"]):
            case Enqueue(sites):
                self._enter(fleet, sites)
            case Stop(failed):
                why = _("sites failed: {count}; the fleet stops at {limit}").format(
                    count=failed, limit=fleet["stop_limit"])
                if self._journal.fleets.stop(name, actor=me, reason=why):
                    yield _("fleet {fleet} has stopped: {why}").format(fleet=name, why=why)
            case Done():
                if self._journal.fleets.end(name, actor=me):
                    yield _("fleet {fleet} is done").format(fleet=name)
        self._queue(name)

    def _enter(self, fleet: RowMapping, sites: tuple[int, ...]) -> None:
        """Enter runs for the next sites, as many as there is room for in the queue."""
        room = AHEAD - len(self._journal.fleet_sites.queued(fleet["id"]))
        if room > 0:
            self._journal.fleet_sites.enter(fleet["id"], self._journal.runs.plan(fleet["plan"]), sites[:room],
                                            folder=self._folder)

    def _queue(self, name: str) -> None:
        """Queue the runs that were entered: by us just now, or by a worker that died before it had queued them."""
        entered = self._journal.fleet_sites.queued(name)
        known = self._durable.stories([run["id"] for run in entered])
        for run in entered:
            if run["id"] not in known:
                self._durable.enqueue(run["id"], partition=run["environment"])
