"""A shell that stays open: its connection may be cut in the very moment of writing to it."""

from __future__ import annotations

import time
from typing import Any, cast

import pytest

from migrator.commands.shell import words
from migrator.transport import ssh_shell
from migrator.transport.ssh_channel import ConnectionLost
from migrator.transport.ssh_shell import SshShell


class Channel:
    """Takes what is sent until `cut` is set; then it breaks as the ssh library's channel does."""

    cut: Exception | None = None
    closed = False

    def send(self, text: bytes) -> int:
        if self.cut:
            raise self.cut
        return len(text)

    def recv(self, _size: int) -> bytes:
        return b""

    recv_stderr = recv


@pytest.mark.parametrize("cut", [EOFError(), OSError("Socket is closed")], ids=repr)
def test_a_cut_while_writing_is_a_lost_connection(monkeypatch: pytest.MonkeyPatch, cut: Exception) -> None:
    channel = Channel()
    monkeypatch.setattr(ssh_shell, "started", lambda *_given: channel)
    shell = SshShell(cast("Any", None), "host", time.monotonic() + 5)
    channel.cut = cut
    with pytest.raises(ConnectionLost):
        shell.read(words("true"), time.monotonic() + 5)
