"""A shell that stays open on an SSH connection and answers questions: a tenth of what a session for each would cost."""

from __future__ import annotations

import contextlib
import io
import secrets
import time
from collections.abc import Sequence

from migrator.commands import become, questions
from migrator.commands.shell import Command
from migrator.errors import LoginRefused
from migrator.transport.base import Result
from migrator.transport.questions import Answers
from migrator.transport.ssh_channel import ConnectionLost, Drain, started
from migrator.transport.ssh_command import SshCommand
from migrator.transport.ssh_link import Link


class SshShell:
    """Asks as the login user, one batch at a time; raises ConnectionLost when it cannot be opened, or is gone."""

    def __init__(self, link: Link, host: str, deadline: float) -> None:
        mark = secrets.token_hex(16)
        self._link = link
        self._host = host
        self._answers = Answers(mark)
        self._channel = started(link, questions.asker(mark).text, None, deadline)
        for receive, take in ((self._channel.recv, self._answers.out.write),
                              (self._channel.recv_stderr, self._answers.err.write)):
            Drain(receive, take, at_end=self._answers.end)
        self._send(questions.opening(), deadline)

    @property
    def open(self) -> bool:
        return self._link.is_active() and not self._answers.over and not self._channel.closed

    def ask(self, commands: Sequence[Command], deadline: float) -> list[Result]:
        """The answers in the order of the questions; at the deadline (of the monotonic clock) the shell is stopped with
        what it runs, and the answers up to there are given.
        """
        self._answers.expect()
        self._send(questions.asking(commands), deadline)
        results = self._answers.wait(len(commands), deadline)
        if len(results) < len(commands):
            if self._answers.over:
                raise ConnectionLost
            self._stop()
        return results

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
            except OSError as error:
                raise ConnectionLost(str(error)) from None

    def _stop(self) -> None:
        """Stop the shell's process group on the host: a closed channel alone would let the command go on."""
        self.close()
        if process := self._answers.process:
            stop = SshCommand(self._link, self._host, become.stop_group(process), None, time.monotonic() + 5,
                              stops=False)
            with contextlib.suppress(ConnectionLost, TimeoutError, LoginRefused):
                stop.run(io.BytesIO(), None, None)
