"""The page in every set that says how to bring it back with tar, zstd, age and the database's own client alone."""

from __future__ import annotations

import shlex
from pathlib import Path

from migrator.backup.manifest import Manifest
from migrator.backup.part import Part

_HEAD = """Backup set {id} of {environment}, taken {taken}

This folder can be brought back without the program that made it. manifest.json holds the SHA-256 of every file
(field sha256) and of what it decodes to (raw_sha256); trees/*.list.zst* holds one JSON line per file.
"""
_SEALED = """
The files are sealed with age for these keys, and nobody can open them without one:
{recipients}
KEY in the commands below is a file that holds the private key (it begins with AGE-SECRET-KEY-1).
"""
_BUILDS_ON = """
The file trees of this set hold only what is new since the set {base}, which is needed beside it: bring the
trees of that one back first, as its README.txt says. Then unpack those of this set over them, and remove the files
that its lists do not name.
"""
_DATABASES = """
Stop the application first. Databases:
"""
_HOW = {
    "dump": "    createdb NEW && {printed} | pg_restore --exit-on-error --dbname=NEW\n",
    "sql": "    mariadb -e 'CREATE DATABASE NEW' && {printed} | mariadb NEW\n",
    "sqlite": "    {printed} > NEW && rm -f OLD-wal OLD-shm OLD-journal && mv NEW OLD\n",
    "binlog": "    {printed} | mariadb-binlog - | mariadb   (on a server of its own, after the dump that it follows)\n",
}
_OTHER = "    {printed} > NEW\n"
_TREE = "    mkdir -p {path} && {unpacked} | tar -xpf - --numeric-owner -C {path}\n"


def write_readme(manifest: Manifest, folder: Path) -> None:
    """Write README.txt into the set's folder, with the commands for exactly this set."""
    text = _HEAD.format(id=manifest.id, environment=manifest.environment, taken=manifest.taken)
    if manifest.seal:
        text += _SEALED.format(recipients="\n".join(f"    {one}" for one in manifest.seal))
    if manifest.base:
        text += _BUILDS_ON.format(base=manifest.base)
    text += _DATABASES
    text += "".join(loading(d.part.extension, _unpacked(d.part)) for d in manifest.databases.values())
    text += "\nFile trees:\n"
    text += "".join(_TREE.format(path=shlex.quote(t.path), unpacked=_unpacked(archive))
                    for t in manifest.trees.values() for archive in t.archives)
    (folder / "README.txt").write_text(text, encoding="utf-8", errors="surrogateescape")


def loading(extension: str, printed: str) -> str:
    """The line that loads a database; `printed` is the command that prints what was taken of it."""
    return _HOW.get(extension, _OTHER).format(printed=printed)


def _unpacked(part: Part) -> str:
    """The command that prints what a part holds."""
    path = shlex.quote(part.path)
    return f"age -d -i KEY {path} | zstd -dc" if part.sealed else f"zstd -dc {path}"
