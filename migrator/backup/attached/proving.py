"""The attachments of a set that is proven or was restored: a copy of its database is asked, and the set looked at."""

from __future__ import annotations

from collections.abc import Collection
from contextlib import closing

from migrator.attachments import Lying, lying
from migrator.backup.attached.asking import asked
from migrator.backup.attached.record import Attached
from migrator.backup.attached.verdict import judged, lying_in
from migrator.backup.client import client_of
from migrator.backup.errors import SetDamaged
from migrator.backup.restoring.compared import open_entry
from migrator.backup.sets.set import BackupSet
from migrator.backup.trees.tree_folder import tree_folder
from migrator.database.base import Database
from migrator.model.finding import Finding, blocks
from migrator.site import Site
from migrator.text import _


class Proving:
    """Looks at each restored copy of a set's databases, and then says what it has seen."""

    def __init__(self, kept: BackupSet) -> None:
        self._kept = kept
        self._records = [Attached.from_json(data) for data in kept.manifest.attached]
        self.found: list[Finding] = []

    def look(self, name: str, copy: Database) -> None:
        """Ask the copy of this database for what was asked when the set was taken."""
        for record in self._records:
            if record.database == name:
                there = lying_in(self._kept.entries(record.tree))
                said = asked(copy, record)
                self.found += judged(record, said, there)
                if dangling := record.unexplained(said.paths - there.sizes.keys()):
                    self.found.append(blocks(
                        "attachments.dangling", _("{tree}: {number} files that {database} names are not in the set, "
                                                  "though they were there when it was taken").format(
                            tree=record.tree, number=len(dangling), database=name),
                        number=len(dangling), examples=[ascii(path)[1:-1] for path in dangling[:20]]))

    def judge(self) -> None:
        """Raises SetDamaged when a database names files that the set lacks and the live system had."""
        for finding in self.found:
            if finding.code == "attachments.dangling":
                raise SetDamaged(finding.message, where=str(self._kept.folder), hint=_(
                    "they were deleted while the set was taken; take another one, best when fewer people work"))


def attached_now(site: Site, kept: BackupSet, databases: Collection[str], trees: Collection[str]) -> list[Finding]:
    """The cross-check of the live database with the tree, wherever one of both has just been brought back from the set.

    A tree that was brought back is what the set lists. Of another one only sizes are read, and nothing where it is not
    there yet.
    """
    found: list[Finding] = []
    for record in map(Attached.from_json, kept.manifest.attached):
        here = record.database in site.environment.databases and record.tree in site.environment.trees
        if here and (record.database in databases or record.tree in trees):
            there = lying_in(kept.entries(record.tree)) if record.tree in trees else _lying_there(site, record.tree)
            client = client_of(site, record.database)
            if there is not None and client.exists():
                with closing(open_entry(site, record.database, client.live())) as database:
                    found += judged(record, asked(database, record), there)
    return found


def _lying_there(site: Site, tree: str) -> Lying | None:
    folder = tree_folder(site, tree)
    return lying(folder.host, folder.path, folder.exclude, user=folder.user) if folder.exists() else None
