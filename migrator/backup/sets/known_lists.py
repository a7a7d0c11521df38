"""What lies in sealed sets, as the machine that took them may remember it: so that taking changes needs no key.

A list is kept open beside the sets of its vault and is never copied elsewhere. It holds names, times and hashes of
files that this machine can read anyway where they come from, and no content. Whoever does not want that removes the
folder: the next set is a whole one.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path

from migrator.backup.parts import part
from migrator.backup.sets.entry import Entries, Entry, as_lines, from_lines
from migrator.backup.sets.manifest import TreeRecord
from migrator.backup.sets.set import BackupSet
from migrator.backup.watch import still

FOLDER = ".lists"


def remember(vault: Path, record: TreeRecord, entries: Entries) -> None:
    """Keep the list of a sealed tree; another one of the same content is as good."""
    folder = vault / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    growing = folder / f"{record.list.raw_sha256}.{os.getpid()}"
    growing.unlink(missing_ok=True)
    with part.writing(folder, growing.name, still, lambda _part: None) as sink:
        sink.writelines(as_lines(entries))
    growing.replace(folder / record.list.raw_sha256)


def known(kept: BackupSet, tree: str) -> dict[str, Entry] | None:
    """Every entry of a tree, from the set when it can be opened, else as remembered; None when neither is possible."""
    record = kept.manifest.trees[tree]
    if kept.key or not record.list.sealed:
        return kept.entries(tree)
    path = kept.folder.parent / FOLDER / record.list.raw_sha256
    if not path.exists():
        return None
    packed = path.read_bytes()  # how it was packed is nobody's promise, what it decodes to is
    there = part.Part(path.name, hashlib.sha256(packed).hexdigest(), len(packed), record.list.raw_sha256,
                      record.list.raw_bytes)
    part.check_stream(path.parent, there, still)
    with part.reading(path.parent, there, still) as stream:
        return from_lines(stream)


def forget_others(vault: Path, found: Iterable[BackupSet]) -> None:
    """Remove what is remembered of other sets than these."""
    wanted = {record.list.raw_sha256 for kept in found for record in kept.manifest.trees.values()}
    for path in (vault / FOLDER).glob("*"):
        if path.name not in wanted:
            path.unlink(missing_ok=True)
