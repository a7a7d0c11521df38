"""One tar archive of a tree, whichever sets of a chain hold what is in it."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator

from migrator.backup.chain import Chain
from migrator.backup.part import PIECE, Progress
from migrator.backup.set import BackupSet
from migrator.backup.sieve import picked

_END = 2 * tarfile.BLOCKSIZE
"""Bytes of zero with which `picked` ends an archive."""


def merged(kept: BackupSet, tree: str, progress: Progress) -> Iterator[bytes]:
    """The archive piece by piece, with every entry once; raises SetDamaged, SetMissing, SetSealed."""
    entries = kept.entries(tree)
    for holder in Chain.of(kept).holding(tree):
        names = {name for name, entry in entries.items() if (entry.held or kept.id) == holder.id}
        part = holder.manifest.trees[tree].part
        with holder.reading(part, progress) as archive:
            stream, rest = picked(archive, names, part.path), b""
            while piece := stream.read(PIECE):
                rest += piece
                yield rest[:-_END]
                rest = rest[-_END:]
    yield bytes(_END)
