"""A place that sets are copied to: a folder of this machine or of a host, laid out like a vault."""

from __future__ import annotations

import hashlib
import io
import posixpath
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from migrator.backup.errors import SetDamaged
from migrator.backup.parts.part import Progress
from migrator.backup.room import KEEP_FREE
from migrator.backup.sets.manifest_file import MANIFEST, load
from migrator.backup.sets.set import PROOF, BackupSet
from migrator.backup.taking.partial import PARTIAL
from migrator.backup.trees.folder import LONG, Folder
from migrator.commands import files
from migrator.errors import HostError, NoSpace
from migrator.site import Site
from migrator.text import _
from migrator.transport.base import Transport
from migrator.transport.local import LocalTransport
from migrator.transport.read_only import ReadOnlyTransport
from migrator.units import show_size

README = "README.txt"


@dataclass(frozen=True)
class Place:
    """`name` as the inventory writes it; the folder `path` of the host."""

    name: str
    host: Transport
    path: str

    def at(self, kept: BackupSet) -> str:
        """The folder of a set's copy."""
        return posixpath.join(self.path, kept.folder.name)

    def faults(self, kept: BackupSet, *, hashed: bool) -> list[str] | None:
        """What is wrong with the copy of a set there, None when there is no copy. `hashed` reads every file of it.

        Raises HostError when the place cannot be looked at.
        """
        folder = Folder(self.host, self.at(kept))
        return _differences(kept, folder, hashed=hashed) if folder.exists() else None

    def receive(self, kept: BackupSet, progress: Progress) -> None:
        """Write a copy under another name, read it again there, and only then give it the set's name.

        A copy of that name is replaced. Raises NoSpace before anything is written; SetDamaged when what is read there
        is not what was sent; HostError. Nothing unfinished stays where it can be removed.
        """
        partial, final = self.at(kept) + PARTIAL, self.at(kept)
        self._room(kept)
        self.host.run(files.remove_tree(partial), timeout=LONG)
        try:
            self._fill(kept, partial, progress)
            if found := _differences(kept, Folder(self.host, partial), hashed=True):
                raise SetDamaged(_("what was written is not what was sent: {faults}").format(
                    faults="; ".join(found[:3])), where=self.name, hint=_("is the disk or the network there broken?"))
            self.host.run(files.remove_tree(final), timeout=LONG)
            self.host.run(files.move(partial, final))
        except BaseException:
            with suppress(HostError):
                self.host.run(files.remove_tree(partial), timeout=LONG)
            raise

    def renew_proof(self, kept: BackupSet) -> None:
        """Bring what was proven of the set meanwhile to its copy."""
        proof, there = kept.folder / PROOF, posixpath.join(self.at(kept), PROOF)
        if proof.exists() and (self.host.stat(there) is None or self.host.read_file(there) != proof.read_bytes()):
            self.host.write_file(there, proof.read_bytes(), mode=0o600)

    def remove(self, name: str, environment: str) -> bool:
        """Remove the copy of a set that is no longer kept here; False when there is none of this environment."""
        folder = posixpath.join(self.path, name)
        if Path(name).name != name or self.host.stat(posixpath.join(folder, MANIFEST)) is None:
            return False
        manifest = load(self.host.read_file(posixpath.join(folder, MANIFEST)), Path(folder))
        if manifest.environment != environment:
            return False
        self.host.run(files.remove_tree(folder), timeout=LONG)
        return True

    def _room(self, kept: BackupSet) -> None:
        free, needed = Folder(self.host, self.path).free(), kept.bytes + KEEP_FREE
        if free < needed:
            raise NoSpace(_("{folder} has {free} free and {needed} are needed").format(
                folder=self.path, free=show_size(free), needed=show_size(needed)), where=self.name,
                hint=_("free some space there, or name another place in the inventory"))

    def _fill(self, kept: BackupSet, folder: str, progress: Progress) -> None:
        done = 0

        def tell(size: int) -> None:
            nonlocal done
            done += size
            progress(done, kept.bytes, "bytes")

        for name in [*_content(kept), *([PROOF] if (kept.folder / PROOF).exists() else [])]:
            with open(kept.folder / name, "rb") as file:
                source = cast(BinaryIO, _Told(file, tell))
                self.host.stream_in(files.keep(posixpath.join(folder, name)), source, timeout=LONG)


def place_of(site: Site, name: str) -> Place:
    """The place that a line of the inventory names: `HOST:PATH`, or a folder of this machine.

    A relative folder of this machine lies beside the inventory file. Raises WrongUse for a host that is not known.
    """
    host, colon, path = name.partition(":")
    if colon and "/" not in host:
        there = site.host(host)
        return Place(name, there, there.expand(path))
    beside = site.inventory.parent if site.inventory else Path()
    here: Transport = LocalTransport(name)
    return Place(name, ReadOnlyTransport(here) if site.read_only else here,
                 str((beside / Path(name).expanduser()).absolute()))


def _content(kept: BackupSet) -> dict[str, tuple[int, str]]:
    """Size and SHA-256 of every file of a set that never changes."""
    readme = (kept.folder / README).read_bytes()
    return {**{part.path: (part.bytes, part.sha256) for part in kept.manifest.parts},
            README: (len(readme), hashlib.sha256(readme).hexdigest()),
            MANIFEST: ((kept.folder / MANIFEST).stat().st_size, kept.sha256)}


def _differences(kept: BackupSet, folder: Folder, *, hashed: bool) -> list[str]:
    there = folder.entries(hashed=hashed)
    faults = []
    for name, (size, sha256) in _content(kept).items():
        entry = there.get(name)
        if entry is None or entry.kind != "file":
            faults.append(_("{path} is not there").format(path=name))
        elif entry.size != size:
            faults.append(_("{path} has {size} bytes and not {wanted}").format(path=name, size=entry.size, wanted=size))
        elif hashed and entry.sha256 != sha256:
            faults.append(_("{path} is not the file that was written: its SHA-256 differs").format(path=name))
    return faults


class _Told(io.RawIOBase):
    """A file that tells of every piece that is read; without a descriptor, so that every byte passes here."""

    def __init__(self, file: BinaryIO, tell: Callable[[int], None]) -> None:
        self._file, self._tell = file, tell

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        piece = self._file.read(size)
        self._tell(len(piece))
        return piece
