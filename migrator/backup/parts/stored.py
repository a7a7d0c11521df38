"""A file that grows in the vault."""

from __future__ import annotations

import hashlib
import io
import os
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from migrator.backup.room import KEEP_FREE, room

if TYPE_CHECKING:
    from typing_extensions import Buffer


class Stored(io.RawIOBase):
    """Takes the bytes of a file, hashes and counts them, and raises NoSpace before the vault's disk is full."""

    def __init__(self, file: BinaryIO, folder: Path) -> None:
        self._file, self._folder = file, folder
        self.sha256, self.bytes = hashlib.sha256(), 0
        self._looked: int | None = None

    def writable(self) -> bool:
        return True

    def write(self, data: Buffer, /) -> int:
        size = memoryview(data).nbytes
        if self._looked is None or self.bytes - self._looked > KEEP_FREE // 4:
            self._looked = self.bytes
            room(self._folder, KEEP_FREE)
        self.sha256.update(data)
        self.bytes += size
        self._file.write(data)
        return size

    def finish(self) -> None:
        """Everything safe on disk."""
        self._file.flush()
        os.fsync(self._file.fileno())
