"""Opens the hosts and databases of an inventory: each once, on first use, shared by all who ask."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from functools import partial
from typing import TypeVar

from migrator.commands.shell import Command
from migrator.database.base import Database
from migrator.database.open import open_database
from migrator.playbook.inventory import Database as Entry
from migrator.playbook.inventory import Environment, Inventory
from migrator.secret import resolve
from migrator.site import Site
from migrator.transport.base import Transport
from migrator.transport.open import open_transport

T = TypeVar("T")
HOUR = 3600.0


class InventoryDoors:
    """Keeps one transport per host and one database per entry; a database is reached from the host it stands at."""

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory
        self._hosts: dict[tuple[str, str], Transport] = {}
        self._databases: dict[tuple[str, str], Database] = {}
        self._lock = threading.RLock()

    def site(self, name: str) -> Site:
        """The environment with this name, opened."""
        return Site(name, self._inventory.environments[name], self)

    def host(self, environment: str, name: str) -> Transport:
        return self._once(self._hosts, (environment, name),
                          lambda: open_transport(name, self._environment(environment).hosts, environment))

    def database(self, environment: str, name: str) -> Database:
        return self._once(self._databases, (environment, name), lambda: self._open(environment, name))

    def close(self) -> None:
        """Give every connection back."""
        for database in self._databases.values():
            database.close()
        for transport in self._hosts.values():
            transport.close()

    def _open(self, environment: str, name: str) -> Database:
        entry = self._environment(environment).databases[name]
        transport = self.host(environment, entry.at)
        away, owner = not transport.local, self._owner(environment, entry, transport)
        return open_database(name, entry, reach=transport.tunnel if away else None,
                             on_host=partial(_on_host, transport, owner) if away or owner else None,
                             password=resolve(entry.password) if entry.password else None)

    def _owner(self, environment: str, entry: Entry, transport: Transport) -> str | None:
        """The user who may read an SQLite file that lies in a tree with an owner; None: the login user."""
        path = transport.expand(entry.url.partition(":///")[2]) if entry.url.startswith("sqlite") else ""
        return next((tree.owner for tree in self._environment(environment).trees.values() if tree.at == entry.at
                     and path.startswith(f"{transport.expand(tree.path).rstrip('/')}/")), None)

    def _environment(self, name: str) -> Environment:
        return self._inventory.environments[name]

    def _once(self, opened: dict[tuple[str, str], T], key: tuple[str, str], open_it: Callable[[], T]) -> T:
        with self._lock:
            if key not in opened:
                opened[key] = open_it()
            return opened[key]


def _on_host(transport: Transport, owner: str | None, command: Command, input: bytes, *, changes: bool) -> bytes:
    command = command.as_user(owner)
    if changes:
        return transport.run(command, input=input, timeout=HOUR).stdout
    whole = io.BytesIO()  # an answer may be longer than what a plain reading call keeps
    transport.stream_out(command, whole, input=input, timeout=HOUR)
    return whole.getvalue()
