"""How a database goes into a set: as a dump, whole with a place in its server's log, or as that log alone."""

from __future__ import annotations

from typing import BinaryIO

from migrator.backup.client import Client
from migrator.backup.logs.log import Log, log_of
from migrator.backup.logs.record import LogRecord
from migrator.backup.sets.set import BackupSet
from migrator.model.finding import Finding, informs, warns
from migrator.playbook.inventory import Database as Entry
from migrator.text import _


class Taking:
    """Decided before anything is read; `record` is there when `write` has ended, None for a plain dump.

    `logs`: by the log, if the inventory says so. A log that cannot be backed up, or that does not reach back to the
    base, never keeps the backup from being made: the database is then taken whole, and `notes` say why.
    """

    def __init__(self, client: Client, entry: Entry, name: str, base: BackupSet | None, *, logs: bool) -> None:
        self.notes: list[Finding] = []
        self.record: LogRecord | None = None
        self._client, self._name = client, name
        log = log_of(client)
        if log and not entry.logs:
            log.let_go()
        self._log = self._usable(log) if entry.logs and logs else None
        self._since = self._reaching(base) if base else None

    @property
    def extension(self) -> str:
        """Of the part's file, before compression."""
        if self._log is None:
            return self._client.extension
        return self._log.changes if self._since else self._log.whole

    @property
    def joins(self) -> bool:
        """Whether what is written is a snapshot that it is given, and nothing later."""
        return self._log is None

    def write(self, sink: BinaryIO, snapshot: str | None = None) -> None:
        """Write the part; `snapshot` names a state of the database that is held open meanwhile."""
        if self._log is None:
            self._client.dump(sink, snapshot)
        elif self._since is None:
            self.record = self._log.take_whole(sink)
        else:
            self.record = self._log.take_changes(self._since, sink)

    def _usable(self, log: Log | None) -> Log | None:
        if log is None:
            self.notes.append(informs("backup.no_log", _("{name} has no log of changes: it is taken whole each "
                                                         "time").format(name=self._name)))
            return None
        lacking = log.lacking()
        if lacking:
            self.notes.append(warns(
                "backup.no_log", _("the log of {name} cannot be backed up, so it was taken whole: {why}").format(
                    name=self._name, why="; ".join(lacking)),
                _("only the moment of each set can be brought back until this is mended"), lacking=lacking))
            return None
        self.notes += log.remarks()
        return log

    def _reaching(self, base: BackupSet) -> LogRecord | None:
        """Where the base ends, if the log still reaches back so far."""
        before = base.manifest.databases.get(self._name)
        if self._log is None or before is None or before.log is None:
            return None
        broken = self._log.broken(before.log)
        if broken:
            self.notes.append(warns(
                "backup.log_gap", _("the log of {name} does not reach back to {set}, so it was taken whole: "
                                    "{why}").format(name=self._name, set=base.id, why=broken),
                _("moments between {set} and this one cannot be brought back; let the server keep its log for "
                  "longer than from one backup to the next").format(set=base.id)))
            return None
        return before.log
