"""A set that was masked before anything of it left the original's host."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing, suppress
from functools import partial
from pathlib import Path

from migrator.backup import watch
from migrator.backup.client import client_of
from migrator.backup.parts import part
from migrator.backup.parts.pipe import drawn
from migrator.backup.sets.set import BackupSet
from migrator.backup.taking.take import take_set
from migrator.database.base import Database
from migrator.errors import MigratorError
from migrator.mask.leaks import leaks_in, require_none
from migrator.mask.masking import mask
from migrator.mask.originals import gather
from migrator.mask.rules import Rules
from migrator.mask.subset import narrow
from migrator.playbook.inventory import Database as Entry
from migrator.reach import open_at
from migrator.secret import Secret
from migrator.site import Site
from migrator.text import _
from migrator.transport.base import OnLine, Transport


def masked_set(site: Site, vault: Path, name: str, rules: Rules, key: Secret, *, trees: Sequence[str] = (),
               say: OnLine = watch.nobody, progress: part.Progress = watch.still) -> BackupSet:
    """A set of all the site's databases as they are after masking; trees come along only where they are named.

    Each database is copied beside itself, on its own server; the copy is narrowed to the subset of the rules if they
    have one, masked, scanned for what is left, dumped and
    removed. Values pass through the memory of this process and are written down nowhere. The live database is only
    read. A set that is there already is returned as it is. Raises Leaked, Misfit and what taking a set raises.
    """
    if (vault / name).exists():
        return BackupSet.open(vault / name)
    copies = {database: client_of(site, database).copy("masked", beside=False)
              for database in site.environment.databases}
    try:
        for database, copy in copies.items():
            say(_("masking a copy of {name} beside it").format(name=database))
            _masked_copy(site, database, copy, rules, key)
        environment = site.environment.model_copy(update={"databases": copies})
        beside = Site(site.name, environment, _Copies(site, copies))
        return take_set(beside, vault, name, trees=trees, say=say, progress=progress)
    finally:
        for database, copy in copies.items():
            with suppress(MigratorError):  # what went wrong first is what must be told
                client_of(site, database).drop(copy)


def _masked_copy(site: Site, name: str, copy: Entry, rules: Rules, key: Secret) -> None:
    client = client_of(site, name)
    client.load(partial(drawn, client.dump), copy, client.properties())
    with closing(open_at(site.host(copy.at), site.environment, name, copy)) as database:
        originals = gather(database, rules, key)
        narrow(database, rules)
        mask(database, rules, key)
        require_none(leaks_in(database, rules, originals), site.name)


class _Copies:
    """Opens a site's hosts, and copies in the place of its databases."""

    def __init__(self, site: Site, copies: Mapping[str, Entry]) -> None:
        self.inventory = site.inventory
        self._site, self._copies = site, copies

    def host(self, environment: str, name: str) -> Transport:
        return self._site.host(name)

    def database(self, environment: str, name: str) -> Database:
        copy = self._copies[name]
        return open_at(self._site.host(copy.at), self._site.environment, name, copy)
