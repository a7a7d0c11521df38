"""A set as plain files: whole, checked, safe, and of use without a program of ours."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import tarfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from pyrage.x25519 import Identity

from migrator.backup.errors import SetDamaged, SetSealed
from migrator.backup.keeping.export import export_set
from migrator.backup.parts.part import Part
from migrator.backup.sets.set import BackupSet
from migrator.backup.taking.take import take_set
from migrator.errors import NoSpace, WrongUse
from migrator.site import Site

from .conftest import NASTY, environment, rows
from .test_damage import MEMBERS, archive, flip, forge

KEY = Identity.generate()


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


@pytest.fixture
def kept(site: Site, vault: Path) -> BackupSet:
    return take_set(site, vault, "one")


def checked(folder: Path) -> int:
    """Files that `sha256sum --check` found right; it fails for every other."""
    done = subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=folder, capture_output=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout.count(b": OK")


def test_everything_is_written_as_plain_files(site: Site, kept: BackupSet, root: Path, out: Path) -> None:
    facts = export_set(site, kept, out)
    with closing(sqlite3.connect(out / "databases/main.sqlite")) as database:
        assert database.execute("select * from issue order by id").fetchall() == rows(root)
    tree = out / "trees/app"
    assert (tree / "files/one.txt").read_text() == "one" and os.readlink(tree / "files/to-one") == "one.txt"
    assert (tree / "files/one.txt").stat().st_ino == (tree / "files/again.txt").stat().st_ino
    with open(os.fsencode(tree) + b"/" + NASTY, "rb") as file:
        assert file.read() == b"nasty"
    assert checked(out) == facts["files"] - 2, "all but README.txt and SHA256SUMS"
    assert "cat databases/main.sqlite > NEW" in (out / "README.txt").read_text()


def test_no_host_is_needed_and_no_database(kept: BackupSet, make_site: Callable[..., Site], out: Path) -> None:
    away = make_site(live=environment(Path("/nowhere"), Path("/nowhere/work")))
    assert export_set(away, kept, out)["bytes"]


def test_what_was_chosen_alone_is_written(site: Site, kept: BackupSet, out: Path, tmp_path: Path) -> None:
    export_set(site, kept, out, databases=["main"], trees=[])
    assert sorted(os.listdir(out)) == ["README.txt", "SHA256SUMS", "databases"] and checked(out) == 1
    export_set(site, kept, tmp_path / "tree", databases=[], trees=["app"], archives=True)
    assert os.listdir(tmp_path / "tree/trees") == ["app.tar"] and checked(tmp_path / "tree") == 1


@pytest.mark.parametrize("archives", [False, True])
def test_an_increment_is_written_whole(archives: bool, site: Site, kept: BackupSet, root: Path, vault: Path, out: Path,
                                       ) -> None:
    (root / "files/two.txt").unlink()
    (root / "files/new.txt").write_text("new")
    (root / "empty/inner").mkdir()
    second = take_set(site, vault, "two", base=kept)
    export_set(site, second, out, archives=archives)
    tree = out / "trees/app"
    if archives:
        tree.mkdir()
        subprocess.run(["tar", "-xpf", f"{tree}.tar", "--numeric-owner", "-C", tree], check=True)
    assert (tree / "files/new.txt").read_text() == "new" and (tree / "files/one.txt").read_text() == "one"
    assert not (tree / "files/two.txt").exists() and (tree / "empty/inner").is_dir()
    assert (tree / "empty").stat().st_mode & 0o777 == 0o750


def test_a_sealed_set_is_opened_with_its_key_and_with_no_other(
        root: Path, tmp_path: Path, make_site: Callable[..., Site], vault: Path, out: Path,
        monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EXPORT_KEY", str(KEY))
    sealing = {"sealed_for": [str(KEY.to_public())]}
    blind = make_site(live=environment(root, tmp_path / "work", backups=sealing))
    kept = take_set(blind, vault, "one")
    with pytest.raises(SetSealed):
        export_set(blind, kept, out)
    assert not out.exists()
    seeing = make_site(live=environment(root, tmp_path / "work", backups={**sealing, "key": "env:EXPORT_KEY"}))
    export_set(seeing, kept, out)
    assert (out / "trees/app/files/one.txt").read_text() == "one" and checked(out)


@pytest.mark.parametrize("name", ["databases/main.sqlite.zst", "trees/app.tar.zst", "trees/app.list.zst"])
def test_of_a_damaged_set_nothing_stays(name: str, site: Site, kept: BackupSet, out: Path) -> None:
    flip(kept.folder / name)
    with pytest.raises(SetDamaged):
        export_set(site, kept, out)
    assert not out.exists()


@pytest.mark.parametrize("members", MEMBERS.values(), ids=MEMBERS.keys())
def test_an_unsafe_archive_is_written_nowhere(members: Callable[[], list[tarfile.TarInfo]], site: Site,
                                              kept: BackupSet, out: Path, tmp_path: Path) -> None:
    forge(kept, archive(members()))
    with pytest.raises(SetDamaged):
        export_set(site, BackupSet.open(kept.folder), out)
    assert not out.exists() and not list(tmp_path.rglob("*evil*"))


def test_a_name_that_leads_elsewhere_is_refused(kept: BackupSet) -> None:
    text = (kept.folder / "manifest.json").read_text()
    (kept.folder / "manifest.json").write_text(text.replace('"app": {', '"../../app": {'))
    with pytest.raises(SetDamaged, match="no name of a database or tree"):
        BackupSet.open(kept.folder)


@pytest.mark.parametrize(("path", "name", "extension"), [
    ("databases/main.dump.zst", "main", "dump"), ("databases/a.b.wal.tar.zst.age", "a.b", "wal.tar"),
    ("databases/main.binlog.zst", "main", "binlog")])
def test_what_kind_of_file_a_part_is_can_be_told(path: str, name: str, extension: str) -> None:
    assert Part(path, "", 0, "", 0).extension(name) == extension


def test_a_folder_that_is_there_is_left_as_it_is(site: Site, kept: BackupSet, out: Path) -> None:
    out.mkdir()
    (out / "mine").write_text("mine")
    with pytest.raises(WrongUse, match="exists"):
        export_set(site, kept, out)
    assert os.listdir(out) == ["mine"]


def test_a_disk_that_is_too_small_is_told_before(site: Site, kept: BackupSet, small_disk: Path) -> None:
    with pytest.raises(NoSpace):
        export_set(site, kept, small_disk / "out")
    assert os.listdir(small_disk) == []
