"""Sets of changes: each day of a fortnight comes back from its chain, and a link that is gone is named."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from migrator.backup.errors import SetDamaged, SetMissing
from migrator.backup.restoring.restore import restore_set
from migrator.backup.sets.chain import Chain, builds_on
from migrator.backup.sets.entry import Entry, compare
from migrator.backup.sets.manifest_file import MANIFEST
from migrator.backup.sets.set import BackupSet
from migrator.backup.taking.take import take_set
from migrator.backup.trees import folder as folders
from migrator.backup.trees.folder import Folder
from migrator.backup.trees.tree_folder import tree_folder
from migrator.backup.trees.tree_taker import with_parents
from migrator.backup.verify import verify_set
from migrator.site import Site
from migrator.transport.local import LocalTransport

from .conftest import NASTY, change, rows
from .test_damage import archive, file, folder, forge, hard, link

TREE = "trees/app.tar.zst"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every change gets a time of its own on this file system; nobody has to wait until it is old."""
    monkeypatch.setattr(folders, "SETTLED", 0)


def packed(kept: BackupSet) -> set[str]:
    """Names of files and links in a set's own archive."""
    return {n for n, e in kept.entries("app").items() if e.held is None and e.kind != "folder"}


def state(site: Site) -> dict[str, Entry]:
    return tree_folder(site, "app").entries(hashed=True)


def test_only_what_changed_is_packed_and_the_list_names_all(site: Site, root: Path, vault: Path) -> None:
    whole = take_set(site, vault, "sunday")
    (root / "files/two.txt").write_text("zwei")
    (root / "new").mkdir()
    (root / "new/deep").write_text("new")
    monday = take_set(site, vault, "monday", base=whole)
    assert packed(monday) == {"files/two.txt", "new/deep"} and monday.manifest.base == "sunday"
    entries = monday.entries("app")
    assert entries.keys() == state(site).keys() and entries["files/one.txt"].held == "sunday"
    assert entries["files/one.txt"].sha256 == whole.entries("app")["files/one.txt"].sha256
    tuesday = take_set(site, vault, "tuesday", base=monday)
    assert packed(tuesday) == set()
    assert {e.held for e in tuesday.entries("app").values()} == {"sunday", "monday"}
    assert verify_set(site, tuesday.folder)["proven"]


CHANGES: dict[str, tuple[Callable[[Path], object], set[str]]] = {
    "rewritten, size and time put back": (lambda root: rewrite(root / "files/two.txt"), {"files/two.txt"}),
    "a time before 1970": (lambda root: os.utime(root / "files/two.txt", ns=(0, -5_250_000_000)), {"files/two.txt"}),
    "another mode": (lambda root: os.chmod(root / "files/two.txt", 0o600), {"files/two.txt"}),
    "one of its names removed": (lambda root: (root / "files/again.txt").unlink(), {"files/one.txt"}),
    "one more name": (lambda root: os.link(root / "files/one.txt", root / "b"),
                      {"b", "files/one.txt", "files/again.txt"}),
    "a name of its own": (lambda root: part_ways(root / "files/again.txt"), {"files/one.txt", "files/again.txt"}),
    "another link": (lambda root: point(root / "files/to-one", "two.txt"), {"files/to-one"}),
    "renamed": (lambda root: (root / "files/two.txt").rename(root / "three"), {"three"}),
    "a file for a folder": (lambda root: (shutil.rmtree(root / "files"), (root / "files").write_text("x")), {"files"}),
    "a link for a folder": (lambda root: (shutil.rmtree(root / "files"), point(root / "files", "/etc")), {"files"}),
    "a folder for a file": (lambda root: ((root / "files/two.txt").unlink(), (root / "files/two.txt").mkdir()), set()),
    "a nasty name": (lambda root: Path(os.fsdecode(os.fsencode(root) + b"/" + NASTY)).write_text("n"),
                     {os.fsdecode(NASTY)}),
}


def rewrite(path: Path) -> None:
    before = path.stat()
    path.write_bytes(bytes(before.st_size))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def part_ways(path: Path) -> None:
    content, before = path.read_bytes(), path.stat()
    path.unlink()
    path.write_bytes(content)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def point(path: Path, target: str) -> None:
    path.unlink(missing_ok=True)
    path.symlink_to(target)


