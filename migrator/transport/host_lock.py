"""The lock of an environment on its host: a readable file that names the run which may act there, and its number.

It stops a second run that knows nothing of our journal, and by its number a process of ours that slept while another
one took its run over.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict

from migrator.commands import host_lock
from migrator.commands.shell import Command
from migrator.errors import Fenced, HostError, Locked, NoSpace, Unreachable
from migrator.text import _
from migrator.transport.base import Transport
from migrator.transport.fence import Fence, Holder


class HostLock:
    """The locks of one host, each a folder in `folder`, mode 0700, of which the newest file counts."""

    def __init__(self, transport: Transport, folder: str) -> None:
        self._transport = transport
        self._folder = folder

    def path(self, environment: str) -> str:
        """Where the environment's lock lies on the host; a leading `~/` is the login user's home."""
        return f"{self._folder}/{environment}"

    def fence(self, holder: Holder) -> Fence:
        """What a job has to find here before it begins for this holder."""
        return Fence(self.path(holder.environment), holder.run, holder.fencing, lambda: self.take(holder, begun=True))

    def take(self, holder: Holder, *, begun: bool = False, ended: Callable[[str], bool] = lambda run: False) -> None:
        """Hold the environment; the same run may take it again with the same or a higher number.

        A host that does not know the lock of a run that has `begun` has lost its memory, and says so from then on.
        `ended` says of another run whether it is known to have ended: what such a run left behind is taken from it.
        Raises Locked when another run holds it, Fenced when the run itself holds it with a higher number, NoSpace,
        and HostError when the file cannot be written.
        """
        while (held := self._tried(holder, begun)) and held.run != holder.run and ended(held.run):
            self.free(holder.environment, held.run)
        if held and held.run == holder.run:
            raise self._fenced(held)
        if held:
            raise self._locked(held)

    def free(self, environment: str, run: str) -> None:
        """Let go of the environment; nothing happens when that run does not hold it."""
        answer = self._asked(host_lock.free(self._expanded(environment), run)).strip()
        if answer != "free":
            raise self._refused(answer)

    def holder(self, environment: str) -> Holder | None:
        """Who holds the environment on this host; None when it is free."""
        said = self._transport.read(host_lock.show(self._expanded(environment))).text
        return Holder.said(said) if host_lock.parsed(said)["state"] == "held" else None

    def break_(self, environment: str) -> Holder | None:
        """Take the lock from whoever holds it and give who that was; its jobs can begin no more. None when free."""
        held = self.holder(environment)
        if held:
            self.free(environment, held.run)
        return held

    def _tried(self, holder: Holder, begun: bool) -> Holder | None:
        """Take it; gives who stands against that."""
        lines = {key: str(value) for key, value in asdict(holder).items()}
        answer = self._asked(host_lock.take(self._expanded(holder.environment), lines, begun=begun))
        verdict, _newline, said = answer.partition("\n")
        if verdict == "taken":
            return None
        if verdict == "held":
            return Holder.said(said)
        raise self._refused(verdict)

    def _asked(self, command: Command) -> str:
        """The answer; asked once more when the connection is found broken, since to repeat it changes nothing."""
        try:
            return self._transport.run(command).text
        except Unreachable:
            return self._transport.run(command).text

    def _expanded(self, environment: str) -> str:
        return self._transport.expand(self.path(environment))

    def _locked(self, held: Holder) -> Locked:
        message = _("{environment} is held by run {run} (process {pid} on {host}, since {since})")
        return Locked(message.format(**asdict(held)), where=self._transport.name, hint=_(
            "inv status --run {run}; if that process is gone for good: inv run.unlock --env {environment} "
            "--reason TEXT").format(**asdict(held)))

    def _fenced(self, held: Holder) -> Fenced:
        message = _("run {run} was taken over by process {pid} on {host}, since {since}")
        return Fenced(message.format(**asdict(held)), where=self._transport.name,
                      hint=f"inv status --run {held.run}")

    def _refused(self, answer: str) -> HostError:
        if answer == "full":
            return NoSpace(_("no space is left for {folder}; nothing was started").format(folder=self._folder),
                           where=self._transport.name, hint=_("make room there and resume"))
        return HostError(_("the lock could not be written: {why}").format(why=answer.removeprefix("refused ") or "-"),
                         where=self._transport.name,
                         hint=_("make {folder} writable for the login user and resume").format(folder=self._folder))

