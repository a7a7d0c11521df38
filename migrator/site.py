"""A site: one environment of the inventory, opened, with its hosts, databases, file trees and services."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeVar

from migrator.database.base import Database
from migrator.errors import WrongUse
from migrator.playbook.inventory import Database as DatabaseEntry
from migrator.playbook.inventory import Environment, Service, Tree
from migrator.secret import Secret, resolve
from migrator.text import _
from migrator.transport.asked import AskedTransport, Known
from migrator.transport.base import Transport
from migrator.transport.read_only import ReadOnlyTransport

T = TypeVar("T")


class Doors(Protocol):
    """Who really opens things; the wiring gives one, tests another."""

    inventory: Path | None
    """The inventory file; None where the inventory was not read from a file."""

    def host(self, environment: str, name: str) -> Transport: ...

    def database(self, environment: str, name: str) -> Database: ...


class Site:
    """Hands out hosts and databases of one environment; a read-only site hands out nothing that can change them.

    Connections are opened on first use and shared. Raises WrongUse for a name that the inventory does not hold.
    """

    def __init__(self, name: str, environment: Environment, doors: Doors, *, read_only: bool = False,
                 known: Known | None = None) -> None:
        self.name = name
        self.environment = environment
        self.read_only = read_only
        self._doors = doors
        self._known = known or {}

    @property
    def inventory(self) -> Path | None:
        """The file that a process needs which opens the same environment by itself; None where there is none."""
        return self._doors.inventory

    def reading(self, known: Known | None = None) -> Site:
        """The same site for looking only; its hosts are not asked again what is `known`."""
        return Site(self.name, self.environment, self._doors, read_only=True, known=known)

    def host(self, name: str) -> Transport:
        """The transport to a host, by its name."""
        _known(name, self.environment.hosts, lambda: _("host"), self.name)
        transport = self._doors.host(self.name, name)
        if not self.read_only:
            return transport
        return AskedTransport(transport, self._known[name]) if name in self._known else ReadOnlyTransport(transport)

    def hosts(self, role_or_host: str) -> list[str]:
        """Names of the hosts that a role, a host name or `all` stands for."""
        if role_or_host == "all":
            return list(self.environment.hosts)
        if role_or_host in self.environment.roles:
            return self.environment.roles[role_or_host]
        _known(role_or_host, self.environment.hosts, lambda: _("role or host"), self.name)
        return [role_or_host]

    def database(self, name: str = "main") -> Database:
        """A database, by its name; where there is only one, `main` finds it whatever its name."""
        entry = self.database_name(name)
        database = self._doors.database(self.name, entry)
        return database.reading() if self.read_only else database

    def database_name(self, name: str = "main") -> str:
        """The inventory's name for a database, `main` standing for the only one."""
        names = list(self.environment.databases)
        if name == "main" and len(names) == 1:
            return names[0]
        _known(name, self.environment.databases, lambda: _("database"), self.name)
        return name

    def database_entry(self, name: str = "main") -> DatabaseEntry:
        """What the inventory says of a database."""
        return self.environment.databases[self.database_name(name)]

    def tree(self, name: str) -> Tree:
        """A file tree, by its name."""
        return _known(name, self.environment.trees, lambda: _("tree"), self.name)

    def service(self, name: str) -> Service:
        """A service, by its name."""
        return _known(name, self.environment.services, lambda: _("service"), self.name)

    def secret(self, name: str) -> Secret:
        """A secret that the environment names."""
        return resolve(_known(name, self.environment.secrets, lambda: _("secret"), self.name))


def _known(name: str, entries: dict[str, T], what: Callable[[], str], site: str) -> T:
    if name not in entries:
        raise WrongUse(_("{site} has no {what} named {name}").format(site=site, what=what(), name=name),
                       hint=_("the inventory knows: {names}").format(names=", ".join(entries) or "-"))
    return entries[name]


Opener = Callable[[str], Site]
"""Opens an environment by its alias in the playbook (`live`, `trial`)."""
