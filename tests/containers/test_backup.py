"""Backups of real database servers over ssh: taken, proven, restored, cloned, and nothing left behind."""

from __future__ import annotations

import contextlib
import io
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from backup_rig import TREE, Place, fill, left_behind, make_tree, sites, sqlite_site
from rig_databases import Database
from rig_host import TestHost

from migrator.backup.client import beside, client_of
from migrator.backup.errors import SetDamaged
from migrator.backup.parts.part import reading
from migrator.backup.restoring.by_hand import restoring
from migrator.backup.restoring.database_part import DatabasePart
from migrator.backup.restoring.former import give_back, present
from migrator.backup.restoring.restore import restore_set
from migrator.backup.sets.entry import compare
from migrator.backup.taking.take import take_set
from migrator.backup.trees.tree_folder import tree_folder
from migrator.backup.verify import verify_set
from migrator.backup.watch import still
from migrator.clone.apart import too_close
from migrator.clone.clone import make_clone
from migrator.clone.fitting import misfits
from migrator.errors import CommandFailed, DatabaseError, FindingsBlock

Made = Callable[[TestHost], Database]


@pytest.fixture(params=["postgresql", "mariadb"])
def machine(request: pytest.FixtureRequest) -> tuple[TestHost, Made]:
    """A machine with a server, and what makes empty databases on it."""
    short = "postgres" if request.param == "postgresql" else "mariadb"
    return request.getfixturevalue(f"{short}_host"), request.getfixturevalue(f"{short}_database")


