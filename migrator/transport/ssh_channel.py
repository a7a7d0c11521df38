"""A channel of an SSH connection on which one command runs: started with a deadline, each output read in a thread."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import paramiko

from migrator.transport.ssh_link import CHANNEL_OPENS

PIECE = 256 * 1024
"""Bytes moved at once; smaller pieces cost a quarter of the speed."""
TURN = 0.5
"""Seconds after which a blocked read or write looks at the clock."""


class ConnectionLost(Exception):
    """The connection broke before the command's end was known."""


class SessionRefused(ConnectionLost):
    """The host allows no further session on the connection; nothing began."""


def started(link: paramiko.Transport, text: str, window: int | None, deadline: float) -> paramiko.Channel:
    """A new channel with the shell text running on it.

    Raises SessionRefused, and ConnectionLost when the host does not say that it runs.
    """
    patience = min(CHANNEL_OPENS, max(0.1, deadline - time.monotonic()))
    try:
        channel = link.open_session(window_size=window, timeout=patience)
        channel.settimeout(TURN)
        timer = threading.Timer(patience, channel.close)  # exec_command itself would wait for ever
        timer.daemon = True
        timer.start()
        try:
            # `exec` makes the shell of the script the leader of the process group that sshd has made.
            channel.exec_command(f"exec {text}")
        finally:
            timer.cancel()
    except paramiko.ChannelException as refusal:
        raise SessionRefused(str(refusal)) from None
    except (paramiko.SSHException, OSError, EOFError) as error:
        raise ConnectionLost(str(error)) from None
    return channel


class Drain(threading.Thread):
    """Reads one output to its end and hands every piece on; `failure` is what a taker raised, and ends the reading."""

    def __init__(self, receive: Callable[[int], bytes], *takers: Callable[[bytes], object],
                 at_end: Callable[[], None] = lambda: None) -> None:
        super().__init__(daemon=True)
        self.failure: Exception | None = None
        self._receive = receive
        self._takers = takers
        self._at_end = at_end
        self.start()

    def run(self) -> None:
        try:
            while (piece := self._next()) != b"":
                for take in self._takers:
                    take(piece)
        except Exception as error:  # a full disk under the sink, or a refusal by sudo
            self.failure = error
        self._at_end()

    def _next(self) -> bytes:
        """The next piece; b"" at the end. The channel's own time limit only lets a closed channel be noticed."""
        while True:
            try:
                return self._receive(PIECE)
            except TimeoutError:
                continue
