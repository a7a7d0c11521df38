"""Where a server of our own may stand on a host while a log is replayed, and as whom."""

from __future__ import annotations

import hashlib
import posixpath
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from migrator.backup.client.server import ServerClient
from migrator.commands import files, scratch
from migrator.commands.shell import words
from migrator.database.base import OURS
from migrator.errors import NoSpace
from migrator.site import Site
from migrator.text import _
from migrator.transport.base import Transport
from migrator.units import show_size

_SHORT = 12
"""Digits of a name: the path of a socket may have about a hundred characters in all."""


@dataclass(frozen=True)
class Ground:
    """An empty folder of a host for one user's eyes alone, and the user who works there (None: the login user)."""

    host: Transport
    folder: str
    user: str | None


@contextmanager
def ground(site: Site, client: ServerClient, account: str, needed: int) -> Iterator[Ground]:
    """A ground on the database's host; whatever stands on it, also from before, is stopped and removed.

    Servers refuse to run as root: where root logs in, it is the server's own `account`. `needed` bytes must be free.
    Raises NoSpace.
    """
    name = f"{OURS}moment_{hashlib.sha256(f'{site.name}/{client.name}'.encode()).hexdigest()[:_SHORT]}"
    if client.host.read(words("id", "-u")).text.strip() == "0":
        there = Ground(client.host, posixpath.join("/var/tmp", name), account)  # noqa: S108 (made anew, for one user alone)
    else:
        work = client.host.expand(site.environment.hosts[client.entry.at].work)
        there = Ground(client.host, posixpath.join(work, "scratch", name), None)
    remove = scratch.remove(there.folder).as_user(there.user)
    client.host.run(remove, timeout=300)
    _filesystem, free = client.host.read(files.free(there.folder)).text.rsplit(maxsplit=1)
    if int(free) < needed:
        raise NoSpace(_("{path} has {free} free and {needed} are needed").format(
            path=there.folder, free=show_size(int(free)), needed=show_size(needed)), where=client.host.name,
            hint=_("make room there and resume"))
    client.host.run(scratch.make(there.folder).as_user(there.user))
    try:
        yield there
    finally:
        client.host.run(remove, timeout=300)
