"""A file tree of a set and the tree of a site that it belongs to."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from functools import cached_property

from migrator.backup import watch
from migrator.backup.errors import RestoreDiffers, SetDamaged
from migrator.backup.parts import part
from migrator.backup.restoring.restore_room import Need
from migrator.backup.sets.entry import Difference, Entry, compare, excluded, to_write
from migrator.backup.sets.set import BackupSet
from migrator.backup.trees.folder import Folder
from migrator.backup.trees.tree_archives import TreeArchives
from migrator.backup.trees.tree_folder import tree_folder
from migrator.database.base import OURS
from migrator.errors import NoSpace
from migrator.site import Site
from migrator.text import _
from migrator.units import show_size


class TreePart:
    """Knows whether both are equal, proves the archives in a scratch folder, and brings the site's tree back.

    What an increment does not hold itself comes from the archives of the sets that it builds on.
    """

    def __init__(self, site: Site, kept: BackupSet, name: str, progress: part.Progress = watch.still) -> None:
        self.name = self._tree = name
        self._site, self._kept, self._progress = site, kept, progress
        self._record = kept.manifest.trees[name]
        self._archives = TreeArchives(kept, name, progress)
        self.folder = tree_folder(site, name, self._record.exclude)

    @property
    def parts(self) -> list[part.Part]:
        return [*self._record.archives, self._record.list]

    @property
    def reads(self) -> int:
        """Bytes of the vault that bringing it back reads."""
        return self._archives.bytes

    def need(self) -> Need:
        """What is to be written, as far as a listing can tell."""
        there = self.folder.entries(hashed=False)
        size = sum(e.size for n, e in self._wanted().items() if n not in there or there[n].listed() != e.listed())
        return Need(self.folder.host, self.folder.path, size)

    def equal(self) -> bool:
        """Whether the site's tree is exactly what was taken, every file read and hashed."""
        return self.folder.exists() and not self._difference(self.folder, self._wanted(), owners=self._owners())

    def check(self) -> None:
        """Read every archive member by member; raises SetDamaged when one is unsafe or not as listed."""
        self._archives.check()

    def prove(self) -> None:
        """Unpack into a scratch folder of the host and compare all of it; the folder is removed, whatever happens."""
        work = self._site.environment.hosts[self._site.tree(self._tree).at].work
        path = posixpath.join(self.folder.host.expand(work), "scratch", f"{OURS}verify_{self._tree}")
        scratch = Folder(self.folder.host, path)
        wanted = self._entries
        scratch.remove_all()
        try:
            self._fill(scratch, compare(wanted, {}, owners=False), wanted, owners=scratch.as_root())
            found = self._difference(scratch, wanted, owners=scratch.as_root())
        finally:
            scratch.remove_all()
        if found:
            raise SetDamaged(_("an unpacked copy of {name} is not what was taken: {difference}").format(
                name=self.name, difference=found), where=str(self._kept.folder), hint=_("use another set"))

    def restore(self) -> None:
        """Remove what is extra, unpack what differs, and compare all of it again."""
        wanted, owners = self._wanted(), self._owners()
        difference = self._difference(self.folder, wanted, owners=owners)
        self._fill(self.folder, difference, wanted, owners=owners)
        left = self._difference(self.folder, wanted, owners=owners)
        if left:
            raise RestoreDiffers(_("{name} is not what the set holds: {difference}").format(
                name=self.name, difference=left), where=self._site.name,
                hint=_("is the application still running and writing?"))

    def tidy(self) -> None:
        """Nothing is left beside a tree: files are unpacked where they belong."""

    def _fill(self, folder: Folder, difference: Difference, wanted: dict[str, Entry], *, owners: bool) -> None:
        needed = sum(wanted[n].size for n in [*difference.missing, *difference.changed])
        free = folder.free()
        if needed > free:
            raise NoSpace(_("{path} has {free} free and {needed} are needed").format(
                path=folder.path, free=show_size(free), needed=show_size(needed)), where=folder.host.name,
                hint=_("make room there and resume"))
        folder.clear(difference, wanted)
        for archive in self._archives.streams(to_write(difference, wanted), self._instead):
            folder.unpack(archive, owners=owners)

    def _difference(self, folder: Folder, wanted: dict[str, Entry], *, owners: bool) -> Difference:
        return compare(wanted, folder.entries(hashed=True), owners=owners)

    def _wanted(self) -> dict[str, Entry]:
        """What the set holds, without what the site keeps out of its tree."""
        return {n: e for n, e in self._entries.items() if not n or not excluded(n, self.folder.exclude)}

    def _owners(self) -> bool:
        """Owners come back where they were and where we may set them; a clone's files belong to the clone's user."""
        return self._kept.manifest.environment == self._site.name and self.folder.as_root()

    @cached_property
    def _instead(self) -> Mapping[str, str]:
        """Names of files that are left out, each with the one of its other names that takes its content."""
        return {}

    @property
    def _entries(self) -> dict[str, Entry]:
        """All of the tree at the time when the set was taken."""
        return self._archives.entries
