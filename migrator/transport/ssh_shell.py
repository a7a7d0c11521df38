"""A shell that stays open on an SSH connection: a command in it costs a fifth of what a session of its own would."""

from __future__ import annotations

import contextlib
import io
import secrets
import time
from collections.abc import Sequence

from migrator.commands import become, questions
from migrator.commands.shell import Command
from migrator.errors import LoginRefused
from migrator.transport.base import LEFT_BEHIND, Result
from migrator.transport.questions import Answers
from migrator.transport.ssh_channel import ConnectionLost, Drain, SessionRefused, started
from migrator.transport.ssh_command import SshCommand
from migrator.transport.ssh_link import Link


class SshShell:
    """Acts as the login user, one thing at a time; every method raises ConnectionLost when the shell is gone, and
    SessionRefused when the host does not let it begin. Deadlines are of the monotonic clock.
    """

    def __init__(self, link: Link, host: str, deadline: float) -> None:
        self._mark = secrets.token_hex(16)
        self._link = link
        self._host = host
        self._answers = Answers(self._mark)
        self._channel = started(link, questions.asker(self._mark).text, None, deadline)
        for receive, take in ((self._channel.recv, self._answers.out.write),
                              (self._channel.recv_stderr, self._answers.err.write)):
            Drain(receive, take, at_end=self._answers.end)
        self._send(questions.opening(), deadline)

    @property
    def open(self) -> bool:
        return self._link.is_active() and not self._answers.over and not self._channel.closed

    def read(self, command: Command, deadline: float) -> Result:
        """Run one command that only reads; raises TimeoutError at the deadline, after stopping it there."""
        results = self.ask([command], deadline)
        if not results:
            raise TimeoutError
        return results[0]

    def ask(self, commands: Sequence[Command], deadline: float) -> list[Result]:
        """The answers in the order of the questions; at the deadline the shell is stopped with what it runs, and the
        answers up to there are given.
        """
        self._answers.expect()
        self._send(questions.asking(commands), deadline)
        results = self._answers.wait(len(commands), deadline)
        if len(results) < len(commands):
            self._break_off()
        return results

    def run(self, command: Command, input: bytes, deadline: float, lingers: float) -> Result:
        """Run one command to its end; raises TimeoutError at the deadline, after stopping it there.

        What it leaves behind is listened to for `lingers` seconds more, and after that the shell is given up for it.
        """
        self._answers.expect()
        self._send(questions.running(command, self._mark, input), deadline)
        result = self._answers.wait_for_end(deadline, lingers)
        if result is None:
            self._break_off()
            raise TimeoutError
        if not self._answers.whole:
            self.close()
        return result

    def close(self) -> None:
        with contextlib.suppress(Exception):
            self._channel.close()

    def _send(self, text: bytes, deadline: float) -> None:
        rest = memoryview(text)
        while rest and time.monotonic() < deadline:
            try:
                rest = rest[self._channel.send(rest):]  # type: ignore[arg-type]  # any buffer does
            except TimeoutError:
                continue
            except (OSError, EOFError) as error:  # EOFError: the connection was cut in this very moment
                raise ConnectionLost(str(error)) from None

    def _break_off(self) -> None:
        """Nothing more is awaited: raise when the shell is gone, else stop it and all that it runs."""
        if not self._link.is_active() or (self._answers.over and self._answers.process):
            raise ConnectionLost
        self.close()
        if not self._answers.process:
            raise SessionRefused
        stop = SshCommand(self._link, self._host, become.stop_group(self._answers.process), None,
                          time.monotonic() + 5, stops=False)
        with contextlib.suppress(ConnectionLost, TimeoutError, LoginRefused):
            stop.run(io.BytesIO(), None, None, LEFT_BEHIND)
