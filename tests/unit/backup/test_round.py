"""Taken, proven, brought back: nothing is lost, nothing is left over, and equal things are left alone."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import threading
from contextlib import closing
from pathlib import Path

from migrator.backup.restoring.restore import restore_set
from migrator.backup.sets.catalog import find, newest_proven, sets
from migrator.backup.sets.entry import compare
from migrator.backup.taking.take import take_set
from migrator.backup.trees.tree_folder import tree_folder
from migrator.backup.verify import verify_set
from migrator.site import Site

from .conftest import NASTY, change, rows


def test_a_set_is_taken_proven_and_brings_everything_back(site: Site, root: Path, vault: Path, tmp_path: Path) -> None:
    before_rows, before_tree = rows(root), tree_folder(site, "app").entries(hashed=True)
    kept = take_set(site, vault, "live.first")
    assert kept.proof.level == 0
    proven = verify_set(site, kept.folder, level=3)
    assert proven["level"] == 3 and newest_proven(vault, "live").id == "live.first"
    assert not any((tmp_path / "work").rglob("migrator_*"))

    change(root, "delete from issue where id > 3", "create table extra (x)", "drop table extra",
           "alter table issue add column new text")
    (root / "files/one.txt").write_text("changed")
    shutil.rmtree(root / "empty")
    (root / "empty").write_text("now a file")
    (root / "files/to-one").unlink()
    (root / "files/to-one").symlink_to("/etc/passwd")
    (root / "new/deep").mkdir(parents=True)
    (root / "new/deep/file").write_text("extra")
    os.chmod(root / "files/two.txt", 0o777)
    os.remove(os.fsencode(root) + b"/" + NASTY)
    (root / "app.pid").write_text("2")

    facts = restore_set(site, kept.folder)
    assert facts["restored"] == ["main", "app"]
    assert rows(root) == before_rows
    assert not compare(before_tree, tree_folder(site, "app").entries(hashed=True), owners=True)
    assert (root / "app.pid").read_text() == "2" and (root / "cache/x").exists()
    assert os.stat(root / "files/one.txt").st_ino == os.stat(root / "files/again.txt").st_ino
    again = restore_set(site, kept.folder)
    assert again["restored"] == [] and again["equal"] == ["main", "app"]


def test_the_database_is_dumped_and_never_packed_with_the_tree(site: Site, root: Path, vault: Path) -> None:
    kept = take_set(site, vault, "one")
    names = set(kept.entries("app"))
    assert "db" in names and not any("main.sqlite" in n for n in names)
    assert "cache" not in names and "app.pid" not in names


def test_a_set_is_restorable_with_nothing_but_tar_zstd_and_the_database_client(
        site: Site, root: Path, vault: Path, tmp_path: Path) -> None:
    kept = take_set(site, vault, "one")
    by_hand = tmp_path / "by hand"
    commands = [line.strip() for line in (kept.folder / "README.txt").read_text().splitlines() if "zstd -dc" in line]
    for line in commands:
        text = line.replace(str(root), f"'{by_hand}'").replace("OLD", f"'{by_hand}'/main").replace("NEW", "new.sqlite")
        subprocess.run(["sh", "-ec", f"mkdir -p '{by_hand}'; {text}"], cwd=kept.folder, check=True)
    assert (by_hand / "files/one.txt").read_text() == "one"
    with closing(sqlite3.connect(by_hand / "main")) as database:
        assert database.execute("select * from issue order by id").fetchall() == rows(root)


def test_a_repeated_take_makes_no_second_set(site: Site, vault: Path) -> None:
    first = take_set(site, vault, "one")
    assert take_set(site, vault, "one").sha256 == first.sha256
    assert [s.id for s in sets(vault)] == ["one"] and find(vault, "on").id == "one"


def test_only_what_was_asked_for_is_taken_and_restored(site: Site, root: Path, vault: Path) -> None:
    kept = take_set(site, vault, "one", trees=[])
    assert list(kept.manifest.databases) == ["main"] and not kept.manifest.trees
    change(root, "delete from issue")
    (root / "files/one.txt").write_text("changed")
    restore_set(site, kept.folder)
    assert len(rows(root)) == 499 and (root / "files/one.txt").read_text() == "changed"


def test_a_database_written_to_meanwhile_gives_a_consistent_dump_and_no_wrong_digest(
        site: Site, root: Path, vault: Path) -> None:
    change(root, "create table pair (a integer, b integer)")
    stop, begun = threading.Event(), threading.Event()

    def write() -> None:
        with closing(sqlite3.connect(root / "db/main.sqlite", timeout=60)) as database:
            number = 0
            while not stop.is_set():
                with database:  # both halves or none: a torn dump would hold one without the other
                    database.execute("insert into pair values (?, 0)", [number])
                    database.execute("update pair set b = a where a = ?", [number])
                number += 1
                begun.set()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert begun.wait(30)
        taken = []
        while not taken or taken[-1].manifest.databases["main"].tables is not None:
            taken.append(take_set(site, vault, f"n{len(taken)}", trees=[]))
            assert len(taken) < 50, "no write ever fell into a backup"
    finally:
        stop.set()
        writer.join()
    kept = taken[-1]
    assert [n["code"] for n in kept.manifest.notes] == ["backup.moving"]
    facts = verify_set(site, kept.folder, level=3)
    assert facts["tables"]["main"]["pair"]["rows"] > 0
    restore_set(site, kept.folder)
    assert rows(root, "select count(*) from pair where a <> b") == [(0,)]
    assert rows(root, "select count(*) from pair") == [(facts["tables"]["main"]["pair"]["rows"],)]


def test_the_file_keeps_its_mode_and_a_leftover_log_is_not_replayed(site: Site, root: Path, vault: Path) -> None:
    path = root / "db/main.sqlite"
    os.chmod(path, 0o640)
    change(root, "pragma journal_mode = wal")
    kept = take_set(site, vault, "one", trees=[])
    script = ("import os, sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('delete from issue'); c.commit();"
              " os._exit(0)")  # dies with its log full
    subprocess.run(["python3", "-c", script, str(path)], check=True)
    assert (root / "db/main.sqlite-wal").stat().st_size
    restore_set(site, kept.folder)
    assert len(rows(root)) == 499
    assert path.stat().st_mode & 0o777 == 0o640
