"""Proof that a clone cannot hit the system that it is made of: not by name, not by path, not by address."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from itertools import product

from migrator.backup.client import client_of
from migrator.backup.client.server import database_of
from migrator.commands import identity
from migrator.database.open import make_of
from migrator.errors import MigratorError
from migrator.model.finding import Finding, blocks
from migrator.reach import file_of
from migrator.site import Site
from migrator.text import _

_SERVER = {"postgresql": "select system_identifier::text from pg_control_system()",
           "mariadb": "select concat_ws(' ', @@hostname, @@port, @@datadir)"}


def too_close(copy: Site, live: Site) -> list[Finding]:
    """Every reason why making `copy` a clone of `live` could change `live`; empty when they are proven apart."""
    if copy.name == live.name:
        return [_hits(_("{copy} is the very environment that would be copied").format(copy=copy.name))]
    found = []
    if not copy.environment.disposable:
        found.append(blocks("clone.not_disposable", _("{copy} is not marked as a copy").format(copy=copy.name),
                            _("if everything in it may be replaced, write disposable: true in the inventory")))
    return [*found, *_same_places(copy, live), *_same_databases(copy, live)]


def _same_places(copy: Site, live: Site) -> Iterator[Finding]:
    """Trees and SQLite files that are the same, or lie within each other, on one machine."""
    for (own, own_machine, own_path), (other, machine, path) in product(_places(copy), _places(live)):
        if own_machine == machine and (_within(own_path, path) or _within(path, own_path)):
            yield _hits(_("{own} of {copy} and {other} of {live} lie in the same place: {path}").format(
                own=own, copy=copy.name, other=other, live=live.name, path=own_path))


def _places(site: Site) -> list[tuple[str, str, str]]:
    """Name, machine and real path of every tree and SQLite file."""
    paths = [(name, tree.at, site.host(tree.at).expand(tree.path)) for name, tree in site.environment.trees.items()]
    paths += [(name, entry.at, file_of(entry, site.host(entry.at)))
              for name, entry in site.environment.databases.items() if make_of(entry.url) == "sqlite"]
    return [(name, machine_of(site, host), site.host(host).read(identity.real_path(path)).text.rstrip("\n"))
            for name, host, path in paths]


def machine_of(site: Site, host: str) -> str:
    """What tells the machine behind a host's name from every other one, whatever names and addresses lead to it."""
    return site.host(host).read(identity.machine()).text


def _within(path: str, other: str) -> bool:
    return posixpath.commonpath([path, other]) == other


def _same_databases(copy: Site, live: Site) -> Iterator[Finding]:
    """Databases of one name on what is, or may be, one server."""
    for own, other in product(copy.environment.databases, live.environment.databases):
        mine, theirs = copy.environment.databases[own], live.environment.databases[other]
        if (make_of(mine.url) == make_of(theirs.url) != "sqlite" and database_of(mine) == database_of(theirs)
                and client_of(copy, own).exists() and _same_server(copy, own, live, other) is not False):
            yield _hits(_("{own} of {copy} is, or may be, the database {other} of {live}").format(
                own=own, copy=copy.name, other=other, live=live.name))


def _same_server(copy: Site, own: str, live: Site, other: str) -> bool | None:
    """Whether both servers call themselves the same; None when they do not tell."""
    try:
        mine, theirs = copy.database(own), live.database(other)
        return mine.query(_SERVER[mine.make]) == theirs.query(_SERVER[theirs.make])
    except MigratorError:
        return None


def _hits(message: str) -> Finding:
    return blocks("clone.hits_live", message, _("give the copy places and database names of its own"))
