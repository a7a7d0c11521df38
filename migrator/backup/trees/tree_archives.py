"""The archives that a tree of a set comes back from: its own, and those of the sets that it builds on."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from typing import BinaryIO

from migrator.backup import watch
from migrator.backup.errors import SetDamaged
from migrator.backup.parts import part
from migrator.backup.sets.chain import Chain
from migrator.backup.sets.entry import Entry, compare
from migrator.backup.sets.set import BackupSet
from migrator.backup.trees.archive import read_archive
from migrator.backup.trees.sieve import picked
from migrator.text import _


class TreeArchives:
    """Read from the oldest to the newest: a folder always comes after what lies in it, so that its time stays."""

    def __init__(self, kept: BackupSet, tree: str, progress: part.Progress = watch.still) -> None:
        self._kept, self._tree, self._progress = kept, tree, progress

    @cached_property
    def entries(self) -> dict[str, Entry]:
        """All of the tree at the time when the set was taken."""
        return self._kept.entries(self._tree)

    @property
    def bytes(self) -> int:
        """Bytes of the vault that all of them take."""
        return sum(p.bytes for kept in self._sets for p in kept.manifest.trees[self._tree].archives)

    def check(self) -> None:
        """Read all of them member by member; raises SetDamaged when one is unsafe or not as listed."""
        for kept in self._sets:
            packed = self._packed(kept)
            here = {n: e for n, e in self.entries.items() if self._holder(e) == kept.id}
            found = compare(self._own(kept), packed, owners=True) or compare(
                here, {n: packed[n] for n in here if n in packed}, owners=True)
            if found:
                raise SetDamaged(_("the archive of {name} does not hold what its list says: {difference}").format(
                    name=self._tree, difference=found), where=str(kept.folder), hint=_("use another set"))

    def streams(self, names: Collection[str], instead: Mapping[str, str]) -> Iterator[BinaryIO]:
        """Tar archives that together hold the entries of these names and nothing else, each to be read before the next.

        `instead`: names of files that are left out, each with the one of its other names that takes its content.
        """
        for kept in self._sets:
            archives = kept.manifest.trees[self._tree].archives
            for number, one in enumerate(archives):
                some = {n for n in names if self._holder(self.entries[n]) == kept.id
                        and self.entries[n].again == bool(number)}
                everything = len(archives) == 1 and some == self._own(kept).keys()
                if some:
                    with kept.reading(one, self._progress) as stream:
                        yield stream if everything else picked(stream, some, one.path, instead)

    @cached_property
    def _sets(self) -> list[BackupSet]:
        return Chain.of(self._kept).holding(self._tree)

    def _packed(self, kept: BackupSet) -> dict[str, Entry]:
        """What a set's archives hold; names that were gone when the second began are in the first alone."""
        first, *again = kept.manifest.trees[self._tree].archives
        with kept.reading(first, self._progress) as stream:
            packed = read_archive(stream, first.path)
        for one in again:
            with kept.reading(one, self._progress) as stream:
                own = self._own(kept)
                packed = {n: e for n, e in packed.items() if n in own} | read_archive(stream, one.path)
        return packed

    def _own(self, kept: BackupSet) -> dict[str, Entry]:
        """What a set of the chain holds in its own archives."""
        listed = self.entries if kept is self._kept else kept.entries(self._tree)
        return {n: e for n, e in listed.items() if e.held is None}

    def _holder(self, entry: Entry) -> str:
        """The set whose archives hold an entry of this one."""
        return entry.held or self._kept.id
