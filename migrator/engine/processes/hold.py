"""Holds an environment for a run wherever somebody else could take it: in the journal, on its hosts, in its databases.

The journal gives a number that only grows (fencing). It is written into the lock file of every host, and a job is begun
only where that file still bears it: a process that slept while another took its run over can start nothing any more.
"""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from migrator import clock
from migrator.database.mutex import Mutex
from migrator.errors import HostError, HostKeyUnknown, MigratorError, WrongUse
from migrator.journal.journal import Journal
from migrator.model.plan import Plan
from migrator.model.states import RunState, Touches
from migrator.reach import mutex_at
from migrator.site import Site
from migrator.step import kinds
from migrator.transport.fence import Fence, Holder
from migrator.transport.host_lock import HostLock

AT_ONCE = 32
PATIENCE = 20.0
"""Seconds in which a server notices that the process whose run is taken over is gone."""
ADDING = "+"
"""Follows the environment's name in the lock of runs that change nothing."""


class Hold:
    """What this process holds; one per process."""

    def __init__(self, journal: Journal, site: Callable[[str], Site]) -> None:
        self._journal = journal
        self._site = site
        self._held: dict[str, Holder] = {}
        self._mutexes: dict[str, list[Mutex]] = {}

    def take(self, run: str, plan: Plan, *, owner: str, begun: bool) -> bool:
        """Hold the plan's environment for the run; False when this process does already.

        A run that has `begun` can be taken over although one of its hosts cannot be used: what is left to do on the
        others is done. Raises Locked with the holder; HostError for a run that has not begun.
        """
        if run in self._held:
            return False
        number = self._journal.locks.take(lock_of(plan), run=run, owner=owner)
        holder = Holder(plan.environment, run, owner, socket.gethostname(), os.getpid(), clock.stamp(), number)
        try:
            if changes(plan):
                self._take_mutexes(run, plan, patience=PATIENCE if begun else 0)
                self._on_hosts(plan, lambda lock: lock.take(holder, begun=begun, ended=self._ended), patient=begun)
        except MigratorError:
            if not begun:
                self.free(run, plan)
            raise
        self._held[run] = holder
        return True

    def free(self, run: str, plan: Plan) -> None:
        """Let go of what the run holds; a host that is away keeps its file, which the next run replaces."""
        if changes(plan):
            self._on_hosts(plan, lambda lock: lock.free(plan.environment, run), patient=True)
        self.forget(run)
        self._journal.locks.free(lock_of(plan), run=run)

    def forget(self, run: str) -> None:
        """The run goes on elsewhere, or later: it still holds what it held, and this process nothing of it."""
        self._held.pop(run, None)
        for mutex in self._mutexes.pop(run, ()):
            mutex.free()

    def seize(self, environment: str, *, actor: str, reason: str) -> list[str]:
        """Take every lock of the environment from runs whose processes are gone, for a stated reason; gives these runs.

        Raises Locked while the process of one that this journal knows is alive.
        """
        site, locks = self._site(environment), self._journal.locks
        broken = [locks.break_(name, actor=actor, reason=reason) for name in (environment, f"{environment}{ADDING}")]
        holders = [host_lock(site, host).break_(environment) for host in site.environment.hosts]
        return list(dict.fromkeys([held["run"] for held in broken if held] + [held.run for held in holders if held]))

    def fence(self, run: str, plan: Plan, site: Site, host: str, *, resumed: bool) -> Fence | None:
        """What a job of the run has to find on the host before it begins; None for a run that only adds.

        resumed: an earlier process may have begun the job.
        """
        if run not in self._held or not changes(plan):
            return None
        return replace(host_lock(site, host).fence(self._held[run]), resumed=resumed)

    def _ended(self, run: str) -> bool:
        """Whether a run that a host's lock names is known here, and has ended."""
        try:
            return RunState(self._journal.runs.get(run)["state"]).ended
        except WrongUse:
            return False

    def _take_mutexes(self, run: str, plan: Plan, *, patience: float) -> None:
        site = self._site(plan.environment)
        for name, entry in site.environment.databases.items():
            if mutex := mutex_at(site.host(entry.at), name, entry):
                self._mutexes.setdefault(run, []).append(mutex)
                mutex.take(patience)

    def _on_hosts(self, plan: Plan, act: Callable[[HostLock], None], *, patient: bool) -> None:
        """The act on the lock of every host at the same time; a `patient` one passes over hosts that cannot be used."""
        site = self._site(plan.environment)

        def on(host: str) -> None:
            with contextlib.suppress(*([HostError, HostKeyUnknown] if patient else [])):
                act(host_lock(site, host))

        hosts = list(site.environment.hosts)
        with ThreadPoolExecutor(min(AT_ONCE, len(hosts)), thread_name_prefix="lock") as pool:
            list(pool.map(on, hosts))


def changes(plan: Plan) -> bool:
    """Whether a plan changes what is there; one that only looks and adds (a backup) disturbs no other run."""
    return any(kinds()[step.kind].touches is Touches.CHANGES for step in plan.steps)


def lock_of(plan: Plan) -> str:
    """The name of the journal's lock; runs that only add hold one of their own: a parked upgrade stops no backup."""
    return plan.environment if changes(plan) else f"{plan.environment}{ADDING}"


def host_lock(site: Site, host: str) -> HostLock:
    """The locks of a host, in our one folder there."""
    return HostLock(site.host(host), f"{site.environment.hosts[host].work}/lock")
