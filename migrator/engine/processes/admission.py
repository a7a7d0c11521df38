"""A run is let in before its story is told here, and seen out afterwards: a worker has thousands, and keeps none."""

from __future__ import annotations

import contextlib
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from migrator.engine.plans.freeze import at_hand
from migrator.engine.processes.arrival import Arrivals
from migrator.engine.run.context import Desk
from migrator.errors import MigratorError
from migrator.model.plan import Plan
from migrator.model.states import RunState


class Admission:
    """Sees that a run may go on here and has what it needs; gives back what it had open when it leaves."""

    def __init__(self, desk: Desk, arrivals: Arrivals, shelf: Path) -> None:
        """`shelf` is the folder where playbooks that come from other machines are laid out."""
        self._desk = desk
        self._journal = desk.journal
        self._arrivals = arrivals
        self._shelf = shelf
        self._guests: Counter[str] = Counter()
        self._turn = threading.Lock()

    @contextmanager
    def visit(self, run: str) -> Iterator[bool]:
        """While the run is here; False when it has ended before it began: its fleet was stopped, or it may not begin.

        Raises what forbids a run that has begun to be here.

        What the run holds of its environment stays held when it leaves before its end: in the journal, on the hosts.
        """
        row = self._journal.runs.get(run)
        if row["fleet"] and not self._journal.fleet_sites.admit(run):
            yield False
            return
        with self._guest_of(row["environment"]), self._journal.runs.at_hand(row) as plan:
            if row["state"] != RunState.QUEUED:
                at_hand(plan, self._desk.folder(run), self._journal.blobs, self._shelf)
                self._arrivals.again(run)
            elif not self._begins(run, plan):
                yield False
                return
            try:
                yield True
            finally:
                self._desk.hold.forget(run)

    def _begins(self, run: str, plan: Plan) -> bool:
        """Have a new run begin here; when it cannot, the journal says why and the run has failed."""
        try:
            at_hand(plan, self._desk.folder(run), self._journal.blobs, self._shelf)
        except MigratorError as error:
            self._arrivals.refuse(run, error)
            return False
        with contextlib.suppress(MigratorError):
            self._arrivals.first(run)
            return True
        return False

    @contextmanager
    def _guest_of(self, environment: str) -> Iterator[None]:
        """The last one to leave an environment closes its connections."""
        with self._turn:
            self._guests[environment] += 1
        try:
            yield
        finally:
            with self._turn:
                self._guests[environment] -= 1
                if not self._guests[environment]:
                    del self._guests[environment]
                    self._desk.close(environment)
