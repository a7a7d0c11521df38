"""One file or folder of a set's tree and the same place in a site's tree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property

from migrator.backup import watch
from migrator.backup.errors import SetMissing
from migrator.backup.parts import part
from migrator.backup.sets.entry import Difference, Entries, Entry, compare
from migrator.backup.sets.set import BackupSet
from migrator.backup.trees.folder import Folder
from migrator.backup.trees.tree_part import TreePart
from migrator.site import Site
from migrator.text import _


class PiecePart(TreePart):
    """Brings back what lies at one path, or below it, and touches nothing else; folders above it are made if missing.

    A file that has further names outside of the piece becomes a file of its own.
    """

    def __init__(self, site: Site, kept: BackupSet, tree: str, path: str,
                 progress: part.Progress = watch.still) -> None:
        super().__init__(site, kept, tree, progress)
        self.name, self._path = f"{tree}/{path}", path

    def equal(self) -> bool:
        """Whether this is exactly what was taken. Raises SetMissing when the set holds nothing of this name."""
        if self._path not in self._entries:
            raise SetMissing(_("{tree} in the set {set} holds nothing at {path}").format(
                tree=self._tree, set=self._kept.id, path=ascii(self._path)), where=str(self._kept.folder),
                hint=_("the path is written as it lies below the tree"))
        return super().equal()

    def _wanted(self) -> dict[str, Entry]:
        """The piece, and the folders above it that the site lacks."""
        there, steps = self.folder.entries(hashed=False), self._path.split("/")
        above = {"/".join(steps[:n]) for n in range(len(steps))} - there.keys()
        return {n: e for n, e in super()._wanted().items() if n in above} | self._piece(super()._wanted())

    def _difference(self, folder: Folder, wanted: dict[str, Entry], *, owners: bool) -> Difference:
        there = folder.entries(hashed=False)
        above = {n: e for n, e in there.items() if n in wanted}
        return compare(wanted, folder.hashed(above | self._piece(there)), owners=owners)

    @cached_property
    def _instead(self) -> Mapping[str, str]:
        first = {e.hard: n for n, e in reversed(self._entries.items()) if e.hard and self._within(n)}
        return {n: first[e.hard] for n, e in self._entries.items() if e.hard in first and not self._within(n)}

    def _piece(self, entries: Entries) -> dict[str, Entry]:
        """What lies in the piece; files are one only with those in it."""
        mine = {n: e for n, e in entries.items() if self._within(n)}
        names: dict[str | None, list[str]] = {}
        for name, entry in mine.items():
            names.setdefault(entry.hard, []).append(name)
        return {n: replace(e, hard=min(names[e.hard]) if e.hard and len(names[e.hard]) > 1 else None)
                for n, e in mine.items()}

    def _within(self, name: str) -> bool:
        return name == self._path or name.startswith(f"{self._path}/")
