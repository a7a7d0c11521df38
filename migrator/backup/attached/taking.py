"""The attachments while a set is taken: asked of the live database before and after, and looked for in the set."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import closing
from dataclasses import dataclass, replace

from migrator.attachments import Lying, Named
from migrator.backup.attached.asking import asked, to_ask
from migrator.backup.attached.model import Attachments
from migrator.backup.attached.record import MOST, Attached, mark
from migrator.backup.attached.verdict import judged, lying_in
from migrator.backup.client import client_of
from migrator.backup.restoring.compared import open_entry
from migrator.backup.sets.entry import Entries
from migrator.database.base import Database
from migrator.model.finding import Finding, informs
from migrator.site import Site
from migrator.text import _


class Asking:
    """What databases of a site name in its trees, around the taking of a set that holds both.

    What they name before and after they named all the while: that must be in the set, or it is missing in the live
    system too.
    """

    def __init__(self, site: Site, attachments: Attachments, databases: Collection[str],
                 trees: Collection[str]) -> None:
        self._site = site
        self._sources = [s for s in attachments.attachments
                         if databases and s.tree in trees and site.database_name(s.database) in databases]
        self._before: list[_Asked] = []

    def before(self) -> None:
        """Ask before anything is dumped. Raises DatabaseError for a query that cannot be answered."""
        for source in self._sources:
            with closing(_live(self._site, self._site.database_name(source.database))) as database:
                if record := to_ask(self._site, database, source):
                    self._before.append(_Asked(record, asked(database, record)))

    def after(self, entries: Mapping[str, Entries]) -> tuple[list[Attached], list[Finding]]:
        """Ask again, and look for all of it in the entries of the set's trees."""
        records, found = [], []
        for one in self._before:
            with closing(_live(self._site, one.record.database)) as database:
                now = asked(database, one.record)
            there = lying_in(entries[one.record.tree])
            steady, gone = _steady(one.said, now), one.said.paths - now.paths - there.sizes.keys()
            lost = sorted(steady.paths - there.sizes.keys())
            records.append(replace(one.record, named=len(one.said.paths), lost=len(lost),
                                   marks=tuple(mark(path) for path in lost[:MOST])))
            found += judged(one.record, steady, _without(there, one.said.paths ^ now.paths))
            if gone:
                found.append(informs("attachments.gone", _(
                    "{where}: {number} files were deleted while the set was taken, before they were in it").format(
                    where=one.record.tree, number=len(gone)), number=len(gone)))
        return records, found


@dataclass(frozen=True)
class _Asked:
    record: Attached
    said: Named


def _live(site: Site, name: str) -> Database:
    return open_entry(site, name, client_of(site, name).live())


def _steady(before: Named, now: Named) -> Named:
    """What both say, word by word."""
    return Named(before.paths & now.paths, dict(before.sizes.items() & now.sizes.items()),
                 dict(before.hashes.items() & now.hashes.items()))


def _without(there: Lying, names: Collection[str]) -> Lying:
    return Lying({n: size for n, size in there.sizes.items() if n not in names},
                 {n: digest for n, digest in there.hashes.items() if n not in names})
