"""A folder of a host: listed, packed, and made equal to what an archive holds."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO

from migrator.backup.parts.packing import require_listed
from migrator.backup.sets.entry import Difference, Entries, Entry, Kind, with_hard_links
from migrator.commands import files, tree
from migrator.commands.shell import Command
from migrator.transport.base import Result, Transport

LONG = 24 * 3600.0
"""Seconds after which moving a whole folder is given up."""
SETTLED = 2 * 10**9
"""Nanoseconds after which a change gets another time on every file system; a younger one may hide a later change."""
EMPTY = bytes(10240)
"""A tar archive of nothing."""
_KINDS: dict[bytes, Kind] = {b"f": "file", b"d": "folder", b"l": "link"}


@dataclass(frozen=True)
class Folder:
    """Everything below `path` but what the patterns of `exclude` cover, handled as `user` (None: the login user).

    `mirror`: the files are hard links of ours to those of another folder, which has moved the ctime of every one.
    """

    host: Transport
    path: str
    user: str | None = None
    exclude: tuple[str, ...] = ()
    mirror: bool = False

    def exists(self) -> bool:
        return bool(self.host.read(files.exists(self.path).as_user(self.user)).text)

    def as_root(self) -> bool:
        """Whether files can be given to any owner there."""
        return self.identity()[0] == 0

    def identity(self) -> tuple[int, int]:
        """The numbers of the user who handles the folder, and of their group."""
        uid, gid = self.host.read(tree.user_numbers().as_user(self.user)).text.split()
        return int(uid), int(gid)

    def entries(self, *, hashed: bool) -> dict[str, Entry]:
        """What lies there now; nothing when the folder is missing. `hashed` reads every file."""
        if not self.exists():
            return {}
        now, *fields = self._lines(tree.listing(self.path, self.exclude))
        rows = [fields[n:n + tree.FIELDS] for n in range(0, len(fields), tree.FIELDS)]
        entries = [_entry(row, int(now) - SETTLED, self.mirror) for row in rows]
        if hashed:
            sums = dict(_sum(line) for line in self._lines(tree.hashes(self.path, self.exclude)))
            entries = [replace(e, sha256=sums.get(e.name)) for e in entries]
        return with_hard_links(entries, {_text(row[0]): row[8] for row in rows if row[1] == b"f"})

    def hashed(self, entries: Entries) -> dict[str, Entry]:
        """These entries, which lie there, with every file of them read."""
        names = _ended(e.name for e in entries.values() if e.kind == "file")
        sums = dict(map(_sum, self._lines(tree.hashes_named(self.path), names)))
        return {name: replace(e, sha256=sums.get(name)) for name, e in entries.items()}

    def size(self) -> int:
        """Bytes of the files there, as an archive will hold them; a block of tar for each entry."""
        if not self.exists():
            return 0
        return int(self.host.read(tree.archived(self.path, self.exclude).as_user(self.user), timeout=LONG).text)

    def free(self) -> int:
        """Free bytes on the disk that the folder is on, or will be."""
        _filesystem, free = self.host.read(files.free(self.path)).text.rsplit(maxsplit=1)
        return int(free)

    def pack(self, sink: BinaryIO) -> Result:
        """Write a tar archive into the stream; what tar said is in the result, its exit code is not judged."""
        return self.host.stream_out(tree.pack(self.path, self.exclude).as_user(self.user), sink, timeout=LONG,
                                    check=False)

    def pack_named(self, names: Sequence[str], sink: BinaryIO) -> Result:
        """As `pack`, with the entries of these names alone."""
        if not names:
            sink.write(EMPTY)
            return Result(0, b"", b"", 0)
        return self.host.stream_out(tree.pack_named(self.path).as_user(self.user), sink, input=_ended(names),
                                    timeout=LONG, check=False)

    def clear(self, difference: Difference, wanted: Entries) -> None:
        """Remove what stands in the way: extra names, and names that are of another kind than wanted."""
        actual = self.entries(hashed=False)
        retyped = [n for n in difference.changed if n in actual and actual[n].kind != wanted[n].kind]
        doomed = [actual[n] for n in [*difference.extra, *retyped] if n in actual]
        single = _ended(e.name for e in doomed if e.kind != "folder")
        folders = _ended(sorted((e.name for e in doomed if e.kind == "folder"), key=lambda n: -n.count("/")))
        if doomed:
            self.host.run(tree.remove(self.path, len(single)).as_user(self.user), input=single + folders, timeout=LONG)

    def unpack(self, archive: BinaryIO, *, owners: bool) -> None:
        """Write every member of an archive over what lies there; `owners` gives files to who had them."""
        self.host.stream_in(tree.unpack(self.path, owners=owners).as_user(self.user), archive, timeout=LONG)

    def remove_all(self) -> None:
        """Remove the whole folder; fine when it is not there."""
        self.host.run(tree.make_removable(self.path).as_user(self.user), timeout=LONG)
        self.host.run(files.remove_tree(self.path).as_user(self.user), timeout=LONG)

    def _lines(self, command: Command, input: bytes = b"") -> list[bytes]:
        output = io.BytesIO()
        require_listed(self, self.host.stream_out(command.as_user(self.user), output, input=input, timeout=LONG,
                                                  check=False))
        return output.getvalue().split(b"\0")[:-1]


def _entry(row: Sequence[bytes], settled: int, mirror: bool) -> Entry:
    name, kind, size, mode, written, changed, uid, gid, inode, link = row
    mtime, ctime = _nanoseconds(written), _nanoseconds(changed)
    old = (mtime if mirror else ctime) < settled
    return Entry(_text(name), _KINDS[kind], int(size) if kind == b"f" else 0, int(mode, 8), mtime, int(uid), int(gid),
                 link=_text(link) if kind == b"l" else None,
                 ctime=ctime if old and not mirror else None, inode=int(inode) if old else None)


def _nanoseconds(moment: bytes) -> int:
    """As find writes it: before 1970 the whole second below, and what has passed since."""
    seconds, _point, fraction = moment.partition(b".")
    return int(seconds) * 10**9 + int(fraction.ljust(9, b"0")[:9])


def _sum(line: bytes) -> tuple[str, str]:
    sha256, _blank, name = line.partition(b"  ./")
    return _text(name), sha256.decode()


def _ended(names: Iterable[str]) -> bytes:
    """Names as members of an archive, each ended by NUL."""
    return b"".join((f"./{n}" if n else ".").encode("utf-8", "surrogateescape") + b"\0" for n in names)


def _text(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")
