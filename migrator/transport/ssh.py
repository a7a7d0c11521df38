"""A host reached over SSH: one connection, kept open, made anew when it is lost."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import BinaryIO, TypeVar

from migrator.commands.shell import Command
from migrator.errors import TimedOut, Unreachable
from migrator.playbook.inventory import Host
from migrator.secret import Secret, resolve, scrub
from migrator.text import _
from migrator.transport import ssh_link
from migrator.transport.base import LEFT_BEHIND, OnLine, Result
from migrator.transport.by_shell import ShellTransport
from migrator.transport.ssh_channel import ConnectionLost, SessionRefused
from migrator.transport.ssh_command import SshCommand
from migrator.transport.ssh_config import Target, chain
from migrator.transport.ssh_link import Link
from migrator.transport.ssh_shell import SshShell
from migrator.transport.ssh_staying import StayingShell
from migrator.transport.ssh_tunnel import tunnel
from migrator.units import show_seconds

R = TypeVar("R")
_SESSION_ENDS = 5.0
"""Seconds that a host may need to count a session as ended, where it allows only so many."""


class SshTransport(ShellTransport):
    """Logs in on first use. A lost connection is made anew for the next command; a command that only reads is
    repeated on it, one that may have changed something raises Unreachable instead. What the login user does without
    much input goes to a shell that stays open; all else gets a session of its own.
    """

    local = False

    def __init__(self, name: str, targets: Sequence[Target], sudo_password: Secret | None = None) -> None:
        super().__init__(name)
        self.sudo_password = sudo_password
        self._targets = targets
        self._link: Link | None = None
        self._lock = threading.Lock()
        self._shell = StayingShell(self._connected, name)

    def tunnel(self, address: str, port: int) -> AbstractContextManager[tuple[str, int]]:
        self._carrying()
        return tunnel(self._carrying, address, port)

    def close(self) -> None:
        with self._lock:
            if self._link:
                self._link.close()
            self._link = None

    def _carrying(self) -> Link:
        link = self._connected()
        ssh_link.warm_up(link, self.name)
        return link

    def _connected(self) -> Link:
        with self._lock:
            if self._link is not None and not self._link.is_active():
                self._link.close()  # the connections to its jump hosts may be alive still
                self._link = None
            if self._link is None:
                self._link = ssh_link.connect(self._targets)
            return self._link

    def _execute(self, command: Command, source: BinaryIO, sink: BinaryIO | None, timeout: float,
                 on_line: OnLine | None, *, again: bool, lingers: float = LEFT_BEHIND) -> Result:
        deadline = time.monotonic() + timeout

        def once() -> Result:
            if again:
                source.seek(0)
            shared = None
            if sink is None and on_line is None and self._logs_in_as(command.user):
                shared = self._shared(command, source, deadline, lingers, reads=again)
            return shared or self._alone(command, source, sink, deadline, on_line, lingers)

        try:
            return self._surely(once, deadline, again=again)
        except TimeoutError:
            raise TimedOut(_("stopped after {time}: {command}").format(
                time=show_seconds(timeout), command=scrub(str(command))[:120]), where=self.name) from None

    def _shared(self, command: Command, source: BinaryIO, deadline: float, lingers: float, *,
                reads: bool) -> Result | None:
        """Run it in the shell that stays; None where that cannot be, or its input says more than empty lines."""
        input = source.getvalue() if isinstance(source, io.BytesIO) else b"?"
        if input.strip(b"\n"):
            return None

        def act(shell: SshShell) -> Result:
            if reads and not input:
                return shell.read(command, deadline)
            return shell.run(command, input, deadline, lingers)

        return self._shell.use(act, deadline)

    def _alone(self, command: Command, source: BinaryIO, sink: BinaryIO | None, deadline: float,
               on_line: OnLine | None, lingers: float) -> Result:
        """Run it in a session of its own."""
        user = None if self._logs_in_as(command.user) else command.user
        patience = min(deadline, time.monotonic() + _SESSION_ENDS)
        while True:
            try:
                return SshCommand(self._connected(), self.name, command.as_user(user), self.sudo_password,
                                  deadline).run(source, sink, on_line, lingers)
            except SessionRefused:
                self._shell.give_up()
                if time.monotonic() > patience:
                    raise
                time.sleep(0.05)

    def _ask_as(self, user: str | None, commands: Sequence[Command], timeout: float) -> list[Result]:
        deadline = time.monotonic() + timeout
        results = self._surely(lambda: self._shell.use(lambda shell: shell.ask(commands, deadline), deadline), deadline,
                               again=True) if self._logs_in_as(user) else None
        return super()._ask_as(user, commands, timeout) if results is None else results

    def _surely(self, act: Callable[[], R], deadline: float, *, again: bool) -> R:
        """Do it, with `again` a second time when the connection was lost; raises Unreachable."""
        try:
            try:
                return act()
            except ConnectionLost:
                if not again or time.monotonic() > deadline:
                    raise
                return act()
        except ConnectionLost as error:
            raise Unreachable(_("the connection was lost: {why}").format(why=str(error) or _("the host went silent")),
                              where=self.name) from None

    def _logs_in_as(self, user: str | None) -> bool:
        return user in (None, self._targets[-1].user)


def connect(name: str, hosts: Mapping[str, Host], environment: str) -> SshTransport:
    """The transport to an ssh host of an environment; nothing is opened before its first use.

    `hosts` are the environment's hosts, among them those to jump through. Raises WrongUse for a jump host that is not
    among them.
    """
    asked = hosts[name].sudo_password
    return SshTransport(name, chain(name, hosts, environment), resolve(asked) if asked else None)
