"""A database of a set and the database of a site that it belongs to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import datetime

from migrator.backup import watch
from migrator.backup.client import Client, beside, client_of
from migrator.backup.client.base import Source
from migrator.backup.errors import RestoreDiffers, SetDamaged
from migrator.backup.logs.moment import moment
from migrator.backup.logs.stretch import Stretch
from migrator.backup.parts import part
from migrator.backup.restoring.compared import Facts, Tables, differences, facts_of, open_entry
from migrator.backup.restoring.restore_room import Need
from migrator.backup.sets.set import BackupSet
from migrator.database.base import Database
from migrator.errors import WrongUse
from migrator.playbook.inventory import Database as Entry
from migrator.site import Site
from migrator.text import _


def _unseen(_copy: Database) -> None:
    """Nobody looks at a copy."""


class DatabasePart:
    """Knows whether both are equal, proves the dump in a copy, and brings the site's database back.

    `until` is a moment that the log of the set's chain covers, None the set's own. Raises OutsideLog for another one,
    SetMissing and SetDamaged when sets before this one are needed and do not do.
    """

    def __init__(self, site: Site, kept: BackupSet, name: str, progress: part.Progress = watch.still,
                 until: datetime | None = None) -> None:
        self.name, self._site, self._kept, self._progress, self._until = name, site, kept, progress, until
        self._record = kept.manifest.databases[name]
        self._client: Client = client_of(site, name)
        self._stretch = Stretch.of(kept, name)
        if until:
            self._stretch.require(until)
        if self._client.make != self._record.make:
            raise WrongUse(_("{name} was taken from {old} and cannot be restored into {new}").format(
                name=name, old=self._record.make, new=self._client.make), where=site.name)

    @property
    def parts(self) -> list[part.Part]:
        return [self._record.part]

    @property
    def reads(self) -> int:
        """Bytes of the vault that bringing it back reads."""
        return self._client.loads * self.proves

    @property
    def proves(self) -> int:
        """Bytes of the vault that proving it reads."""
        return sum(one.bytes for _kept, one in self._stretch.parts)

    def need(self) -> Need | None:
        """What the copy takes beside the live database; None when nobody knows where that lies."""
        folder, whole = self._client.data_folder() if self._client.exists() else None, self._stretch.parts[0][1]
        if folder is None:
            return None
        return Need(self._client.host, folder, max(self._client.size(), whole.raw_bytes))

    def check(self) -> None:
        """Prove that what this set and earlier ones hold of it is whole and decodes to its end; raises SetDamaged."""
        for kept, one in self._stretch.parts:
            kept.check(one, self._progress)

    def equal(self) -> bool:
        """Whether the site's database holds exactly what was taken; unknown facts are never equal."""
        tables = self._kept.tables(self.name)
        return bool(tables is not None and not self._until and self._client.exists()
                    and not self._differences(Facts(tables, self._record.schema)))

    def prove(self, look: Callable[[Database], object] = _unseen) -> Tables:
        """Restore into a copy and compare that with what was measured; the copy is removed, whatever happens.

        `look` is shown the copy, open for reading. Returns the copy's facts. Raises SetDamaged when they are other ones
        than those of the set.
        """
        copy = self._client.copy("verify", beside=False)
        try:
            with self._dump() as source:
                return self._load(source, copy, look).tables
        finally:
            self._client.drop(copy)

    def restore(self) -> None:
        """Load and compare a copy beside the live database, and only then let it take the live one's place."""
        copy = beside(self._client)
        with self._dump() as source:
            try:
                facts = self._load(source, copy)
            except BaseException:
                self._client.drop(copy)
                raise
            self._client.put_live(copy, source, self._record.properties)
        found = self._differences(facts)
        if found:
            raise RestoreDiffers(_("{name} is not what the set holds: {lines}").format(
                name=self.name, lines="; ".join(found[:5])), where=self._site.name,
                hint=_("is the application still running and writing?"))

    @contextmanager
    def copied(self) -> Iterator[Entry]:
        """The dump in a copy beside the live database, loaded and compared; it is removed at the end."""
        copy = beside(self._client)
        try:
            with self._dump() as source:
                self._load(source, copy)
            yield copy
        finally:
            self._client.drop(copy)

    def tidy(self) -> None:
        """Remove the copy that a restore which was killed has left beside the live database."""
        self._client.drop(beside(self._client))

    def _differences(self, wanted: Facts) -> list[str]:
        """How the live database differs from the facts."""
        with closing(open_entry(self._site, self.name, self._client.live())) as live:
            return differences(facts_of(live), wanted)

    def _dump(self) -> AbstractContextManager[Source]:
        return moment(self._site, self._client, self._stretch, self._until, self._progress)

    def _load(self, source: Source, copy: Entry, look: Callable[[Database], object] = _unseen) -> Facts:
        self._client.load(source, copy, self._record.properties)
        with closing(open_entry(self._site, self.name, copy)) as database:
            measured = facts_of(database)
            found = differences(measured, self._wanted(measured))
            if not found:
                look(database)
        if found:
            raise SetDamaged(_("a restored copy of {name} is not what was taken: {lines}").format(
                name=self.name, lines="; ".join(found[:5])), where=str(self._kept.folder),
                hint=_("use another set; the database itself was left as it is"))
        return measured

    def _wanted(self, measured: Facts) -> Facts:
        """What is known of the wanted state; for the rest, what a copy holds is taken as right."""
        if self._until:
            return measured
        tables = self._kept.tables(self.name)
        return Facts(measured.tables if tables is None else tables, self._record.schema)
