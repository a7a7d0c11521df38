"""The page in every set that says how to bring it back with nothing but tar, zstd and the database's own client."""

from __future__ import annotations

import shlex
from pathlib import Path

from migrator.backup.manifest import Manifest

_HEAD = """Backup set {id} of {environment}, taken {taken}

This folder can be brought back without the program that made it. manifest.json holds the SHA-256 of every file
(field sha256) and of what it decodes to (raw_sha256); trees/*.list.zst holds one JSON line per file.

Stop the application first. Databases:
"""
_HOW = {
    "postgresql": "    createdb NEW && zstd -dc {part} | pg_restore --exit-on-error --dbname=NEW\n",
    "mariadb": "    mariadb -e 'CREATE DATABASE NEW' && zstd -dc {part} | mariadb NEW\n",
    "sqlite": "    zstd -dc {part} > NEW && rm -f OLD-wal OLD-shm OLD-journal && mv NEW OLD\n",
}
_TREE = "    mkdir -p {path} && zstd -dc {part} | tar -xpf - --numeric-owner -C {path}\n"


def write_readme(manifest: Manifest, folder: Path) -> None:
    """Write README.txt into the set's folder, with the commands for exactly this set."""
    text = _HEAD.format(id=manifest.id, environment=manifest.environment, taken=manifest.taken)
    text += "".join(_HOW[d.make].format(part=shlex.quote(d.part.path)) for d in manifest.databases.values())
    text += "\nFile trees:\n"
    text += "".join(_TREE.format(path=shlex.quote(t.path), part=shlex.quote(t.part.path))
                    for t in manifest.trees.values())
    (folder / "README.txt").write_text(text, encoding="utf-8", errors="surrogateescape")
