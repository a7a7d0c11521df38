"""One authenticated SSH connection, tuned: no Nagle delay, AES-GCM first, a watch that notices a dead peer."""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Sequence

import paramiko

from migrator.errors import Unreachable
from migrator.text import _
from migrator.transport import known_hosts, ssh_watch
from migrator.transport.known_hosts import PublicKey
from migrator.transport.ssh_config import Target
from migrator.transport.ssh_login import log_in

logging.getLogger("paramiko").setLevel(logging.CRITICAL)  # it prints tracebacks of its threads; we say what happened

CHANNEL_OPENS = 15.0
"""Seconds that a host may take to open a channel."""
_CONNECTS, _BANNER, _KEYS, _LOGIN = 10.0, 10.0, 20.0, 20.0
_KEEPALIVE = 5
_FAR = 0.010
"""Seconds of round trip from which on a large window pays; near by it costs."""
_LARGE_WINDOW = 16 * 1024 * 1024


class Link(paramiko.Transport):
    """A connection to one machine; made by `connect`."""

    _preferred_ciphers = ("aes128-gcm@openssh.com", "aes256-gcm@openssh.com",
                          *[c for c in paramiko.Transport._preferred_ciphers  # type: ignore[attr-defined]
                            if "gcm" not in c and "cbc" not in c])
    window: int | None = None
    """Bytes of the receive window of new channels; None is paramiko's 2 MiB."""
    warm: bool = False
    """Whether it carries other connections without delay; see `warm_up`."""
    carriers: tuple[Link, ...] = ()
    """The connections to the jump hosts that carry this one."""

    def close(self) -> None:
        super().close()
        for carrier in reversed(self.carriers):
            carrier.close()


def connect(chain: Sequence[Target]) -> Link:
    """Log in to the last machine of the chain, through all before it; every host key is verified.

    Raises Unreachable, HostKeyUnknown, HostKeyChanged, LoginRefused, each with the machine it is about.
    """
    links: list[Link] = []
    try:
        for target in chain:
            if links:
                warm_up(links[-1], chain[len(links) - 1].name)
            links.append(_logged_in(target, links[-1] if links else None))
    except BaseException:
        for link in reversed(links):
            link.close()
        raise
    links[-1].carriers = tuple(links[:-1])
    return links[-1]


def warm_up(link: Link, name: str) -> None:
    """Run one session, before the connection carries others: sshd sets NODELAY on it only then."""
    if link.warm:
        return
    try:
        with link.open_session(timeout=CHANNEL_OPENS) as channel:
            channel.exec_command("true")
            channel.settimeout(CHANNEL_OPENS)
            channel.recv(1)
    except (OSError, paramiko.SSHException, EOFError):
        if not link.is_active():
            raise Unreachable(_("the host closed the connection after the login"), where=name) from None
    link.warm = True


def offered_key(chain: Sequence[Target]) -> PublicKey:
    """The host key that the last machine offers, verified by nobody; all machines before it are logged in to."""
    link = connect(chain[:-1]) if len(chain) > 1 else None
    try:
        greeted = _greeted(chain[-1], link, [])
        try:
            return _public(greeted)
        finally:
            greeted.close()
    finally:
        if link:
            link.close()


def _logged_in(target: Target, through: Link | None) -> Link:
    entries = known_hosts.load(target.known_hosts)
    name = target.key_name or known_hosts.host_name(target.address, target.port)
    link = _greeted(target, through, known_hosts.recorded_types(entries, name))
    try:
        known_hosts.verify(entries, name, _public(link), hint=target.hint, files=target.known_hosts)
        log_in(link, target)
        link.set_keepalive(_KEEPALIVE)
    except BaseException:
        link.close()
        raise
    ssh_watch.start(link, target.name)
    return link


def _greeted(target: Target, through: Link | None, key_types: Sequence[str]) -> Link:
    """Connected and encrypted; nobody has verified who answers."""
    started = time.monotonic()
    try:
        link = Link(_through(through, target) if through else _dialled(target))
    except (OSError, paramiko.SSHException, EOFError) as error:
        raise _unreachable(target, error) from None
    link.window = _LARGE_WINDOW if time.monotonic() - started > _FAR else None
    link.banner_timeout, link.handshake_timeout = _BANNER, _KEYS
    link.auth_timeout, link.channel_timeout = _LOGIN, CHANNEL_OPENS
    _prefer(link, key_types)
    try:
        link.start_client(timeout=_KEYS)
        link.get_remote_server_key()
    except (OSError, paramiko.SSHException, EOFError) as error:
        link.close()
        raise _unreachable(target, error) from None
    return link


def _dialled(target: Target) -> socket.socket:
    connection = socket.create_connection((target.address, target.port), _CONNECTS)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # together with the keepalive it notices packets that nobody takes
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 15000)
    return connection


def _through(link: Link, target: Target) -> paramiko.Channel:
    return link.open_channel("direct-tcpip", (target.address, target.port), ("127.0.0.1", 0), timeout=CHANNEL_OPENS)


def _prefer(link: Link, key_types: Sequence[str]) -> None:
    """Ask first for the types of key that are recorded, so that the server shows the one we can compare."""
    options = link.get_security_options()
    wanted = [t for k in key_types for t in (("rsa-sha2-512", "rsa-sha2-256") if k == "ssh-rsa" else (k,))]
    first = [t for t in wanted if t in options.key_types]
    options.key_types = [*first, *[t for t in options.key_types if t not in first]]


def _public(link: Link) -> PublicKey:
    key = link.get_remote_server_key()
    return PublicKey(key.get_name(), key.get_base64())


def _unreachable(target: Target, error: Exception) -> Unreachable:
    place = f"{target.address}:{target.port}"
    why = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return Unreachable(_("{place} cannot be reached: {why}").format(place=place, why=why), where=target.name,
                       hint=_("check address, port and network; is sshd running there?"))
