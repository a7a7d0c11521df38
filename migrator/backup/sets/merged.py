"""One tar archive of a tree, whichever archives of a chain hold what is in it."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator

from migrator.backup.parts.part import PIECE, Progress
from migrator.backup.sets.set import BackupSet
from migrator.backup.trees.sieve import picked
from migrator.backup.trees.tree_archives import TreeArchives

_END = 2 * tarfile.BLOCKSIZE
"""Bytes of zero with which `picked` ends an archive; tar itself would end it with any number of them."""


def merged(kept: BackupSet, tree: str, progress: Progress) -> Iterator[bytes]:
    """The archive piece by piece, with every entry once; raises SetDamaged, SetMissing, SetSealed."""
    archives = TreeArchives(kept, tree, progress)
    for archive in archives.streams(archives.entries, {}):
        stream, rest = picked(archive, archives.entries, tree), b""
        while piece := stream.read(PIECE):
            rest += piece
            yield rest[:-_END]
            rest = rest[-_END:]
    yield bytes(_END)
