"""A folder's files held by hard links on its own host, so that what is deleted while a set is taken is still in it."""

from __future__ import annotations

import posixpath
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from migrator.backup.parts.packing import failures
from migrator.backup.trees.folder import LONG, Folder
from migrator.commands import mirror
from migrator.commands.shell import Command
from migrator.database.base import OURS
from migrator.errors import Locked, MigratorError
from migrator.text import _
from migrator.transport.base import Result

_NAME = f"{OURS}snapshot"
MIRRORS = f"{_NAME}*"
"""The names of mirrors, wherever they lie in a tree: they are part of no set, and are not mirrored themselves."""


@dataclass
class Mirror:
    """The mirror of one folder. What keeps it from being whole is told by `why`, and from then on nothing is linked."""

    tree: Folder
    places: Sequence[str]
    """Where it may lie, the best first; it must be on the tree's own file system."""
    why: str = ""
    _path: str = ""
    _again: bool = False
    _token: str = field(default_factory=lambda: secrets.token_hex(8))

    @classmethod
    def of(cls, tree: Folder, name: str, work: str) -> Mirror:
        """The mirror of a tree with this name; `work` is our folder on its host."""
        places = [posixpath.join(tree.host.expand(work), "scratch", f"{_NAME}_{name}")]
        return cls(tree, [*places, posixpath.join(tree.path, _NAME)])

    @property
    def folder(self) -> Folder:
        """What a set packs: the mirror, or the tree itself where there can be none."""
        return replace(self.tree, path=posixpath.join(self._path, "tree"), exclude=(), mirror=True) \
            if self.held else self.tree

    @property
    def held(self) -> bool:
        return bool(self._path) and not self.why

    def link(self) -> None:
        """Link what is there, after the first time only what is new."""
        if not self._path and not self.why:
            self._begin()
        if self.held:
            self._try(mirror.link(self._path, self.tree.path, self.tree.exclude, again=self._again))
            self._again = True

    def complete(self) -> None:
        """Add folders and symbolic links; from now on `folder` is what lay in the tree."""
        if self.held:
            self._try(mirror.complete(self._path, self.tree.path, self.tree.exclude))

    def check(self) -> None:
        """Raises Locked when somebody else has taken the mirror's place meanwhile, so that what was packed is torn."""
        if self.held and self.tree.host.read(mirror.token(self._path).as_user(self.tree.user)).text != self._token:
            raise Locked(_("another backup of {path} has begun meanwhile").format(path=self.tree.path),
                         where=self.tree.host.name, hint=_("let one backup of a tree end before the next one"))

    def remove(self) -> None:
        """Remove it; fine when there is none."""
        if self._path:
            self._run(mirror.remove(self._path))

    def _begin(self) -> None:
        """Make it in the first place where it can lie, once what an earlier one has left that was killed is gone."""
        for place in self.places:
            self._run(mirror.remove(place))
        for place in self.places:
            if self._run(mirror.begin(place, self.tree.path, self._token)).text:
                self._path = place
                return
        self.why = _("no folder of ours can lie on the same file system")

    def _try(self, command: Command) -> None:
        """Run a pass; one that does not succeed is the end of this mirror, and not of the backup."""
        try:
            result = self._run(command)
        except MigratorError as error:
            self.why = error.message
            raise
        if lines := failures(result):
            self.why = "; ".join(lines[:3])

    def _run(self, command: Command) -> Result:
        return self.tree.host.run(command.as_user(self.tree.user), timeout=LONG, check=False)
