"""A set written out as plain files of standard formats, for whoever has no program of ours."""

from __future__ import annotations

import hashlib
import os
import shlex
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from migrator.backup import watch
from migrator.backup.errors import SetDamaged
from migrator.backup.logs.stretch import Stretch
from migrator.backup.parts.part import PIECE, Part, Progress
from migrator.backup.parts.unlock import unlocked
from migrator.backup.room import KEEP_FREE, room
from migrator.backup.sets.merged import merged
from migrator.backup.sets.readme import loading
from migrator.backup.sets.set import BackupSet
from migrator.backup.taking.laid_out import laid_out
from migrator.errors import WrongUse
from migrator.site import Site
from migrator.text import _
from migrator.transport.base import OnLine

SUMS = "SHA256SUMS"
_README = """Backup set {id} of {environment}, taken {taken}, as plain files

    sha256sum --check {sums}

proves that nothing here has changed since. Databases, typed in this folder:

{databases}
File trees lie in trees/, as folders, or as tar archives to be unpacked by root with
`tar -xpf FILE --numeric-owner -C FOLDER`.
"""


def export_set(site: Site, kept: BackupSet, folder: Path, *, databases: Sequence[str] | None = None,
               trees: Sequence[str] | None = None, archives: bool = False, say: OnLine = watch.nobody,
               progress: Progress = watch.still) -> dict[str, Any]:
    """Write databases and trees of a set into a new folder of this machine; None means all that the set holds.

    Each tree becomes a folder, or with `archives` one tar archive, which keeps owners also where we are not root. No
    host is reached; of the site only the key of its backups is used. The file SHA256SUMS is written last: without it
    an export is not complete. Returns facts: folder, id, files, bytes.
    Raises WrongUse when the folder exists; NoSpace, SetDamaged, SetMissing, SetSealed, after which nothing of it stays.
    """
    if folder.exists():
        raise WrongUse(_("{folder} exists already").format(folder=folder),
                       hint=_("name a folder that is not there yet"))
    kept = unlocked(site, kept)
    wanted_databases, wanted_trees = kept.chosen(databases, trees)
    pieces = {name: Stretch.of(kept, name).parts for name in wanted_databases}
    room(folder.parent, KEEP_FREE + sum(one.raw_bytes for parts in pieces.values() for _set, one in parts)
         + sum(kept.manifest.trees[name].bytes for name in wanted_trees))
    folder.mkdir(parents=True, mode=0o700)
    try:
        sums: dict[str, str] = {}
        lines: list[str] = []
        for name, parts in pieces.items():
            for number, (holder, one) in enumerate(parts):
                extension = one.extension(name)
                path = f"databases/{name}{f'.{number}' if number else ''}.{extension}"
                say(_("writing {path}").format(path=path))
                sums[path] = _database(holder, one, folder / path, progress)
                lines.append(loading(extension, f"cat {shlex.quote(path)}"))
        for name in wanted_trees:
            say(_("writing {path}").format(path=f"trees/{name}"))
            sums |= _tree(kept, name, folder, progress, archive=archives)
        _write(folder / "README.txt", [_README.format(
            id=kept.id, environment=kept.manifest.environment, taken=kept.manifest.taken, sums=SUMS,
            databases="".join(lines)).encode()])
        _write(folder / SUMS, (_line(path, sha256) for path, sha256 in sums.items()))
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    files = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return {"folder": str(folder), "id": kept.id, "files": len(files), "bytes": sum(p.stat().st_size for p in files)}


def _database(kept: BackupSet, one: Part, path: Path, progress: Progress) -> str:
    """Its SHA-256; raises SetDamaged when it is not what was taken."""
    with kept.reading(one, progress) as stream:
        sha256 = _write(path, iter(lambda: stream.read(PIECE), b""))
    if sha256 != one.raw_sha256:
        raise SetDamaged(_("{path} decodes to other bytes than were taken").format(path=one.path),
                         where=str(kept.folder), hint=_("use another set"))
    return sha256


def _tree(kept: BackupSet, name: str, folder: Path, progress: Progress, *, archive: bool) -> dict[str, str]:
    """SHA-256 of the files that are written, by path; nothing is before every archive of the chain was checked."""
    path = f"trees/{name}"
    tree = laid_out(kept, name, folder / path, progress)
    tree.check()
    if archive:
        return {f"{path}.tar": _write(folder / f"{path}.tar", merged(kept, name, progress))}
    tree.restore()
    return {f"{path}/{n}": entry.sha256 for n, entry in kept.entries(name).items() if entry.sha256}


def _write(path: Path, pieces: Iterable[bytes]) -> str:
    """The SHA-256 of what was written, safe on disk."""
    path.parent.mkdir(exist_ok=True)
    digest = hashlib.sha256()
    with open(path, "xb") as file:
        for piece in pieces:
            digest.update(piece)
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest()


def _line(path: str, sha256: str) -> bytes:
    """As sha256sum writes it: names with a line break or a backslash are marked and escaped."""
    name = path.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")
    return f"{'' if name == path else chr(92)}{sha256}  {name}\n".encode("utf-8", "surrogateescape")
