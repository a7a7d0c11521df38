"""A set in a few words, as lists and other programs show it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from migrator import clock
from migrator.backup.keeping.copies import Copied, copies_of
from migrator.backup.sets.catalog import is_former
from migrator.backup.sets.set import BackupSet
from migrator.site import Site


def summary(kept: BackupSet) -> dict[str, Any]:
    """What is known of a set without reading it: plain values, `age` in seconds, `size` in bytes of the vault."""
    manifest, proof = kept.manifest, kept.proof
    age = (clock.now() - clock.parse(manifest.taken)).total_seconds()
    return {"id": kept.id, "environment": manifest.environment, "taken": manifest.taken, "age": round(age),
            "former": is_former(kept.id), "whole": manifest.base is None, "base": manifest.base, "size": kept.bytes,
            "sealed": bool(manifest.seal), "level": proof.level, "proven": proof.proven, "folder": str(kept.folder),
            "databases": list(manifest.databases), "trees": list(manifest.trees),
            "notes": [dict(note) for note in manifest.notes]}


class Copies:
    """How the copies of many sets are; a place that does not answer is asked once."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._away: list[Copied] = []

    def of(self, kept: BackupSet) -> list[dict[str, Any]]:
        """One plain record for each place that the inventory names."""
        if is_former(kept.id):  # a way back of this machine is not copied
            return []
        if not self._away:
            found = copies_of(self._site, kept)
            self._away = [one for one in found if one.state == "unknown"]
            return [asdict(one) for one in found]
        return [asdict(one) for one in self._away]
