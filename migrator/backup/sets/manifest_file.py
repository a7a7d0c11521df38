"""The manifest as a file: JSON that people and other programs can read."""

from __future__ import annotations

import json
import os
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

from migrator.backup.errors import SetDamaged
from migrator.backup.logs.record import LogRecord
from migrator.backup.parts.part import Part
from migrator.backup.sets.manifest import FORMAT, DatabaseRecord, Manifest, TreeRecord
from migrator.text import _

MANIFEST = "manifest.json"
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
"""Of a database or tree: what an inventory takes, so that it can be the name of a file."""


def save(manifest: Manifest, folder: Path) -> None:
    """Write the manifest into the set's folder, safe on disk."""
    with open(folder / MANIFEST, "x") as file:
        json.dump(asdict(manifest), file, indent=1)
        file.flush()
        os.fsync(file.fileno())


def load(content: bytes, folder: Path) -> Manifest:
    """The manifest in a file's content.

    Raises SetDamaged when it is no manifest, comes from a newer version of this program, or names parts that lie
    outside the set's folder.
    """
    try:
        data = json.loads(content)
        if data["format"] > FORMAT:
            raise SetDamaged(_("the set has format {format}, this program reads up to {known}").format(
                format=data["format"], known=FORMAT), where=str(folder), hint=_("use a newer version of this program"))
        lists = {name: tuple(data.get(name, ())) for name in ("notes", "seal", "attached")}
        manifest = Manifest(**{**data, **lists,
                               "databases": {n: _database(d) for n, d in data["databases"].items()},
                               "trees": {n: _tree(t) for n, t in data["trees"].items()}})
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise SetDamaged(_("the manifest cannot be understood: {why}").format(why=error), where=str(folder),
                         hint=_("use another set")) from None
    for name in [*manifest.databases, *manifest.trees]:
        if not NAME.fullmatch(name):
            raise SetDamaged(_("the manifest names {name}, which is no name of a database or tree").format(
                name=ascii(name)), where=str(folder), hint=_("use another set"))
    for part in manifest.parts:
        if part.sealed != bool(manifest.seal):
            raise SetDamaged(_("the manifest does not say for whom {path} is sealed").format(path=part.path),
                             where=str(folder), hint=_("use another set"))
        if not (folder / part.path).resolve().is_relative_to(folder.resolve()):
            raise SetDamaged(_("the manifest names a part outside the set: {path}").format(path=part.path),
                             where=str(folder), hint=_("use another set"))
    return manifest


def _database(data: dict[str, Any]) -> DatabaseRecord:
    log = data.get("log")
    return DatabaseRecord(**{**data, "part": Part(**data["part"]), "log": LogRecord(**log) if log else None})


def _tree(data: dict[str, Any]) -> TreeRecord:
    return TreeRecord(**{**data, "part": Part(**data["part"]), "list": Part(**data["list"]),
                         "again": Part(**data["again"]) if data.get("again") else None,
                         "exclude": tuple(data["exclude"]), "made_by": tuple(data.get("made_by", ()))})