@pytest.fixture
def place(machine: tuple[TestHost, Made], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    host, database = machine
    (live,) = sites(monkeypatch, live=(host, database(host), TREE))
    fill(live, tmp_path)
    yield live
    assert not [name for name in live.databases() if name.startswith("migrator_")], "scratch databases are left"
    assert left_behind(host) == ""


CHANGES = ["delete from project where id > 100", "update department set name = 'other' where id = 2",
           "create table extra (id integer)", "drop view costly"]


def test_taken_proven_and_brought_back_exactly(place: Place, tmp_path: Path) -> None:
    before, files = place.state(), tree_folder(place.site, "app").entries(hashed=True)
    kept = take_set(place.site, tmp_path / "vault", "one")
    assert kept.manifest.notes == () and kept.tables("main")
    assert verify_set(place.site, kept.folder)["level"] == 3
    place.sql(*CHANGES)
    place.host.must(["sh", "-c", f"rm -rf {TREE}/empty; echo other > {TREE}/files/one; echo new > {TREE}/new"])
    facts = restore_set(place.site, kept.folder)
    assert facts["restored"] == ["main", "app"]
    assert place.state() == before
    assert not compare(files, tree_folder(place.site, "app").entries(hashed=True), owners=True)
    assert restore_set(place.site, kept.folder)["restored"] == []


def test_typed_by_hand_with_the_database_s_own_programs_it_is_as_before(place: Place, tmp_path: Path) -> None:
    before, files = place.state(), tree_folder(place.site, "app").entries(hashed=True)
    kept = take_set(place.site, tmp_path / "vault", "one")
    place.sql(*CHANGES)
    place.host.must(["sh", "-c", f"rm -rf {TREE}/empty; echo other > {TREE}/files/one; mkdir {TREE}/new"])
    passwords = {".pgpass": "*:*:*:*:admin-password\n", ".my.cnf": "[client]\npassword=admin-password\n"}
    for name, content in passwords.items():
        place.host.must(["sh", "-c", f"umask 077; printf '%s' '{content}' > ~/{name}"], user="ops")
    for line in restoring(place.site, kept.folder):
        where, _colon, typed = line.partition(": ")
        if where == "on db":
            place.host.must(["sh", "-c", typed], user="ops")
        else:
            assert where == "on this machine, for db"
            subprocess.run(["sh", "-c", typed], check=True)
    place.host.must(["sh", "-c", "rm ~/.pgpass ~/.my.cnf"], user="ops")
    assert place.state() == before
    assert not compare(files, tree_folder(place.site, "app").entries(hashed=True), owners=True)


def test_a_dump_with_other_rows_is_found_in_a_copy_and_live_is_left_as_it_is(place: Place, tmp_path: Path) -> None:
    kept = take_set(place.site, tmp_path / "vault", "one", trees=[])
    place.sql("update project set title = 'changed' where id = 1")
    other = take_set(place.site, tmp_path / "vault", "other", trees=[])
    swap_dump(kept.folder, other.folder)
    place.sql(*CHANGES)
    before = place.state()
    for act in (verify_set, restore_set):
        with pytest.raises(SetDamaged, match="project"):
            act(place.site, kept.folder)
        assert place.state() == before


def test_a_restore_that_is_cut_off_leaves_live_as_it_is_and_succeeds_later(place: Place, tmp_path: Path) -> None:
    whole = place.state()
    kept = take_set(place.site, tmp_path / "vault", "one", trees=[])
    place.sql(*CHANGES)
    before = place.state()

    def cut(done: float, total: float | None, unit: str) -> None:
        raise ConnectionError("cut off")

    with pytest.raises(Exception, match="cut off"):
        restore_set(place.site, kept.folder, progress=cut)
    assert place.state() == before
    restore_set(place.site, kept.folder)
    assert place.state() == whole


@pytest.mark.parametrize("machine", ["mariadb"], indirect=True)
@pytest.mark.parametrize("arrived", [0, 0.3, 0.7, 0.98], ids=lambda share: f"{share:.0%}")
def test_a_crash_while_live_is_loaded_anew_is_seen_and_the_restore_repeated(
        place: Place, tmp_path: Path, arrived: float) -> None:
    whole = place.state()
    kept = take_set(place.site, tmp_path / "vault", "one", trees=[])
    client, record = client_of(place.site, "main"), kept.manifest.databases["main"]
    with reading(kept.folder, record.part, still) as stream:
        dump = stream.read()
    part_of_it = dump[:int(len(dump) * arrived)]
    with contextlib.suppress(CommandFailed):  # what has arrived may end in the middle of a statement
        client.put_live(beside(client), lambda: contextlib.nullcontext(io.BytesIO(part_of_it)), record.properties)
    assert client.exists() and not DatabasePart(place.site, kept, "main").equal()
    assert restore_set(place.site, kept.folder)["restored"] == ["main"]
    assert place.state() == whole


@pytest.mark.parametrize("machine", ["mariadb"], indirect=True)
def test_a_crash_between_the_old_and_the_new_live_database_is_brought_back(place: Place, tmp_path: Path) -> None:
    whole = place.state()
    kept = take_set(place.site, tmp_path / "vault", "one", trees=[])
    client_of(place.site, "main").drop_live()
    assert not DatabasePart(place.site, kept, "main").equal()
    assert restore_set(place.site, kept.folder)["restored"] == ["main"]
    assert place.state() == whole


@pytest.mark.parametrize(("owner", "mode"), [(None, 700), ("ops", 700), ("ops", 755)],
                         ids=["own", "another-users", "another-users-readable"])
def test_sqlite_of_another_host_is_taken_proven_and_brought_back(
        ssh_host: TestHost, tmp_path: Path, owner: str | None, mode: int) -> None:
    """`deploy` logs in and may write nothing of what belongs to `ops`, whom it can become."""
    make_tree(ssh_host, TREE)
    ssh_host.must(["sh", "-ec", f"""mkdir -m {mode} {TREE}/db; chmod {mode} {TREE}
python3 -c "$1" {TREE}/db/main.sqlite; chmod 600 {TREE}/db/main.sqlite; chown -R ops:ops {TREE}""", "sh", SQLITE])
    site = sqlite_site(ssh_host, owner, user="deploy" if owner else "ops")
    database = site.database()
    before, structure = database.tables(), database.schema().fingerprint
    files = tree_folder(site, "app").entries(hashed=True)
    kept = take_set(site, tmp_path / "vault", "one")
    assert kept.manifest.notes == () and kept.tables("main")
    assert verify_set(site, kept.folder)["level"] == 3
    database.execute(["delete from issue where id > 100", "create table extra (id integer)"])
    ssh_host.must(["sh", "-c", f"rm -rf {TREE}/empty; echo other > {TREE}/files/one"])
    assert restore_set(site, kept.folder)["restored"] == ["main", "app"]
    assert (database.tables(), database.schema().fingerprint) == (before, structure)
    assert not compare(files, tree_folder(site, "app").entries(hashed=True), owners=True)
    assert ssh_host.must(["stat", "-c", "%U %a", f"{TREE}/db/main.sqlite"]) == "ops 600\n"
    assert restore_set(site, kept.folder)["restored"] == []
    assert left_behind(ssh_host, ["/home", "/var/tmp", "/srv", "/tmp"]) == ""


SQLITE = """
import sqlite3, sys
database = sqlite3.connect(sys.argv[1])
database.execute("pragma journal_mode = wal")
database.execute("create table issue (id integer primary key, title text, body blob)")
database.executemany("insert into issue values (?, ?, ?)", [(n, f"issue {n}", bytes(n)) for n in range(1, 500)])
database.commit()
"""


def test_written_to_meanwhile_is_consistent_and_measured_when_verified(place: Place, tmp_path: Path) -> None:
    place.sql("create table pair (a integer primary key, b integer)")
    stop, begun = threading.Event(), threading.Event()

    def write(number: int) -> None:
        while not stop.is_set():
            place.sql(f"insert into pair values ({number}, 0)", f"update pair set b = a where a = {number}")
            number += len(writers)
            begun.set()

    writers: list[threading.Thread] = []  # several, since one alone may pause for as long as a small set takes
    writers += [threading.Thread(target=write, args=(first,)) for first in range(4)]
    for writer in writers:
        writer.start()
    try:
        assert begun.wait(60)
        kept = take_set(place.site, tmp_path / "vault", "one", trees=[])
    finally:
        stop.set()
        for writer in writers:
            writer.join()
    if place.make == "postgresql":  # measured in the snapshot that was dumped
        assert not kept.manifest.notes and kept.tables("main") is not None
    else:
        assert [note["code"] for note in kept.manifest.notes] == ["backup.moving"] and kept.tables("main") is None
    facts = verify_set(place.site, kept.folder)
    rows = facts["tables"]["main"]["pair"]["rows"]
    restore_set(place.site, kept.folder)
    assert place.open().query("select count(*) from pair where a <> b") == [(0,)]
    assert place.open().query("select count(*) from pair") == [(rows,)] and rows > 0


def test_no_process_and_no_file_shows_a_password(place: Place) -> None:
    """The dump is held up by a lock, so that there is time to look."""
    client, sink = client_of(place.site, "main"), io.BytesIO()
    program = "pg_dump" if place.make == "postgresql" else "mariadb-dump"
    holder = place.host.container.get_wrapped_container()
    lock = (["sh", "-c", f"(echo 'begin; lock table project;'; sleep 600) | psql -qX -d {place.database.name}"]
            if place.make == "postgresql" else
            ["sh", "-c", f"(echo 'lock tables project write;'; sleep 600) | mariadb {place.database.name}"])
    holder.exec_run(lock, user="postgres" if place.make == "postgresql" else "root", detach=True)
    dump = threading.Thread(target=client.dump, args=(sink,))
    try:
        wait_for(place.host, locked(place))
        dump.start()
        wait_for(place.host, ["pgrep", "-x", program])
        shown = place.host.must(["sh", "-c", "ps -efww; cat /proc/[0-9]*/cmdline | tr '\\0' ' '"])
        assert program in shown and place.database.password not in shown
    finally:
        place.host.must(["pkill", "-f", "sleep 600"])
        if dump.ident:
            dump.join()
    assert len(sink.getvalue()) > 1000
    assert place.host.exec(["grep", "-rl", place.database.password, "/home", "/var/tmp", "/root"]).out == ""


def test_a_clone_belongs_to_its_own_role_and_is_undone(
        machine: tuple[TestHost, Made], place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    host, database = machine
    live, trial = sites(monkeypatch, live=(host, place.database, TREE), trial=(host, database(host), "/srv/trial/app"))
    host.must(["install", "-d", "-o", "ops", "/srv/trial"])
    trial.sql("create table former (id integer)", "insert into former values (7)")
    before, content = trial.state(), live.content()
    kept = take_set(live.site, tmp_path / "vault", "live.one")
    assert too_close(trial.site, live.site) == [] and misfits(kept, trial.site, live.site) == []
    record = present(trial.site)
    make_clone(trial.site, kept.folder, tmp_path / "vault", "trial.before", record)
    assert trial.content() == content
    trial.sql("update project set title = 'changed by its own role' where id = 1")
    assert live.open().query("select title from project where id = 1") == [("project 1 项目",)]
    assert give_back(trial.site, tmp_path / "vault", "trial.before", record)
    assert trial.state() == before
    assert host.exec(["ls", "/srv/trial"]).out == ""


def test_a_copy_whose_url_leads_to_the_live_database_is_refused(
        place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    live, trial = sites(monkeypatch, live=(place.host, place.database, TREE),
                        trial=(place.host, place.database, "/srv/trial/app"))
    assert [f.code for f in too_close(trial.site, live.site)] == ["clone.hits_live"]


def swap_dump(folder: Path, other: Path) -> None:
    """Put the other set's dump into a set, with hashes that fit."""
    import json

    mine, theirs = (json.loads((f / "manifest.json").read_text()) for f in (folder, other))
    part = theirs["databases"]["main"]["part"]
    shutil.copy(other / part["path"], folder / part["path"])
    mine["databases"]["main"]["part"] = part
    (folder / "manifest.json").write_text(json.dumps(mine))


def wait_for(host: TestHost, argv: list[str]) -> None:
    """Ask until the command succeeds."""
    for _ in range(100):
        if host.exec(argv).code == 0:
            return
        threading.Event().wait(0.1)
    pytest.fail(f"never came true: {argv}")


def locked(place: Place) -> list[str]:
    """A command that succeeds when somebody holds the table."""
    if place.make == "postgresql":
        sql = "select 1 / count(*) from pg_locks where mode = 'AccessExclusiveLock' and relation = 'project'::regclass"
        return ["su", "postgres", "-c", f'psql -AtX -v ON_ERROR_STOP=1 -d {place.database.name} -c "{sql}"']
    sql = f"show open tables in {place.database.name} where in_use > 0"
    return ["sh", "-c", f"mariadb -N -e '{sql}' | grep -q project"]


def test_one_table_comes_back_and_keys_triggers_and_numbers_stay(place: Place, tmp_path: Path) -> None:
    """MariaDB cannot pause triggers, so a table that has one is refused there, and nothing is changed."""
    if place.make == "mariadb":
        place.sql("drop trigger `double`")
    kept = take_set(place.site, tmp_path / "vault", "one", trees=[])
    before = place.content()
    place.sql("update project set title = 'later', cost = 1", "delete from project where id > 400",
              "insert into department (name) values ('later')")
    restore_set(place.site, kept.folder, databases=[], tables=["main/project"])
    assert place.content()["project"] == before["project"]
    assert place.open().query("select count(*) from department") == [(3,)], "other tables stay as they are"
    place.sql("insert into project (department, title) values (1, 'new')")
    assert place.open().query("select max(id) from project") == [(501,)] or place.make == "mariadb"
    with pytest.raises(DatabaseError):
        place.sql("insert into project (department, title) values (99, 'no such department')")
    place.sql("insert into department (id, name) values (77, 'new')", "update project set department = 77 where id = 1")
    held = place.content()
    with pytest.raises(FindingsBlock, match="nothing was changed"):
        restore_set(place.site, kept.folder, databases=[], tables=["main/department"])
    assert place.content() == held
    restore_set(place.site, kept.folder, databases=[], tables=["main/department", "main/project"])
    assert place.content() == before
    if place.make == "postgresql":
        place.sql("update project set cost = 5 where id = 1")
        assert place.open().query("select cost from project where id = 1") == [(10,)], "the trigger acts again"


@pytest.mark.parametrize("machine", ["mariadb"], indirect=True)
def test_a_table_with_triggers_is_refused_where_they_cannot_be_paused(place: Place, tmp_path: Path) -> None:
    kept = take_set(place.site, tmp_path / "vault", "one", trees=[])
    place.sql("delete from project where id = 7")
    held = place.content()
    with pytest.raises(FindingsBlock, match="double"):
        restore_set(place.site, kept.folder, databases=[], tables=["main/project"])
    assert place.content() == held
