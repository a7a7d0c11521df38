"""A port of this machine's loopback that leads to a port as seen from a host."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator

import paramiko

from migrator.errors import Unreachable
from migrator.transport.ssh_link import CHANNEL_OPENS, Link

_PIECE = 256 * 1024


@contextlib.contextmanager
def tunnel(connected: Callable[[], Link], address: str, port: int) -> Iterator[tuple[str, int]]:
    """Listen on a free loopback port and carry every connection to `address:port` from the host.

    `connected` gives the connection to use, anew for each carried one, so that a lost one does not end the tunnel.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_accept, args=(listener, connected, address, port), daemon=True).start()
        try:
            yield "127.0.0.1", listener.getsockname()[1]
        finally:
            with contextlib.suppress(OSError):  # wakes the thread that waits in accept
                listener.shutdown(socket.SHUT_RDWR)


def _accept(listener: socket.socket, connected: Callable[[], Link], address: str, port: int) -> None:
    while True:
        try:
            near, peer = listener.accept()
        except OSError:
            return
        threading.Thread(target=_carry, args=(near, peer, connected, address, port), daemon=True).start()


def _carry(near: socket.socket, peer: tuple[str, int], connected: Callable[[], Link], address: str, port: int) -> None:
    with near:
        near.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            far = connected().open_channel("direct-tcpip", (address, port), peer, timeout=CHANNEL_OPENS)
        except (paramiko.SSHException, OSError, EOFError, Unreachable):
            return  # the client sees its connection closed, as from a port where nobody listens
        with far:
            back = threading.Thread(target=_copy, args=(far.recv, near.sendall, lambda: near.shutdown(socket.SHUT_WR)),
                                    daemon=True)
            back.start()
            _copy(near.recv, far.sendall, far.shutdown_write)
            back.join()


def _copy(receive: Callable[[int], bytes], send: Callable[[bytes], object], end: Callable[[], None]) -> None:
    with contextlib.suppress(OSError, EOFError, paramiko.SSHException):
        while piece := receive(_PIECE):
            send(piece)
    with contextlib.suppress(OSError, EOFError, paramiko.SSHException):
        end()