@pytest.mark.parametrize(("act", "expected"), CHANGES.values(), ids=CHANGES)
def test_every_change_is_seen_and_both_days_come_back(
        act: Callable[[Path], object], expected: set[str], site: Site, root: Path, vault: Path) -> None:
    first, before = take_set(site, vault, "one", databases=[]), state(site)
    act(root)
    second, after = take_set(site, vault, "two", databases=[], base=first), state(site)
    assert packed(second) == expected
    for kept, wanted in ((first, before), (second, after)):
        restore_set(site, kept.folder)
        assert not compare(wanted, state(site), owners=True)
    shutil.rmtree(root)
    restore_set(site, second.folder)
    assert not compare(after, state(site), owners=True)


def test_each_day_of_a_fortnight_comes_back(site: Site, root: Path, vault: Path) -> None:
    kept: list[BackupSet] = []
    seen = []
    for day in range(14):
        change(root, f"update issue set title = '{day}' where id % 14 = {day}", f"delete from issue where id = {day}")
        (root / f"files/day-{day}").write_text(f"{day}" * 500)
        (root / "files/one.txt").write_text(f"one {day}")
        if day > 2:
            (root / f"files/day-{day - 2}").unlink()
        if day == 6:
            shutil.rmtree(root / "empty")
            (root / "empty").symlink_to("files")
        if day == 9:
            (root / "empty").unlink()
            (root / "empty/deep").mkdir(parents=True)
            (root / "files/two.txt").rename(root / "empty/deep/two.txt")
        kept.append(take_set(site, vault, f"day{day:02}", base=kept[-1] if day % 7 else None))
        seen.append((rows(root), state(site)))
    for day in (13, 0, 12, 1, 6, 5, 9, 8, 3, 7, 11, 2, 10, 4):
        assert len(Chain.of(kept[day]).sets) == day % 7 + 1
        restore_set(site, kept[day].folder)
        assert rows(root) == seen[day][0]
        assert not compare(seen[day][1], state(site), owners=True)
    assert sum(s.manifest.trees["app"].part.bytes for s in kept[1:7]) < 6 * kept[0].manifest.trees["app"].part.bytes


def test_a_file_too_young_to_be_sure_of_is_packed_again(
        site: Site, root: Path, vault: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "SETTLED", 3600 * 10**9)
    first = take_set(site, vault, "one", databases=[])
    second = take_set(site, vault, "two", databases=[], base=first)
    assert {n for n in packed(second) if second.entries("app")[n].kind == "file"} == {
        "files/one.txt", "files/two.txt", "files/again.txt", os.fsdecode(NASTY)}


def test_a_tree_that_lay_elsewhere_is_packed_whole(site: Site, root: Path, vault: Path) -> None:
    first = take_set(site, vault, "one", databases=[])
    lie(first, lambda data: data["trees"]["app"].update(path="/elsewhere"))
    assert len(packed(take_set(site, vault, "two", databases=[], base=BackupSet.open(first.folder)))) == 5


def test_a_set_of_format_1_is_no_help_and_no_harm(site: Site, root: Path, vault: Path) -> None:
    """Its lists know no ctime."""
    first = take_set(site, vault, "one", databases=[])
    known = {n: Entry(**{**e.as_json(), "ctime": None, "inode": None}) for n, e in first.entries("app").items()}
    assert not any(e.unchanged(e) for e in known.values() if e.kind == "file")


def test_every_day_comes_back_with_tar_zstd_and_python_alone(
        site: Site, root: Path, vault: Path, tmp_path: Path) -> None:
    first = take_set(site, vault, "one", databases=[])
    (root / "empty").rmdir()
    (root / "empty").write_text("a file now")
    shutil.rmtree(root / "files")
    (root / "new").mkdir()
    (root / "new/file").write_text("new")
    second, wanted = take_set(site, vault, "two", databases=[], base=first), state(site)
    by_hand = tmp_path / "by hand"
    for kept in (first, second):
        _head, _colon, commands = (kept.folder / "README.txt").read_text().partition("\nFile trees:\n")
        subprocess.run(["sh", "-ec", commands.replace(str(root), f"'{by_hand}'")], cwd=kept.folder, check=True)
    assert not compare(wanted, Folder(LocalTransport("here"), str(by_hand)).entries(hashed=True), owners=True)


@pytest.fixture
def week(site: Site, root: Path, vault: Path) -> list[BackupSet]:
    """Four days, one new file on each."""
    kept: list[BackupSet] = []
    for day in ("sunday", "monday", "tuesday", "wednesday"):
        (root / f"files/{day}").write_text(day)
        kept.append(take_set(site, vault, day, databases=[], base=kept[-1] if kept else None))
    return kept


