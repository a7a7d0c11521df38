"""A backup set: a folder of the vault with databases, file trees, its manifest, and a record of what was proven."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO

from migrator.backup.errors import SetDamaged, SetMissing
from migrator.backup.parts.part import Part, Progress, check_hash, check_stream, reading
from migrator.backup.parts.seal import Identity, fitting
from migrator.backup.sets.entry import Entry, from_lines
from migrator.backup.sets.manifest import Manifest
from migrator.backup.sets.manifest_file import MANIFEST, load
from migrator.backup.sets.proof import NONE, Proof
from migrator.backup.watch import still
from migrator.secret import Secret
from migrator.text import _

PROOF = "proof.json"


@dataclass(frozen=True)
class BackupSet:
    """A completed set, opened; its parts are read only when asked for."""

    folder: Path
    manifest: Manifest
    sha256: str = field(repr=False)
    """Of the manifest, which holds the hashes of everything else: one value that stands for the whole set."""
    key: Secret | None = field(default=None, repr=False, compare=False)
    """Opens the parts of a sealed set; what the manifest says, and hashes of files, can be had without it."""

    @classmethod
    def open(cls, folder: Path, key: Secret | None = None) -> BackupSet:
        """The set in a folder. Raises SetMissing, or SetDamaged for a manifest that cannot be understood."""
        try:
            content = (folder / MANIFEST).read_bytes()
        except OSError:
            raise SetMissing(_("there is no complete backup set"), where=str(folder),
                             hint=_("list the sets that the vault holds and choose one of them")) from None
        return cls(folder, load(content, folder), hashlib.sha256(content).hexdigest(), key)

    @property
    def id(self) -> str:
        return self.manifest.id

    @property
    def bytes(self) -> int:
        """Bytes that the set takes in the vault."""
        return sum(p.bytes for p in self.manifest.parts)

    @property
    def proof(self) -> Proof:
        """What was proven of the set so far, no higher than what it holds can be proven.

        Raises SetDamaged for a record that cannot be understood.
        """
        path = self.folder / PROOF
        try:
            proof = Proof.from_json(json.loads(path.read_text())) if path.exists() else NONE
            return replace(proof, level=min(proof.level, self.manifest.provable))
        except (ValueError, TypeError, KeyError) as error:
            raise SetDamaged(_("{path} cannot be understood: {why}").format(path=PROOF, why=error),
                             where=str(self.folder), hint=_("remove this file and verify the set again")) from None

    def reading(self, part: Part, progress: Progress = still) -> AbstractContextManager[BinaryIO]:
        """The stream of a part as it was taken; raises SetDamaged, and SetSealed without the key that opens it."""
        return reading(self.folder, part, progress, self._keys(part))

    def check(self, part: Part, progress: Progress = still) -> None:
        """Decode a part to its end; raises SetDamaged when it is not what was taken, and SetSealed."""
        check_stream(self.folder, part, progress, self._keys(part))

    def tables(self, database: str) -> Mapping[str, Mapping[str, Any]] | None:
        """Rows and digest of every table: measured when taken, else in a restored copy, else unknown."""
        return self.manifest.databases[database].tables or self.proof.tables.get(database)

    def measures(self, databases: Sequence[str], trees: Sequence[str]) -> dict[str, Any]:
        """What can be compared with another moment: tables by database where known, and files and digest by tree."""
        lists = {name: self.manifest.trees[name] for name in trees}
        return {"tables": {name: dict(tables) for name in databases if (tables := self.tables(name)) is not None},
                "trees": {name: {"files": t.files, "digest": t.list.raw_sha256} for name, t in lists.items()}}

    def data(self, databases: Sequence[str], trees: Sequence[str]) -> dict[str, int]:
        """Bytes of each database's dump and of each tree, before they were compressed."""
        return {**{f"database {name}": self.manifest.databases[name].part.raw_bytes for name in databases},
                **{f"tree {name}": self.manifest.trees[name].part.raw_bytes for name in trees}}

    def entries(self, tree: str) -> dict[str, Entry]:
        """Every entry of a tree, by name; raises SetDamaged when the list is not the one that was written."""
        part = self.manifest.trees[tree].list
        check_hash(self.folder, part, still)
        try:
            with self.reading(part) as stream:
                return from_lines(stream)
        except (ValueError, TypeError) as error:
            raise SetDamaged(_("{path} cannot be understood: {why}").format(path=part.path, why=error),
                             where=str(self.folder), hint=_("use another set")) from None

    def chosen(self, databases: Sequence[str] | None, trees: Sequence[str] | None) -> tuple[list[str], list[str]]:
        """Names of databases and trees to work on, None standing for all. Raises SetMissing."""
        return _held(self, self.manifest.databases, databases), _held(self, self.manifest.trees, trees)

    def _keys(self, part: Part) -> Sequence[Identity]:
        return fitting(self.manifest.seal, self.key, str(self.folder)) if part.sealed else ()


def _held(owner: BackupSet, entries: Mapping[str, object], wanted: Sequence[str] | None) -> list[str]:
    for name in wanted or ():
        if name not in entries:
            hint = _("it holds: {names}").format(names=", ".join(entries) or "-")
            raise SetMissing(_("the set {set} does not hold {name}").format(set=owner.id, name=name),
                             where=str(owner.folder), hint=hint)
    return list(entries) if wanted is None else list(wanted)
