"""What a verification has finished, kept so that one that was killed can go on."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, TextIO

from migrator import clock
from migrator.lens.lens import Lens
from migrator.lens.places.meeting import Meeting
from migrator.lens.side import Side
from migrator.lens.verify.done import Done
from migrator.lens.verify.ranges import Range


class State:
    """The ranges of one campaign: from its begin until every range was read once, however often it is killed.

    Kept as JSON lines in a file that only its owner may read, and that goes away when the campaign ends: what was read
    in one campaign says nothing in the next.
    """

    def __init__(self, path: Path | None, lens: Lens, meeting: Meeting) -> None:
        self._path = path
        about = _about(lens, meeting)
        self.began = clock.stamp()
        self.done: list[Done] = []
        lines = list(_lines(path)) if path and path.exists() else []
        self.resumed = len(lines) > 1 and lines[0].get("about") == about
        if self.resumed:
            self.began = lines[0]["began"]
            self.done = [Done.of(line) for line in lines[1:]]
        self._file = _begun(path, {"about": about, "began": self.began}, self.done) if path else None

    @property
    def told(self) -> int:
        """Differences that have been named."""
        return sum(len(done.differences) for done in self.done)

    def last(self, pair: int) -> Range | None:
        """The last range of a pair that is finished; None when none is."""
        return next((Range(done.low, done.high) for done in reversed(self.done) if done.pair == pair), None)

    def add(self, done: Done) -> None:
        """Write a finished range down."""
        self.done.append(done)
        if self._file:
            _write(self._file, asdict(done))

    def end(self) -> None:
        """Every range was read: the next verification begins anew."""
        if self._file and self._path:
            self._file.close()
            self._path.unlink(missing_ok=True)


def place(folder: Path, lens: Lens, meeting: Meeting) -> Path:
    """The file in a folder for the verification of these two databases by this lens."""
    return folder / f"{_about(lens, meeting)[:32]}.jsonl"


def _about(lens: Lens, meeting: Meeting) -> str:
    """SHA-256 of the lens and of where both databases are."""
    said = [lens.digest, *(meeting.end(side).url.render_as_string() for side in Side)]
    return hashlib.sha256("\0".join(said).encode()).hexdigest()


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_text().splitlines():
        try:
            yield json.loads(line)
        except ValueError:  # the line that was being written when it was killed
            return


def _begun(path: Path, head: dict[str, Any], done: list[Done]) -> TextIO:
    """The file with all that is known, ready for more: written anew, for its last line may be torn."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    file = os.fdopen(os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w")
    for line in (head, *map(asdict, done)):
        _write(file, line)
    fresh.replace(path)
    return file


def _write(file: TextIO, line: dict[str, Any]) -> None:
    file.write(json.dumps(line) + "\n")
    file.flush()
