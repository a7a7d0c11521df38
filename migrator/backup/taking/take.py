"""Take one set: databases first, then the file trees, so that no row names a file that was not there yet."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import BinaryIO

from sqlalchemy.engine import make_url

from migrator import __version__, clock
from migrator.backup import watch
from migrator.backup.attached.model import Attachments
from migrator.backup.attached.read import attachments_of
from migrator.backup.attached.taking import Asking
from migrator.backup.client import client_of
from migrator.backup.logs.taking import Taking
from migrator.backup.parts import part
from migrator.backup.parts.part import Part
from migrator.backup.parts.seal import public_keys
from migrator.backup.restoring.compared import open_entry
from migrator.backup.room import KEEP_FREE, room
from migrator.backup.sets.entry import Entries
from migrator.backup.sets.known_lists import remember
from migrator.backup.sets.manifest import DatabaseRecord, Manifest, TreeRecord
from migrator.backup.sets.manifest_file import save
from migrator.backup.sets.readme import write_readme
from migrator.backup.sets.set import BackupSet
from migrator.backup.taking.partial import growing
from migrator.backup.taking.snapshot import Snapshot, snapshot
from migrator.backup.taking.vendor import declared, run_exports
from migrator.backup.trees.tree_folder import tree_folder
from migrator.backup.trees.tree_taker import take_tree
from migrator.database.compare import compare
from migrator.model.finding import Finding, informs
from migrator.site import Site
from migrator.text import _
from migrator.transport.base import OnLine
from migrator.units import show_size


def take_set(site: Site, vault: Path, name: str, *, databases: Sequence[str] | None = None,
             trees: Sequence[str] | None = None, base: BackupSet | None = None,
             attachments: Attachments | None = None, logs: bool = False, say: OnLine = watch.nobody,
             progress: part.Progress = watch.still) -> BackupSet:
    """A new set in the vault, of the named databases and trees; None means all of the site.

    With a `base`, a set of the same vault, trees are packed only as far as they have changed since it was taken. With
    `logs`, databases of which the inventory says so are kept by their server's log; otherwise all are dumped. Files
    that the databases name (`attachments`; None: what the site's product says) are looked for in the set, and what is
    missing is noted. Trees that an export tool makes are made first.
    The set's folder appears under its `name` in one step when everything is complete; a set that is already there
    is returned as it is, so that a repeat after a crash takes no second one. Nothing is left on the hosts.
    Raises NoSpace before anything is read when the vault is too small; CommandFailed, Unreachable.
    """
    final = vault / name
    if final.exists():
        return BackupSet.open(final)
    chosen = (list(site.environment.databases) if databases is None else [site.database_name(d) for d in databases],
              list(site.environment.trees) if trees is None else list(trees))
    vault.mkdir(parents=True, exist_ok=True, mode=0o700)
    seal = public_keys(site.environment.backups.sealed_for)
    run_exports(site, chosen[1], say)
    room(vault, estimate(site, chosen[0], [] if base else chosen[1]) + KEEP_FREE)  # of changes, none is known yet
    asking = Asking(site, attachments_of(site) if attachments is None else attachments, *chosen)
    with growing(final) as folder, snapshot(site, chosen[1], mirrored=bool(chosen[0])) as held:
        started = clock.stamp()
        taker = _Taker(site, folder, base, seal, held, logs, say, progress)
        asking.before()
        databases_taken = {d: taker.database(d) for d in chosen[0]}
        held.complete()
        trees_taken = {t: taker.tree(t) for t in chosen[1]}
        held.check()
        attached, found = asking.after(taker.entries)
        notes = [*taker.notes, *held.notes(), *found]
        manifest = Manifest(name, site.name, started, clock.stamp(), __version__, databases_taken, trees_taken,
                            tuple(f.as_json() for f in notes), base.id if base else None, seal,
                            tuple(a.as_json() for a in attached))
        save(manifest, folder)
        write_readme(manifest, folder)
    taken = BackupSet.open(final)
    say(_("backup set {name}: {size}").format(name=name, size=show_size(taken.bytes)))
    return taken


def absent(site: Site, databases: Sequence[str], trees: Sequence[str]) -> list[str]:
    """The databases, by URL, and the folders that the inventory names and that do not exist."""
    return [*(make_url(site.environment.databases[d].url).render_as_string(hide_password=True)
              for d in databases if not client_of(site, d).exists()),
            *(tree_folder(site, t).path for t in trees
              if not site.tree(t).made_by and not tree_folder(site, t).exists())]


def estimate(site: Site, databases: Sequence[str], trees: Sequence[str]) -> int:
    """Bytes that a set can take at most, as long as nothing grows: what lies on the hosts, not compressed."""
    return sum(client_of(site, d).size() for d in databases) + sum(tree_folder(site, t).size() for t in trees)


class _Taker:
    """Writes the parts of one set and notes what it saw."""

    def __init__(self, site: Site, folder: Path, base: BackupSet | None, seal: Sequence[str], held: Snapshot,
                 logs: bool, say: OnLine, progress: part.Progress) -> None:
        self._site, self._folder, self._base, self._seal, self._held = site, folder, base, seal, held
        self._logs = logs
        self._say, self._progress = say, progress
        self.notes: list[Finding] = []
        self.entries: dict[str, Entries] = {}

    def database(self, name: str) -> DatabaseRecord:
        """Dump one database and measure it beside that, in the same snapshot where the server lets two sessions share
        one. Elsewhere facts are those of the dump only if nothing was written meanwhile.
        """
        client = client_of(self._site, name)
        self._say(_("database {name}: {size}").format(name=name, size=show_size(client.size())))
        taking = Taking(client, self._site.database_entry(name), name, self._base, logs=self._logs)
        self.notes += taking.notes
        with (closing(open_entry(self._site, name, client.live())) as database, self._held.followed() as flowing,
              database.held() as state, ThreadPoolExecutor(1) as beside):
            measured = beside.submit(state.tables)
            properties, schema = client.properties(), database.schema().fingerprint
            packed = self._pack(f"databases/{name}.{taking.extension}.zst",
                                lambda sink: taking.write(sink, state.name),
                                flowing=flowing if taking.joins else watch.still)  # a log stands for its end
            facts = measured.result()
            same = (state.name and taking.joins) or state.stands()
            moved = [] if same else compare(facts, database.tables())
        if moved:
            self.notes.append(informs(
                "backup.moving", _("{name} was written to while it was taken").format(name=name),
                _("the dump is consistent; its counts and digests are measured when it is verified"),
                tables=[d.table for d in moved]))
        tables = None if moved else {table: of_one.as_json() for table, of_one in facts.items()}
        return DatabaseRecord(client.make, packed, properties, schema, tables, taking.record)

    def tree(self, name: str) -> TreeRecord:
        """Pack one tree, or what has changed in it since the set that this one builds on."""
        folder = tree_folder(self._site, name)
        self._say(_("tree {name}: {path}").format(name=name, path=folder.path))
        record, self.entries[name], notes = take_tree(folder, name, self._pack, self._base, self._held.folder(name))
        self.notes += notes
        record = declared(record, self._site.tree(name))
        if self._seal:
            remember(self._folder.parent, record, self.entries[name])
        return record

    def _pack(self, path: str, fill: Callable[[BinaryIO], object], expected: int = 0,
              flowing: part.Progress = watch.still) -> Part:
        """Write a part; raises NoSpace at once where so many bytes as are expected at most have no room."""
        def progress(done: float, total: float | None, unit: str) -> None:
            flowing(done, total, unit)
            self._progress(done, total, unit)

        room(self._folder, expected + KEEP_FREE)
        parts: list[Part] = []
        with part.writing(self._folder, path, progress, parts.append, self._seal) as sink:
            fill(sink)
        return parts[0]
