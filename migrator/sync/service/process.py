"""Start an applier as a process that outlives the command which started it, and stop one."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time

from migrator.errors import Exit, MigratorError, TimedOut
from migrator.sync.service.errand import Errand
from migrator.sync.service.standing import Phase, Standing
from migrator.sync.service.station import Station
from migrator.text import _

POLL = 0.05
TO_BEGIN = 60.0
"""Seconds in which a new process has to say that it works, or why it does not."""
TO_END = 120.0
"""Seconds in which one has to end its batch and leave."""


class NotStarted(MigratorError):
    """The process has ended before it worked; message, hint and code are its own."""

    def __init__(self, said: Standing | None, station: Station) -> None:
        super().__init__(said.why if said and said.why else _("the applier has ended before it worked"),
                         where=str(station.log), hint=said.hint if said and said.hint else _("read its log"))
        self.code = Exit(said.code) if said and said.code else Exit.UNEXPECTED


def start(station: Station, errand: Errand) -> int:
    """Start the applier with a session and a log of its own; gives its process id as soon as it works.

    Where one lives already, that one is given. Raises NotStarted with what the new process has said of its end,
    TimedOut when it says nothing.
    """
    if station.pid:
        return station.pid
    station.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with station.log.open("ab") as log:
        station.log.chmod(0o600)
        process = subprocess.Popen(errand.words, env=errand.environment, stdin=subprocess.DEVNULL, stdout=log,
                                   stderr=log, start_new_session=True, close_fds=True)
    deadline = time.monotonic() + TO_BEGIN
    while time.monotonic() < deadline:
        ended, said = process.poll() is not None, station.standing()
        if said and said.pid == process.pid and said.phase in (Phase.WORKS, Phase.WAITS):
            return process.pid
        if ended and station.pid:  # two were started at once, and the other one was quicker
            return station.pid
        if ended:
            raise NotStarted(said if said and said.pid == process.pid else None, station)
        time.sleep(POLL)
    raise TimedOut(_("the applier, process {pid}, has not begun to work").format(pid=process.pid),
                   where=str(station.log), hint=_("read its log"))


def stop(station: Station) -> int | None:
    """Have the applier of this machine end its batch and leave; its process id, None where none lived.

    Raises TimedOut when it does not leave.
    """
    pid = station.pid
    if pid is None:
        return None
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + TO_END
    while station.pid == pid:
        if time.monotonic() > deadline:
            raise TimedOut(_("the applier, process {pid}, does not leave").format(pid=pid), where=str(station.log),
                           hint=f"kill -9 {pid}")
        time.sleep(POLL)
    return pid
