"""Who may act on a host: the lock there names a run and its fencing number, and a job begins only under that name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass

from migrator.commands.host_lock import parsed
from migrator.errors import Fenced, OutcomeUnknown
from migrator.text import _


@dataclass(frozen=True)
class Holder:
    """Who holds an environment: `owner` drives `run` as process `pid` on machine `host` since an ISO moment."""

    environment: str
    run: str
    owner: str
    host: str
    pid: int
    since: str
    fencing: int

    @classmethod
    def said(cls, text: str) -> Holder | None:
        """Who the lines of a lock's file name, also when he has freed it; None when they name nobody."""
        lines = parsed(text)
        if not lines.get("run"):
            return None
        # A file that somebody has written by hand may lack some lines.
        return cls(lines.get("environment", "-"), lines["run"], lines.get("owner", "-"), lines.get("host", "-"),
                   _number(lines.get("pid")), lines.get("since", "-"), _number(lines.get("fencing")))


@dataclass(frozen=True)
class Fence:
    """The lock at `path` on the host must name this run and this fencing number."""

    path: str
    run: str
    number: int
    renew: Callable[[], None] | None = None
    """Takes the lock that still bears a lower number of the run: the host was away when the run was taken over."""
    resumed: bool = False
    """An earlier process may have begun the jobs; a host that has lost its memory cannot say whether it did."""

    def forgotten(self, host: str, job: str) -> OutcomeUnknown:
        """The error that tells that nobody can say whether the job was begun."""
        return OutcomeUnknown(
            _("this host has lost what it knew of run {run}: nobody can say whether the job {job} began").format(
                run=self.run, job=job), where=host, hint=_("see on the host whether it was done"))

    def broken(self, host: str, lock: str) -> Fenced:
        """The error that tells who is there instead of us, by the lock's lines."""
        there = Holder.said(lock)
        if there is None:
            return Fenced(_("the lock of run {run} is gone from this host; nothing was started").format(run=self.run),
                          where=host, hint=f"inv resume --run {self.run}")
        if parsed(lock).get("state") == "free":
            message = _("run {run} was let go by process {pid} on {host}; nothing was started")
        else:
            message = _("run {run} acts here, by process {pid} on {host} since {since}; nothing was started")
        return Fenced(message.format(**asdict(there)), where=host, hint=f"inv status --run {self.run}")


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() else 0