def test_a_link_that_is_gone_is_named_with_all_that_is_lost_with_it(
        week: list[BackupSet], site: Site, root: Path) -> None:
    shutil.rmtree(week[1].folder)
    with pytest.raises(SetMissing, match="the set monday is gone, on which tuesday builds") as told:
        Chain.of(week[3])
    assert told.value.hint == "sets that cannot be restored: tuesday, wednesday"
    (root / "files/one.txt").write_text("live")
    with pytest.raises(SetMissing, match="monday"):
        restore_set(site, week[3].folder)
    assert (root / "files/one.txt").read_text() == "live"
    restore_set(site, week[0].folder)
    assert not (root / "files/monday").exists()


def test_a_link_that_is_damaged_is_found_before_anything_is_changed(
        week: list[BackupSet], site: Site, root: Path) -> None:
    path = week[1].folder / TREE
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    (root / "files/monday").unlink()
    before = state(site)
    with pytest.raises(SetDamaged):
        restore_set(site, week[3].folder)
    assert state(site) == before


@pytest.mark.parametrize("level", [1, 2])
def test_a_proof_covers_the_whole_chain(level: int, week: list[BackupSet], site: Site) -> None:
    assert verify_set(site, week[3].folder, level=level)["level"] == level
    path = week[0].folder / TREE
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(SetDamaged, match="app"):
        verify_set(site, week[3].folder, level=level)
    assert week[3].proof.level == 0


def test_another_set_in_the_place_of_a_link_is_found(week: list[BackupSet], site: Site, root: Path) -> None:
    """Whole in itself, but not what the later ones build on."""
    (root / "files/monday").write_text("other")
    other = take_set(site, week[0].folder.parent, "other", databases=[], base=week[0])
    shutil.rmtree(week[1].folder)
    other.folder.rename(week[1].folder)
    with pytest.raises(SetDamaged, match="holds another set"):
        Chain.of(week[2])
    lie(BackupSet.open(week[1].folder), lambda data: data.update(id="monday"))
    (root / "files/monday").unlink()
    with pytest.raises(SetDamaged, match="files/monday"):
        restore_set(site, week[2].folder)


@pytest.mark.parametrize("base", ["../elsewhere", "wednesday", "..", ""])
def test_a_base_that_cannot_be_is_refused(base: str, week: list[BackupSet]) -> None:
    lie(week[3], lambda data: data.update(base=base))
    with pytest.raises(SetDamaged, match="which cannot be"):
        Chain.of(BackupSet.open(week[3].folder))


def test_a_set_knows_who_builds_on_it(week: list[BackupSet]) -> None:
    above = {base: [kept.id for kept in others] for base, others in builds_on(week).items()}
    assert above == {"sunday": ["monday", "tuesday", "wednesday"], "monday": ["tuesday", "wednesday"],
                     "tuesday": ["wednesday"]}


def test_folders_come_before_what_lies_in_them() -> None:
    assert with_parents(["a/b/c", "d"]) == ["", "a", "a/b", "a/b/c", "d"]
    assert with_parents([""]) == [""] and with_parents([]) == []


def lie(kept: BackupSet, tell: Callable[[dict[str, object]], object]) -> None:
    """Change what the manifest of a set says."""
    data = json.loads((kept.folder / MANIFEST).read_text())
    tell(data)
    (kept.folder / MANIFEST).write_text(json.dumps(data))


FORGED: dict[str, Callable[[], list[tarfile.TarInfo]]] = {
    "a path with dots": lambda: [folder("."), file("./../evil")],
    "a file below a link": lambda: [folder("."), link("./files", "/etc"), file("./files/evil")],
    "a file whose folder is not packed with it": lambda: [file("./files/evil")],
    "a hard link to a file of the base": lambda: [folder("."), hard("./evil", "./files/one.txt")],
    "more than is listed": lambda: [folder("."), file("./evil")],
}


@pytest.mark.parametrize("members", FORGED.values(), ids=FORGED)
def test_an_increment_that_would_write_elsewhere_is_refused(
        members: Callable[[], list[tarfile.TarInfo]], week: list[BackupSet], site: Site, root: Path,
        tmp_path: Path) -> None:
    forge(week[2], archive(members()))
    (root / "files/one.txt").write_text("live")
    with pytest.raises(SetDamaged):
        restore_set(site, week[3].folder)
    assert (root / "files/one.txt").read_text() == "live" and not list(tmp_path.rglob("*evil*"))
