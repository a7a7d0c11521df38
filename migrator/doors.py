"""Opens the hosts and databases of an inventory: each once, on first use, shared by all who ask."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from migrator.database.base import Database
from migrator.playbook.inventory import Environment, Inventory
from migrator.reach import open_at
from migrator.secret import recognise
from migrator.site import Site
from migrator.transport.base import Transport
from migrator.transport.open import open_transport

T = TypeVar("T")


class InventoryDoors:
    """Keeps one transport per host and one database per entry; a database is reached from the host it stands at."""

    def __init__(self, inventory: Inventory, file: Path | None = None) -> None:
        self.inventory = file
        self._inventory = inventory
        self._hosts: dict[tuple[str, str], Transport] = {}
        self._databases: dict[tuple[str, str], Database] = {}
        self._lock = threading.RLock()

    def site(self, name: str) -> Site:
        """The environment with this name, opened; its secrets are scrubbed from here on, also those not used yet."""
        environment = self._environment(name)
        recognise(environment.secret_names())
        return Site(name, environment, self)

    def host(self, environment: str, name: str) -> Transport:
        return self._once(self._hosts, (environment, name),
                          lambda: open_transport(name, self._environment(environment).hosts, environment))

    def database(self, environment: str, name: str) -> Database:
        return self._once(self._databases, (environment, name), lambda: self._open(environment, name))

    def close(self, environment: str) -> None:
        """Give the connections of one environment back; they are opened anew for whoever asks again."""
        with self._lock:
            opened: list[Database | Transport] = [*_taken(self._databases, environment),
                                                  *_taken(self._hosts, environment)]
        for door in opened:
            door.close()

    def _open(self, environment: str, name: str) -> Database:
        found = self._environment(environment)
        entry = found.databases[name]
        return open_at(self.host(environment, entry.at), found, name, entry)

    def _environment(self, name: str) -> Environment:
        return self._inventory.environments[name]

    def _once(self, opened: dict[tuple[str, str], T], key: tuple[str, str], open_it: Callable[[], T]) -> T:
        with self._lock:
            if key not in opened:
                opened[key] = open_it()
            return opened[key]


def _taken(opened: dict[tuple[str, str], T], environment: str) -> list[T]:
    """Those of one environment, which are forgotten here."""
    return [opened.pop(key) for key in [*opened] if key[0] == environment]
