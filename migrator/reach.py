"""Reach a database of an inventory from the host that it stands at, as the user who may read it there."""

from __future__ import annotations

from functools import partial
from typing import Protocol

from migrator.commands.shell import Command
from migrator.database.base import Database
from migrator.database.mutex import Mutex
from migrator.database.open import make_of, open_database, parsed
from migrator.playbook.inventory import Database as Entry
from migrator.playbook.inventory import Environment
from migrator.secret import resolve
from migrator.transport.base import Transport
from migrator.transport.whole import output_of

HOUR = 3600.0


class Paths(Protocol):
    """Says what a path of the inventory is on its host."""

    def expand(self, path: str) -> str: ...


def open_at(host: Transport, environment: Environment, name: str, entry: Entry) -> Database:
    """The database behind an entry of the environment, which stands at `host`; nothing is connected yet."""
    away, owner = not host.local, owner_of(environment, entry, host)
    return open_database(name, entry, reach=host.tunnel if away else None,
                         on_host=partial(_on_host, host, owner) if away or owner else None,
                         password=resolve(entry.password) if entry.password else None)


def mutex_at(host: Transport, name: str, entry: Entry) -> Mutex | None:
    """The lock in the server of a database that stands at `host`; None for SQLite, which has no server."""
    if make_of(entry.url) == "sqlite":
        return None
    url = parsed(name, entry.url, resolve(entry.password) if entry.password else None)
    return Mutex(name, url, None if host.local else host.tunnel)


def file_of(entry: Entry, host: Paths) -> str:
    """The absolute path of an SQLite entry's file."""
    return host.expand(entry.url.partition(":///")[2].partition("?")[0])


def owner_of(environment: Environment, entry: Entry, host: Paths) -> str | None:
    """The user who may read an SQLite file that lies in a tree with an owner; None: the login user."""
    if make_of(entry.url) != "sqlite":
        return None
    path = file_of(entry, host)
    return next((tree.owner for tree in environment.trees.values() if tree.at == entry.at
                 and path.startswith(f"{host.expand(tree.path).rstrip('/')}/")), None)


def _on_host(host: Transport, owner: str | None, command: Command, input: bytes, *, changes: bool) -> bytes:
    command = command.as_user(owner)
    if changes:
        return host.run(command, input=input, timeout=HOUR).stdout
    return output_of(host, command, input=input, timeout=HOUR)
