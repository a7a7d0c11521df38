"""An old release, kept so that it can run again: its packages, and the configuration and data of a set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Annotated
from uuid import uuid4

from pydantic import AfterValidator, Field

from migrator.application.packages import Package, checksums, safe_to_unpack, verified
from migrator.application.release import Release
from migrator.backup.parts import part
from migrator.backup.sets.set import BackupSet
from migrator.backup.trees.tree_folder import tree_folder
from migrator.commands import files
from migrator.drill.application import Application
from migrator.drill.errors import PartMissing
from migrator.errors import PackageWrong, WrongUse
from migrator.playbook.inventory import Name, Strict
from migrator.playbook.loader import parse
from migrator.playbook.lookups import resolve, scope
from migrator.playbook.nearest import unknown
from migrator.playbook.validate import validate
from migrator.site import Site
from migrator.text import _
from migrator.transport.base import OnLine

KEPT = "kept.yaml"
BUILDING = 3600.0
"""Seconds that laying a release out may take."""


def _inside(path: str) -> str:
    if path.startswith("/") or not path.strip("/.") or ".." in path.split("/"):
        raise ValueError(_("{path} leads out of its folder").format(path=path))
    return path.rstrip("/")


Inside = Annotated[str, AfterValidator(_inside)]
"""A path that stays below its folder."""


class Recipe(Strict):
    """What one version is made of; paths of packages are relative to the file."""

    packages: list[Inside] = Field(min_length=1, description="unpacked in this order")
    checksums: Inside = Field("packages/SHA256SUMS", description="lines as sha256sum writes them")
    tree: Name = Field(description="file tree of the inventory that holds the program and nothing else")
    into: Inside = Field(description="folder of the release, below that tree")
    current: Inside | None = Field(None, description="symbolic link to it, below that tree")
    strip: int = Field(0, ge=0, le=9, description="leading folders to cut off the names in a tar file")
    configuration: list[str] = Field(default_factory=list, description="files, as TREE/PATH, without which the release "
                                                                       "cannot start; they come from the set")


class Kept(Strict):
    """The file: every version that can be rebuilt, by its number."""

    releases: dict[str, Recipe]


@dataclass(frozen=True)
class KeptRelease:
    """One version of a product, rebuilt from nothing but what was kept."""

    version: str
    recipe: Recipe
    folder: Path
    """Where the product's files lie on this machine."""

    @classmethod
    def of(cls, folder: Path, version: str, scratch: Site) -> KeptRelease:
        """The version as the product's kept.yaml describes it; raises WrongUse, PlaybookError with its position."""
        path = folder / KEPT
        if not path.is_file():
            raise WrongUse(_("no file says which parts of old releases are kept"), where=str(path),
                           hint=_("write one: releases, each with packages, tree and into"))
        tree = parse(path.read_bytes(), str(path))
        known = scope(name=scratch.name, environment=scratch.environment)
        kept = validate(Kept, replace(tree, data=resolve(tree.data, known)))
        if version not in kept.releases:
            raise WrongUse(unknown(_("release"), version, kept.releases), where=str(path))
        scratch.tree(kept.releases[version].tree)
        return cls(version, kept.releases[version], folder)

    @property
    def tree(self) -> str:
        """The file tree that is made from packages and not taken from the set."""
        return self.recipe.tree

    @cached_property
    def packages(self) -> list[Package]:
        """The kept package files, each with the checksum that was kept; raises PackageWrong for the first that is not.
        """
        sums = self._checksums()
        found = [verified(self.folder / name, sums.get(Path(name).name) or _unlisted(self.folder / name))
                 for name in self.recipe.packages]
        for package in found:
            safe_to_unpack(package, self.recipe.strip)
        return found

    def parts(self, kept: BackupSet) -> list[dict[str, str]]:
        """Every part that the release needs, with its SHA-256, all of them looked at now.

        Raises PartMissing or PackageWrong for the first that is missing or not what was kept.
        """
        return [*({"part": "package", "name": p.path.name, "sha256": p.sha256} for p in self.packages),
                *(_configuration(kept, name) for name in self.recipe.configuration),
                {"part": "set", "name": kept.id, "sha256": kept.sha256}]

    def install(self, scratch: Site, say: OnLine, progress: part.Progress) -> None:
        """Lay the release out in its tree, which is empty, from the packages alone."""
        say(_("laying out {version} from {names}").format(version=self.version,
                                                          names=", ".join(p.path.name for p in self.packages)))
        place, release = tree_folder(scratch, self.tree), self._release(scratch)
        release.host.run(release.remove())
        release.bring(progress)
        jobs = Application(scratch).jobs(scratch.tree(self.tree).at)
        jobs.run(f"install-{uuid4().hex[:12]}", release.build(), timeout=BUILDING)
        if self.recipe.current:
            link = f"{place.path}/{self.recipe.current}"
            release.host.run(files.link(release.folder, link).as_user(place.user))

    def _release(self, scratch: Site) -> Release:
        place = tree_folder(scratch, self.tree)
        return Release(place.host, f"{place.path}/{self.recipe.into}", self.packages,
                       scratch.environment.hosts[scratch.tree(self.tree).at].work, self.recipe.strip, user=place.user)

    def _checksums(self) -> Mapping[str, str]:
        path = self.folder / self.recipe.checksums
        if not path.is_file():
            raise PartMissing(_("the list of checksums is missing"), where=str(path),
                              hint=_("without it nobody can say whether the packages are the ones that were kept"))
        return checksums(path.read_text())


def _unlisted(path: Path) -> str:
    raise PackageWrong(_("no checksum is given for {name}").format(name=path.name), where=str(path.parent),
                       hint=_("add its line to the list of checksums, as its vendor publishes it"))


def _configuration(kept: BackupSet, name: str) -> dict[str, str]:
    tree, _slash, path = name.partition("/")
    entry = kept.entries(tree).get(path) if tree in kept.manifest.trees else None
    if entry is None or entry.sha256 is None:
        raise PartMissing(_("the set {set} does not hold the configuration {name}").format(set=kept.id, name=name),
                          where=str(kept.folder), hint=_("choose a set of the time when that release ran"))
    return {"part": "configuration", "name": name, "sha256": entry.sha256}
