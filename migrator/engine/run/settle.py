"""Wait until a unit's forward jobs no longer work on a host: undoing beside a running job would tear both."""

from __future__ import annotations

import time

from migrator.commands.shell import words
from migrator.engine.run.context import jobs_on
from migrator.errors import TimedOut
from migrator.journal.attempts import Key
from migrator.model.states import Direction
from migrator.site import Site
from migrator.text import _

POLL = 0.5


def settle(site: Site, host: str, key: Key, *, timeout: float) -> None:
    """Return when no forward job of this unit runs on the host; raises TimedOut after so many seconds."""
    names = _jobs(site, host, f"{key.run}.{key.step}.{key.target}.{Direction.FORWARD}.")
    deadline = time.monotonic() + timeout
    jobs = jobs_on(site, host)
    while running := [name for name in names if jobs.state(name) == "running"]:
        if time.monotonic() > deadline:
            raise TimedOut(_("the job {job} still runs and cannot be undone beside").format(job=running[0]), where=host)
        time.sleep(POLL)


def _jobs(site: Site, host: str, prefix: str) -> list[str]:
    folder = f"{site.environment.hosts[host].work}/jobs"
    transport = site.host(host)
    listing = transport.read(words("ls", "-1", transport.expand(folder)), check=False)
    return [name for name in listing.text.splitlines() if name.startswith(prefix)]
