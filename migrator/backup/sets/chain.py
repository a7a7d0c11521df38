"""The chain of a set: the whole one that it builds on, every increment since, and itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from migrator.backup.errors import SetDamaged, SetMissing
from migrator.backup.parts.part import Part
from migrator.backup.sets.set import BackupSet
from migrator.text import _


@dataclass(frozen=True)
class Chain:
    """`sets` begins with the whole one and ends with the set that was asked for; all lie in one vault."""

    sets: tuple[BackupSet, ...]

    @classmethod
    def of(cls, kept: BackupSet, vault: Path | None = None) -> Chain:
        """The chain of a set; the vault is the folder that it lies in if not said.

        Raises SetMissing naming the link that is gone, SetDamaged for one that cannot be read or is another set.
        """
        found = [kept]
        while (base := found[0].manifest.base) is not None:
            found.insert(0, _link(vault or kept.folder.parent, base, found))
        return cls(tuple(found))

    @property
    def parts(self) -> list[tuple[BackupSet, Part]]:
        """Every part that restoring the last set reads: its own, and those of its bases that these go on from."""
        *bases, last = self.sets
        of_bases = [(base, part) for base in bases for name in last.manifest.trees
                    if (record := base.manifest.trees.get(name)) for part in (*record.archives, record.list)]
        return [*of_bases, *self._logged(), *((last, part) for part in last.manifest.parts)]

    def _logged(self) -> list[tuple[BackupSet, Part]]:
        """Parts of databases of which the last set holds only the log since an earlier set."""
        found = []
        for name, record in self.sets[-1].manifest.databases.items():
            for base in reversed(self.sets[:-1]):
                if not (record.log and record.log.follows and name in base.manifest.databases):
                    break
                record = base.manifest.databases[name]
                found.append((base, record.part))
        return found

    def holding(self, tree: str) -> list[BackupSet]:
        """The sets in whose archives an entry of the last set's tree may lie, the oldest first."""
        return [kept for kept in self.sets if tree in kept.manifest.trees]


def builds_on(found: Iterable[BackupSet]) -> dict[str, list[BackupSet]]:
    """For each set the others that cannot be restored without it, the oldest first."""
    oldest_first = sorted(found, key=lambda kept: kept.manifest.taken)
    base_of = {kept.id: kept.manifest.base for kept in oldest_first}
    above: dict[str, list[BackupSet]] = {}
    for kept in oldest_first:
        for base in bases_of(kept.id, base_of):
            above.setdefault(base, []).append(kept)
    return above


def bases_of(name: str, base_of: Mapping[str, str | None]) -> list[str]:
    """Ids of the sets that one builds on, the nearest first, as far as they are known; the last may be missing."""
    found: list[str] = []
    while (base := base_of.get(name)) is not None and base not in found:
        found.append(base)
        name = base
    return found


def _link(vault: Path, base: str, above: list[BackupSet]) -> BackupSet:
    """One set that others build on; `above` begins with the one that names it."""
    lost = _("sets that cannot be restored: {names}").format(names=", ".join(s.id for s in above))
    if Path(base).name != base or base in ("", "..", *(s.id for s in above)):
        raise SetDamaged(_("{set} says that it builds on {base}, which cannot be").format(
            set=above[0].id, base=ascii(base)), where=str(vault), hint=lost)
    try:
        link = BackupSet.open(vault / base, above[0].key)
    except SetMissing:
        raise SetMissing(_("the set {base} is gone, on which {set} builds").format(base=base, set=above[0].id),
                         where=str(vault), hint=lost) from None
    if (link.id, link.manifest.environment) != (base, above[0].manifest.environment):
        raise SetDamaged(_("the folder of the set {base} holds another set").format(base=base), where=str(vault),
                         hint=lost)
    return link
