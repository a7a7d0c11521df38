"""The trees of a set as they lay when its databases were dumped: mirrors that follow the trees around that moment."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress

from migrator.backup.parts.part import Progress
from migrator.backup.trees.folder import Folder
from migrator.backup.trees.mirror import Mirror
from migrator.backup.trees.tree_folder import tree_folder
from migrator.errors import MigratorError
from migrator.model.finding import Finding, informs
from migrator.site import Site
from migrator.text import _

SHORTEST = 0.02
"""Seconds from one pass over the trees to the next, while the moment of a dump has not passed."""
CLOSELY = 120.0
"""Seconds for which the passes follow each other so, at most."""
RARELY = 10.0
"""Seconds from one pass to the next afterwards; more where a pass takes more than a fifth of that."""
FLOWS = 1024 * 1024
"""Bytes of a dump after which its moment has passed for certain: what was said before any table is much shorter."""


class Snapshot:
    """A mirror of each tree. A file that a dump names is in it, if it lived longer than one pass over the trees takes:
    a pass begins before the dump, others follow at once until its data flow, and one begins after that moment.
    """

    def __init__(self, trees: Mapping[str, Folder], mirrors: Mapping[str, Mirror]) -> None:
        self._trees, self._mirrors = trees, mirrors

    @contextmanager
    def followed(self) -> Iterator[Progress]:
        """Around a dump: the trees are linked before, again and again until its moment has passed, and once after that.

        Gives what is to be told how many bytes have come, if they are those of a dump that stands for its beginning.
        """
        self._link()
        over, flowing, linked = threading.Event(), threading.Event(), threading.Event()
        follower = threading.Thread(target=self._follow, args=(over, flowing, linked))
        follower.start()
        try:
            yield lambda done, _total, _unit: flowing.set() if done > FLOWS else None
        finally:
            over.set()
            follower.join()
        if not linked.is_set():
            self._link()

    def complete(self) -> None:
        """From now on the folders are as they are to be packed."""
        for mirror in self._mirrors.values():
            mirror.complete()

    def folder(self, tree: str) -> Folder:
        """What to pack for a tree: its mirror, or where there is none the tree itself."""
        return self._mirrors[tree].folder if tree in self._mirrors else self._trees[tree]

    def check(self) -> None:
        """Raises Locked when a mirror was taken away while it was packed."""
        for mirror in self._mirrors.values():
            mirror.check()

    def notes(self) -> list[Finding]:
        """The trees that could not be mirrored, and why."""
        return [informs("backup.no_snapshot", _("{name} could not be held still: {why}").format(name=name, why=m.why),
                        _("a file that was deleted between the dump of the database and its packing is not in the set"))
                for name, m in self._mirrors.items() if m.why]

    def _link(self) -> None:
        for mirror in self._mirrors.values():
            mirror.link()

    def _follow(self, over: threading.Event, flowing: threading.Event, linked: threading.Event) -> None:
        """Link until a pass has begun after the dump's data flow; it names nothing that is new from then on."""
        pause, closely = SHORTEST, time.monotonic() + CLOSELY
        with suppress(MigratorError):  # the mirror knows what it was, and is none any more
            while not linked.is_set() and not over.wait(pause):
                passed, began = flowing.is_set(), time.monotonic()
                self._link()
                if passed:
                    linked.set()
                if time.monotonic() > closely:
                    pause = max(RARELY, 4 * (time.monotonic() - began))


@contextmanager
def snapshot(site: Site, trees: Sequence[str], *, mirrored: bool) -> Iterator[Snapshot]:
    """The trees' snapshot; `mirrored` False: only the trees themselves. Nothing of it stays on the hosts."""
    folders = {name: tree_folder(site, name) for name in trees}
    work = {name: site.environment.hosts[site.tree(name).at].work for name in trees}
    made = {name: Mirror.of(folders[name], name, work[name]) for name in trees if mirrored}
    if site.read_only:
        for mirror in made.values():
            mirror.why = _("{site} is only read here").format(site=site.name)
    try:
        yield Snapshot(folders, made)
    finally:
        for mirror in made.values():
            with suppress(MigratorError):  # a host that does not answer is cleared by the next backup
                mirror.remove()
