"""Connections that start at a host: what is said to `127.0.0.1` is said to that host's own loopback."""

from __future__ import annotations

import socket
import ssl
from contextlib import ExitStack
from http.client import HTTPConnection, HTTPSConnection
from types import TracebackType
from typing import Any, Self

from migrator.transport.base import Transport


class Dial:
    """Opens sockets through tunnels of one host; the tunnels stay open until the end of the `with` block."""

    def __init__(self, host: Transport) -> None:
        self._host = host
        self._tunnels = ExitStack()
        self._ends: dict[tuple[str, int], tuple[str, int]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self._tunnels.close()

    def connect(self, address: str, port: int, timeout: float | None) -> socket.socket:
        """A connected socket; raises OSError or the transport's errors."""
        if (address, port) not in self._ends:
            self._ends[address, port] = self._tunnels.enter_context(self._host.tunnel(address, port))
        return socket.create_connection(self._ends[address, port], timeout)


class DialledHttp(HTTPConnection):
    """A web connection over such a socket."""

    def __init__(self, host: str, *, dial: Dial, **options: Any) -> None:
        super().__init__(host, **options)
        self._dial = dial

    def connect(self) -> None:
        self.sock = self._dial.connect(self.host, self.port, self.timeout)


class DialledHttps(HTTPSConnection):
    """An encrypted one: the certificate must be right for the name in the URL, whatever tunnel leads there."""

    def __init__(self, host: str, *, dial: Dial, **options: Any) -> None:
        super().__init__(host, **options)
        self._dial = dial

    def connect(self) -> None:
        raw = self._dial.connect(self.host, self.port, self.timeout)
        self.sock = ssl.create_default_context().wrap_socket(raw, server_hostname=self.host)
