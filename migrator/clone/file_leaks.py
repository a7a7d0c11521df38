"""Whether original values are left in the trees of a masked copy: in names of files, and in what stands in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from migrator.backup.parts.pipe import drawn
from migrator.backup.trees.archive import content, members, name_of
from migrator.backup.trees.tree_folder import tree_folder
from migrator.mask.file_texts import texts_in
from migrator.mask.needles import Needles
from migrator.mask.originals import Originals
from migrator.site import Site
from migrator.text import _

_WIDEST = 4
"""Bytes of a character in any encoding."""


@dataclass(frozen=True)
class FileLeak:
    """A file in which originals are left, or (`name` is empty) the names of some files; never which originals."""

    tree: str
    name: str
    number: int

    def __str__(self) -> str:
        if not self.name:
            return _("{number} names of files in {tree}").format(number=self.number, tree=self.tree)
        return _("{tree}/{name} in {number} places").format(tree=self.tree, name=ascii(self.name)[1:-1],
                                                            number=self.number)


def leaks_in_tree(site: Site, tree: str, originals: Originals) -> list[FileLeak]:
    """Every file of the tree whose name or content holds an original; a file with such a name is not named.

    The tree is read once, as one stream.
    """
    folder = tree_folder(site, tree)
    needles = originals.needles()
    if not len(needles) or not folder.exists():
        return []
    found: Counter[str] = Counter()
    with drawn(folder.pack) as stream:
        for name, number in _places(stream, tree, needles):
            found[name] += number
    return [FileLeak(tree, name, number) for name, number in sorted(found.items())]


def _places(stream: BinaryIO, tree: str, needles: Needles) -> Iterator[tuple[str, int]]:
    """Each file that holds originals and how many; the empty name stands for one in a file's name."""
    for member, archive in members(stream, tree):
        name = name_of(member.name, tree)
        named = bool(needles.matches(name))
        if named:
            yield "", 1
        if member.isreg():
            pieces = content(member, archive, tree)
            number = sum(len(needles.matches(text)) for text in texts_in(pieces, needles.longest * _WIDEST))
            if number and not named:
                yield name, number
