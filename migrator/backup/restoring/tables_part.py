"""Single tables of a set's database and the same tables of a site."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from datetime import datetime

from migrator.backup import watch
from migrator.backup.client import client_of
from migrator.backup.errors import RestoreDiffers, SetMissing
from migrator.backup.parts import part
from migrator.backup.restoring.compared import Tables, open_entry
from migrator.backup.restoring.database_part import DatabasePart
from migrator.backup.restoring.restore_room import Need
from migrator.backup.restoring.rows import replace_of
from migrator.backup.sets.set import BackupSet
from migrator.database.base import Database, TableFacts
from migrator.database.compare import Difference, compare
from migrator.errors import CommandFailed, DatabaseError, FindingsBlock
from migrator.playbook.inventory import Database as Entry
from migrator.reach import open_at
from migrator.site import Site
from migrator.text import _


class TablesPart:
    """Brings the rows of some tables back and leaves all others alone: what the set holds is restored beside the live
    database, and these rows are replaced in one transaction.
    """

    def __init__(self, site: Site, kept: BackupSet, database: str, tables: Sequence[str],
                 progress: part.Progress = watch.still, until: datetime | None = None) -> None:
        self.name = ", ".join(f"{database}/{table}" for table in tables)
        self._site, self._kept, self._database, self._tables = site, kept, database, list(tables)
        self._until = until
        self._whole = DatabasePart(site, kept, database, progress, until)
        self._client = client_of(site, database)

    @property
    def parts(self) -> list[part.Part]:
        return self._whole.parts

    @property
    def reads(self) -> int:
        return self._whole.reads

    def need(self) -> Need | None:
        return self._whole.need()

    def check(self) -> None:
        self._whole.check()

    def equal(self) -> bool:
        """Whether these tables hold exactly what was taken; unknown facts are never equal."""
        tables = self._kept.tables(self._database)
        if tables is None or self._until:
            return False
        for missing in (table for table in self._tables if table not in tables):
            raise SetMissing(_("{database} in the set {set} has no table {table}").format(
                database=self._database, set=self._kept.id, table=missing), where=str(self._kept.folder))
        return self._client.exists() and not self._differences(tables)

    def restore(self) -> None:
        """Replace the rows, all of them or none. Raises FindingsBlock where structure or keys do not allow it."""
        with self._whole.copied() as copy:
            facts = self._fitting(copy)
            with closing(self._live()) as live:
                self._replace(live, copy)
            found = self._differences(facts)
        if found:
            raise RestoreDiffers(_("{name} is not what the set holds: {lines}").format(
                name=self.name, lines="; ".join(map(str, found))), where=self._site.name,
                hint=_("is the application still running and writing?"))

    def tidy(self) -> None:
        """Remove the copy that a restore which was killed has left beside the live database."""
        self._whole.tidy()

    def _fitting(self, copy: Entry) -> Tables:
        """Facts of the tables in the copy, whose columns are those of the live ones."""
        with closing(open_entry(self._site, self._database, copy)) as held, closing(self._live()) as live:
            mine, theirs = live.schema().tables, held.schema().tables
            for table in self._tables:
                if table not in mine or table not in theirs:
                    raise SetMissing(_("{table} is not in both databases").format(table=table), where=self._site.name)
                if mine[table] != theirs[table]:
                    lines = sorted({str(c) for c in mine[table]} ^ {str(c) for c in theirs[table]})
                    raise FindingsBlock(_("{table} has other columns in the set than here: {lines}").format(
                        table=table, lines="; ".join(lines[:5])), where=self._site.name,
                        hint=_("restore the whole database of that time into another environment"))
            return {table: facts.as_json() for table, facts in held.tables(self._tables).items()}

    def _replace(self, live: Database, copy: Entry) -> None:
        try:
            replace_of(self._client.make)(self._client, live, copy, self._tables)
        except (DatabaseError, CommandFailed) as error:
            raise FindingsBlock(_("the rows of {name} were not replaced, and nothing was changed: {why}").format(
                name=self.name, why=getattr(error, "output", "").strip() or error.message), where=self._site.name,
                hint=_("restore the tables that belong together in one go, or the whole database")) from error

    def _live(self) -> Database:
        entry = self._client.live()
        return open_at(self._site.host(entry.at), self._site.environment, self._database, entry)

    def _differences(self, tables: Tables) -> list[Difference]:
        wanted = {table: TableFacts.from_json(tables[table]) for table in self._tables}
        with closing(open_entry(self._site, self._database, self._client.live())) as live:
            return compare(wanted, live.tables(self._tables))
