"""One command on an SSH connection: outputs read while input is written, sudo answered, every wait bounded."""

from __future__ import annotations

import contextlib
import io
import secrets
import time
from typing import BinaryIO

import paramiko

from migrator.commands import become
from migrator.commands.shell import Command
from migrator.errors import LoginRefused
from migrator.secret import Secret
from migrator.transport.base import LEFT_BEHIND, OnLine, Result
from migrator.transport.ssh_channel import PIECE, TURN, ConnectionLost, Drain, started
from migrator.transport.ssh_link import Link
from migrator.transport.ssh_sudo import SudoTalk
from migrator.transport.streams import Lines, Tail


class SshCommand:
    """Runs one command once; what happened to it is in the Result, or in the exception.

    `deadline` is of the monotonic clock; at it the command is stopped on the host, unless `stops` is false.
    """

    def __init__(self, link: Link, host: str, command: Command, sudo_password: Secret | None, deadline: float, *,
                 stops: bool = True) -> None:
        self._link = link
        self._host = host
        self._command = command
        self._password = sudo_password
        self._deadline = deadline
        self._stops = stops
        self._talk = SudoTalk(secrets.token_hex(8))

    def run(self, source: BinaryIO, sink: BinaryIO | None, on_line: OnLine | None,
            lingers: float = LEFT_BEHIND) -> Result:
        """Run it; raises TimeoutError at the deadline (after stopping it there), ConnectionLost, LoginRefused."""
        began = time.monotonic()
        out, err, lines, more_lines = Tail(), Tail(), Lines(on_line), Lines(on_line)
        text = become.announced(self._command, self._talk.mark).text
        channel = started(self._link, text, self._link.window, self._deadline)
        drains = [Drain(channel.recv, *((sink.write,) if sink else (out.write, lines.write))),
                  Drain(channel.recv_stderr, lambda p: self._listen(channel, p, err, more_lines),
                        at_end=self._talk.settled.set)]
        try:
            self._feed(channel, source)
            self._finish(channel, drains, lingers)
            code = channel.exit_status if channel.status_event.is_set() else -1
        finally:
            with contextlib.suppress(Exception):
                channel.close()
        for drain in drains:
            if drain.failure:
                raise drain.failure
        # A command that a signal ended has no code either, but its host says that the output is over.
        if code == -1 and not (channel.eof_received and self._link.is_active()):
            raise ConnectionLost
        lines.close()
        more_lines.close()
        if not self._talk.begun:
            err.write(self._talk.heard)
        result = Result(255 if code == -1 else code, out.content, err.content, time.monotonic() - began)
        self._talk.explain(self._host, self._command.user, result)
        return result

    def _listen(self, channel: paramiko.Channel, piece: bytes, err: Tail, lines: Lines) -> None:
        if not self._talk.begun:
            piece = self._talk.hear(piece)
            if self._talk.asked:
                channel.sendall(self._talk.answer(self._host, self._command.user, self._password))
        if self._talk.begun and piece:
            err.write(piece)
            lines.write(piece)

    def _feed(self, channel: paramiko.Channel, source: BinaryIO) -> None:
        """Hand over the input, once it is sure that the command and not sudo reads it."""
        while not self._talk.settled.wait(TURN):
            self._look_at_clock(channel)
        if not self._talk.begun:
            return
        while piece := source.read(PIECE):
            rest = memoryview(piece)
            while rest:
                try:
                    rest = rest[channel.send(rest):]  # type: ignore[arg-type]  # any buffer does
                except TimeoutError:
                    if channel.status_event.is_set():
                        return
                    self._look_at_clock(channel)
                except (OSError, EOFError):  # the command has closed its input, or has ended
                    return
        with contextlib.suppress(OSError, EOFError):
            channel.shutdown_write()

    def _finish(self, channel: paramiko.Channel, drains: list[Drain], lingers: float) -> None:
        ended: float | None = None
        while any(d.is_alive() for d in drains):
            for drain in drains:
                drain.join(min(TURN, lingers) / 2)
            if any(d.failure for d in drains):
                return
            if channel.status_event.is_set():
                ended = ended or time.monotonic()
                if time.monotonic() - ended > lingers and not channel.recv_ready():
                    return
            self._look_at_clock(channel)
        while not channel.status_event.wait(TURN) and not any(d.failure for d in drains):
            self._look_at_clock(channel)

    def _look_at_clock(self, channel: paramiko.Channel) -> None:
        if time.monotonic() < self._deadline:
            return
        channel.close()
        self._stop_there()
        raise TimeoutError

    def _stop_there(self) -> None:
        """Stop the process group on the host, as its user: a closed channel alone would let it go on."""
        if not self._stops or not self._talk.process or not self._link.is_active():
            return
        for user in dict.fromkeys((self._command.user, None)):
            stop = SshCommand(self._link, self._host, become.stop_group(self._talk.process).as_user(user),
                              self._password, time.monotonic() + 5, stops=False)
            with contextlib.suppress(ConnectionLost, TimeoutError, LoginRefused):
                stop.run(io.BytesIO(), None, None)
