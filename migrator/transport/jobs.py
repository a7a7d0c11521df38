"""Detached jobs: a command that runs exactly once on its host, whatever becomes of the connection or of us.

The job is a directory on the host, made by the job itself before anything else: no directory means that it never
began, a directory means that it is never started again. Its output is a plain file there, as long as the command
makes it; at most 64 KiB of it are read at a look, and of an ended job's output beyond 16 MiB only the tail is kept.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Literal, cast

from migrator.commands import job
from migrator.commands.shell import Command
from migrator.errors import (
    CommandFailed,
    HostAway,
    HostError,
    MigratorError,
    NoSpace,
    OutcomeUnknown,
    TimedOut,
    Unreachable,
)
from migrator.secret import scrub
from migrator.text import _
from migrator.transport.base import OnLine, Result, Transport
from migrator.transport.fence import Fence
from migrator.transport.job_watch import PIECE, JobWatch, Look, pauses
from migrator.transport.sudo import refusal

State = Literal["never", "running", "ended", "unknown"]
_KEPT_ON_HOST = 16 * 1024 * 1024
_SHORT = 0.2
"""Seconds for which a start waits for the end of its job, to be told of it at once; from then on the job is watched."""
_START_TRIES = 120.0
"""Seconds for which a start is tried again when the connection is lost in the middle of it."""


@dataclass(frozen=True)
class JobResult:
    """How a job ended. `output` is its tail, at most 64 KiB, secrets scrubbed."""

    exit_code: int
    output: str
    seconds: float
    attached: bool
    """It had been started before, by us or by a process that is gone."""


class Jobs:
    """The jobs of one host, in one folder of the login user there, mode 0700; begun only while `fence` stands."""

    def __init__(self, transport: Transport, folder: str, fence: Fence | None = None) -> None:
        self._transport = transport
        self._folder = folder
        self._fence = fence

    def run(self, name: str, command: Command, *, stdin: bytes = b"", timeout: float | None = None,
            on_line: OnLine | None = None, check: bool = True) -> JobResult:
        """Start the job unless it was started before, and wait for its end; lost connections are made anew.

        `timeout` is in seconds from now; then the job is stopped with all its processes. Secrets go by `stdin`, which
        is kept in memory only. Raises CommandFailed (with `check`), TimedOut, NoSpace, LoginRefused, HostAway,
        Fenced when the host's lock does not name us any more, and OutcomeUnknown when it began and its host or its
        shell died before it ended, or nobody can say any more whether it began.
        """
        started = time.monotonic()
        deadline = started + timeout if timeout is not None else None
        watch = JobWatch(self._transport, self._directory(name), on_line)
        attached, found = self._start(name, command, stdin, deadline, watch)
        try:
            end = watch.until_decided(deadline, found) or self._stop(name, command, watch)
        except (Unreachable, TimedOut):
            raise self._away(name) from None
        self._raise_unless_ended(name, command, end)
        if end.size > _KEPT_ON_HOST:
            self._transport.run(job.shorten(self._directory(name), PIECE), timeout=600)
        result = JobResult(end.exit_code, scrub(watch.output.decode("utf-8", "backslashreplace")),
                           end.seconds if attached else time.monotonic() - started, attached)
        if check and result.exit_code:
            self._raise_failure(name, command, result)
        return result

    def state(self, name: str) -> State:
        """Whether the job never began, runs, has ended, or began and was lost."""
        found = JobWatch(self._transport, self._directory(name)).settle().state
        return "ended" if found == "stopped" else cast(State, found)

    def _directory(self, name: str) -> str:
        return f"{self._transport.expand(self._folder)}/{name}"

    def _start(self, name: str, command: Command, stdin: bytes, deadline: float | None,
               watch: JobWatch) -> tuple[bool, Look | None]:
        """Start it: whether it had been started before, and how it stands where that is told along.

        Repeating is safe: only one can make the directory.
        """
        password = self._transport.sudo_password
        message = job.message(stdin, password.reveal() if password and command.user else "")
        start = job.start(self._directory(name), command, PIECE, self._lock())
        tries = 0
        for pause in pauses(deadline or time.monotonic() + _START_TRIES, first=0.5, longest=15):
            tries += 1
            try:
                answer = self._transport.run(start, input=message, lingers=_SHORT).stdout
            except (Unreachable, TimedOut):
                if tries == 1 and self._transport.local:
                    raise
                time.sleep(pause)
                continue
            verdict, _newline, rest = answer.partition(b"\n")
            if verdict in (b"began", b"there"):
                found = watch.take_in(rest) if b"\n" in rest else None
                if found is None or found.state != "never":  # else the lock has just sent it away again
                    return verdict == b"there" and tries == 1, found
            elif verdict == b"behind" and self._fence and self._fence.renew:
                self._fence.renew()
            elif verdict:
                raise self._refused(name, *(part.decode(errors="backslashreplace") for part in (verdict, rest)))
        raise self._away(name)

    def _away(self, name: str) -> HostAway:
        return HostAway(_("the host does not answer, and the job {name} may work there").format(name=name),
                        where=self._transport.name, hint=_("resume when the host is back"))

    def _lock(self) -> tuple[str, str, str, str]:
        if self._fence is None:
            return "", "", "", ""
        return (self._transport.expand(self._fence.path), self._fence.run, str(self._fence.number),
                "resumed" if self._fence.resumed else "")

    def _refused(self, name: str, verdict: str, rest: str) -> MigratorError:
        if self._fence and verdict == "forgotten":
            return self._fence.forgotten(self._transport.name, name)
        if self._fence and verdict in ("behind", "fenced"):
            return self._fence.broken(self._transport.name, rest)
        if verdict == "full":
            return NoSpace(_("no space is left for {folder}; nothing was started").format(folder=self._folder),
                           where=self._transport.name, hint=_("make room there and resume"))
        return HostError(_("the job could not be started: {why}").format(why=verdict.removeprefix("refused ")),
                         where=self._transport.name,
                         hint=_("make {folder} writable for the login user and resume").format(folder=self._folder))

    def _stop(self, name: str, command: Command, watch: JobWatch) -> Look:
        """Stop it, first as the user it runs as, and record that; it may have ended by itself meanwhile."""
        directory = self._directory(name)
        for user in dict.fromkeys((command.user, None)):
            self._transport.run(job.stop(directory).as_user(user), timeout=60, check=False)
        self._transport.run(job.record_stop(directory))
        return watch.settle()

    def _raise_unless_ended(self, name: str, command: Command, end: Look) -> None:
        if end.state == "stopped":
            raise TimedOut(_("stopped because its time was over: {command}").format(
                command=scrub(command.text)[:200]), where=f"{self._transport.name} ({name})")
        if end.state != "ended":
            raise OutcomeUnknown(
                _("the job {name} began and was lost before it ended: its host or its shell was stopped").format(
                    name=name), where=self._transport.name,
                hint=_("see on the host what it did; it printed {path}").format(
                    path=f"{self._folder}/{name}/output"))

    def _raise_failure(self, name: str, command: Command, result: JobResult) -> None:
        if command.user and result.exit_code in (1, 127):
            refusal(self._transport.name, command.user,
                    Result(result.exit_code, b"", result.output.encode(), result.seconds))
        raise CommandFailed(
            _("{command} ended with exit code {code}: {tail}").format(
                command=scrub(command.text)[:200], code=result.exit_code, tail=_last_lines(result.output)),
            exit_code=result.exit_code, output=result.output, where=f"{self._transport.name} ({name})")


def _last_lines(output: str, count: int = 10) -> str:
    return "\n".join([line for line in output.splitlines() if line.strip()][-count:]) or "-"
