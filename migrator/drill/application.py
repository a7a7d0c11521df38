"""The application of a scratch environment: its services started and stopped, whoever else may look on."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import uuid4

from migrator.application.service import ServiceOnHost, bring_all
from migrator.commands import files
from migrator.commands.shell import Command
from migrator.site import Site
from migrator.transport.jobs import Jobs

WITHIN = 120.0
"""Seconds that one service may take to start or to stop."""


@dataclass(frozen=True)
class Application:
    """All services of one environment. Starting is a job on the host, so that what it starts outlives a connection."""

    site: Site

    @property
    def names(self) -> list[str]:
        """Of all services, in the order in which they start."""
        return list(self.site.environment.services)

    def running(self) -> list[str]:
        """Names of the services that run now; raises WrongUse for one that cannot be asked."""
        return [name for name in self.names if self._service(name).runs()]

    def start(self, names: Iterable[str]) -> list[str]:
        """Start these in order; names of those that had to be. Raises TimedOut, CommandFailed."""
        return bring_all(map(self._service, names), "start", self._job, WITHIN)

    def stop(self) -> list[str]:
        """Stop all that run, the last first; names of those that had to be."""
        return bring_all(map(self._service, reversed(self.names)), "stop", self._job, WITHIN)

    def require_known(self) -> None:
        """Raises WrongUse for a service that the inventory does not say how to start, stop or ask."""
        for service in map(self._service, self.names):
            service.command("start"), service.command("stop"), service.question()

    def jobs(self, at: str) -> Jobs:
        """The jobs of this drill on one of its hosts."""
        return Jobs(self.site.host(at), self._folder(at))

    def tidy(self) -> None:
        """Remove what starting, stopping and laying out have left on the hosts."""
        for at in self.site.environment.hosts:
            host = self.site.host(at)
            host.run(files.remove_tree(host.expand(self._folder(at))))

    def _service(self, name: str) -> ServiceOnHost:
        return ServiceOnHost(self.site, name)

    def _job(self, command: Command, *, on: str, label: str) -> object:
        name = f"{label}-{uuid4().hex[:12]}"  # the same service may start again in this drill, and in the next
        return self.jobs(on).run(name, command, timeout=WITHIN)

    def _folder(self, at: str) -> str:
        return posixpath.join(self.site.environment.hosts[at].work, "scratch", "drill-jobs")
