"""Take one set: databases first, then the file trees, so that no row names a file that was not there yet."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from sqlalchemy.engine import make_url

from migrator import __version__, clock
from migrator.backup import part, watch
from migrator.backup.archive import read_archive
from migrator.backup.client import client_of
from migrator.backup.compared import open_entry
from migrator.backup.entry import Entry
from migrator.backup.manifest import DatabaseRecord, Manifest, TreeRecord
from migrator.backup.manifest_file import save
from migrator.backup.packing import moved_files
from migrator.backup.part import Part
from migrator.backup.partial import growing
from migrator.backup.pipe import along
from migrator.backup.readme import write_readme
from migrator.backup.room import KEEP_FREE, room
from migrator.backup.seal import public_keys
from migrator.backup.set import BackupSet
from migrator.backup.tree_folder import tree_folder
from migrator.database.compare import compare
from migrator.model.finding import Finding, informs, warns
from migrator.site import Site
from migrator.text import _
from migrator.transport.base import OnLine
from migrator.units import show_size


def take_set(site: Site, vault: Path, name: str, *, databases: Sequence[str] | None = None,
             trees: Sequence[str] | None = None, say: OnLine = watch.nobody,
             progress: part.Progress = watch.still) -> BackupSet:
    """A new set in the vault, of the named databases and trees; None means all of the site.

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
    room(vault, estimate(site, *chosen) + KEEP_FREE)
    with growing(final) as folder:
        started = clock.stamp()
        taker = _Taker(site, folder, seal, say, progress)
        manifest = Manifest(name, site.name, started, "", __version__, {d: taker.database(d) for d in chosen[0]},
                            {t: taker.tree(t) for t in chosen[1]}, tuple(f.as_json() for f in taker.notes),
                            seal=seal)
        save(replace(manifest, completed=clock.stamp()), folder)
        write_readme(manifest, folder)
    taken = BackupSet.open(final)
    say(_("backup set {name}: {size}").format(name=name, size=show_size(taken.bytes)))
    return taken


def absent(site: Site, databases: Sequence[str], trees: Sequence[str]) -> list[str]:
    """The databases, by URL, and the folders that the inventory names and that do not exist."""
    return [*(make_url(site.environment.databases[d].url).render_as_string(hide_password=True)
              for d in databases if not client_of(site, d).exists()),
            *(tree_folder(site, t).path for t in trees if not tree_folder(site, t).exists())]


def estimate(site: Site, databases: Sequence[str], trees: Sequence[str]) -> int:
    """Bytes that a set can take at most, as long as nothing grows: what lies on the hosts, not compressed."""
    return sum(client_of(site, d).size() for d in databases) + sum(tree_folder(site, t).size() for t in trees)


class _Taker:
    """Writes the parts of one set and notes what it saw."""

    def __init__(self, site: Site, folder: Path, seal: Sequence[str], say: OnLine, progress: part.Progress) -> None:
        self._site, self._folder, self._seal, self._say, self._progress = site, folder, seal, say, progress
        self.notes: list[Finding] = []

    def database(self, name: str) -> DatabaseRecord:
        """Dump one database, its facts measured before and after: facts that moved are not those of the dump."""
        client = client_of(self._site, name)
        self._say(_("database {name}: {size}").format(name=name, size=show_size(client.size())))
        with closing(open_entry(self._site, name, client.live())) as database:
            properties, schema, before = client.properties(), database.schema().fingerprint, database.tables()
            packed = self._pack(f"databases/{name}.{client.extension}.zst", client.dump)
            moved = compare(before, database.tables())
        if moved:
            self.notes.append(informs(
                "backup.moving", _("{name} was written to while it was taken").format(name=name),
                _("the dump is consistent; its counts and digests are measured when it is verified"),
                tables=[d.table for d in moved]))
        tables = None if moved else {table: facts.as_json() for table, facts in before.items()}
        return DatabaseRecord(client.make, packed, properties, schema, tables)

    def tree(self, name: str) -> TreeRecord:
        """Pack one tree, the archive read while it passes: the list holds what is in it, not what was meant to be."""
        folder = tree_folder(self._site, name)
        self._say(_("tree {name}: {path}").format(name=name, path=folder.path))
        moved: list[str] = []
        entries: dict[str, Entry] = {}
        path = f"trees/{name}.tar.zst"

        def fill(sink: BinaryIO) -> None:
            with along(sink, lambda stream: entries.update(read_archive(stream, path))) as both:
                moved.extend(moved_files(folder, folder.pack(both)))

        packed = self._pack(path, fill)
        if moved:
            self.notes.append(warns(
                "backup.changed", _("{count} files of {name} changed while they were read").format(
                    count=len(moved), name=name),
                _("stop the application for the backup that an upgrade relies on"), files=moved[:20]))
        mine = folder.identity()
        foreign = [n for n, e in entries.items() if (e.uid, e.gid) != mine]
        if mine[0] and foreign:
            message = _("{count} files of {name} belong to somebody else and would be restored as ours")
            self.notes.append(warns(
                "backup.owners", message.format(count=len(foreign), name=name),
                _("write owner: root for this tree in the inventory"), files=[ascii(n) for n in foreign[:20]]))
        lines = "".join(json.dumps(e.as_json()) + "\n" for e in entries.values())
        listed = self._pack(f"trees/{name}.list.zst", lambda sink: sink.write(lines.encode()))
        return TreeRecord(packed, listed, folder.path, folder.host.name, folder.exclude,
                          sum(e.kind == "file" for e in entries.values()), sum(e.size for e in entries.values()))

    def _pack(self, path: str, fill: Callable[[BinaryIO], object]) -> Part:
        done: list[Part] = []
        with part.writing(self._folder, path, self._progress, done.append, self._seal) as sink:
            fill(sink)
        return done[0]
