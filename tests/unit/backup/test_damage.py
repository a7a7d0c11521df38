"""Every kind of damage is found before anything is changed, and named."""

from __future__ import annotations

import dataclasses
import io
import json
import os
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from migrator.backup import watch
from migrator.backup.errors import SetDamaged, SetMissing
from migrator.backup.parts import part
from migrator.backup.parts.part import Part
from migrator.backup.restoring.database_part import DatabasePart
from migrator.backup.restoring.restore import restore_set
from migrator.backup.sets.catalog import newest_proven, sets, unreadable
from migrator.backup.sets.manifest_file import MANIFEST
from migrator.backup.sets.set import PROOF, BackupSet
from migrator.backup.taking.take import take_set
from migrator.backup.trees.archive import read_archive
from migrator.backup.verify import verify_set
from migrator.errors import Unreachable
from migrator.site import Site

from .conftest import change, rows

DATABASE, TREE, LIST = "databases/main.sqlite.zst", "trees/app.tar.zst", "trees/app.list.zst"


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size * 9 // 10)


def swap(path: Path) -> None:
    """Another valid file in its place: only its hash tells."""
    other = path.parent.parent / (LIST if path.name != "app.list.zst" else TREE)
    path.write_bytes(other.read_bytes())


@pytest.mark.parametrize("damage", [flip, truncate, swap, Path.unlink])
@pytest.mark.parametrize("name", [DATABASE, TREE, LIST])
def test_a_damaged_part_is_found_and_nothing_is_restored(
        name: str, damage: Callable[[Path], None], site: Site, root: Path, vault: Path) -> None:
    kept = take_set(site, vault, "one")
    assert verify_set(site, kept.folder)["proven"]
    damage(kept.folder / name)
    with pytest.raises(SetDamaged, match=name.rpartition("/")[2].partition(".")[0]):
        verify_set(site, kept.folder, level=1)
    assert kept.proof.level == 0 and not kept.proof.history[-1].held
    with pytest.raises(SetMissing):
        newest_proven(vault, "live")

    change(root, "delete from issue where id > 10")
    (root / "files/one.txt").write_text("changed")
    with pytest.raises(SetDamaged):
        restore_set(site, kept.folder)
    assert len(rows(root)) == 10 and (root / "files/one.txt").read_text() == "changed"


def test_a_host_that_is_away_says_nothing_of_the_set(
        site: Site, vault: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = take_set(site, vault, "one")
    assert verify_set(site, kept.folder)["proven"]

    def away(*_arguments: object, **_more: object) -> None:
        raise Unreachable("gone", where="here")

    monkeypatch.setattr(DatabasePart, "prove", away)
    with pytest.raises(Unreachable):
        verify_set(site, kept.folder)
    assert kept.proof.proven and all(trial.held for trial in kept.proof.history)


@pytest.mark.parametrize("content", ["", "[]", "{", '{"level": 3}'])
def test_a_torn_record_of_proofs_is_told_of(content: str, site: Site, vault: Path) -> None:
    kept = take_set(site, vault, "one")
    (kept.folder / PROOF).write_text(content)
    with pytest.raises(SetDamaged, match="cannot be understood") as told:
        _ = kept.proof
    assert told.value.hint == "remove this file and verify the set again"


def test_damage_that_a_matching_hash_hides_is_found_by_decoding(site: Site, vault: Path) -> None:
    """As if the disk had been wrong already when the hash was taken."""
    kept = take_set(site, vault, "one")
    path = kept.folder / DATABASE
    flip(path)
    lie(kept, "databases", "part", sha256=part.hashlib.sha256(path.read_bytes()).hexdigest())
    assert verify_set(site, kept.folder, level=1)["level"] == 1
    with pytest.raises(SetDamaged):
        verify_set(site, kept.folder, level=2)


def test_a_dump_that_restores_to_other_rows_is_not_proven(site: Site, root: Path, vault: Path) -> None:
    kept = take_set(site, vault, "one")
    change(root, "update issue set title = 'other' where id = 7")
    other = take_set(site, vault, "other")
    content = (other.folder / DATABASE).read_bytes()
    (kept.folder / DATABASE).write_bytes(content)
    theirs = other.manifest.databases["main"].part
    lie(kept, "databases", "part", **theirs.as_json())
    assert verify_set(site, kept.folder, level=2)["level"] == 2
    with pytest.raises(SetDamaged, match="issue has the same number of rows"):
        verify_set(site, kept.folder)
    assert not any((root.parent / "work").rglob("migrator_*"))


@pytest.mark.parametrize("content", [b"", b"{}", b"not json", b"[]", b'{"format": 1, "databases": 3}'])
def test_a_broken_manifest_is_no_set(content: bytes, site: Site, vault: Path) -> None:
    kept = take_set(site, vault, "one")
    (kept.folder / MANIFEST).write_bytes(content)
    with pytest.raises(SetDamaged):
        BackupSet.open(kept.folder)
    assert sets(vault) == [] and unreadable(vault) == [kept.folder]


def test_a_set_of_a_newer_format_is_refused_by_name(site: Site, vault: Path) -> None:
    kept = take_set(site, vault, "one")
    data = json.loads((kept.folder / MANIFEST).read_text())
    (kept.folder / MANIFEST).write_text(json.dumps({**data, "format": 99}))
    with pytest.raises(SetDamaged, match="format 99"):
        BackupSet.open(kept.folder)


def test_a_manifest_that_names_a_part_outside_its_folder_is_refused(site: Site, vault: Path) -> None:
    kept = take_set(site, vault, "one")
    lie(kept, "databases", "part", path="../../../etc/passwd")
    with pytest.raises(SetDamaged, match="outside the set"):
        BackupSet.open(kept.folder)


MEMBERS: dict[str, Callable[[], list[tarfile.TarInfo]]] = {
    "a path with dots": lambda: [folder("."), file("./../evil")],
    "dots in the middle": lambda: [folder("."), folder("./a"), file("./a/../../evil")],
    "an absolute path": lambda: [folder("."), file("/tmp/evil")],
    "a file below a link": lambda: [folder("."), link("./a", "/etc"), file("./a/passwd")],
    "a hard link out of the tree": lambda: [folder("."), hard("./a", "/etc/passwd")],
    "a hard link to a link": lambda: [folder("."), link("./a", "/etc/passwd"), hard("./b", "./a")],
    "a name twice": lambda: [folder("."), file("./a"), file("./a")],
    "a link, then a folder of its name": lambda: [folder("."), link("./a", "/etc"), folder("./a")],
    "a device": lambda: [folder("."), of_type("./null", tarfile.CHRTYPE)],
    "a pipe": lambda: [folder("."), of_type("./pipe", tarfile.FIFOTYPE)],
}


@pytest.mark.parametrize("members", MEMBERS.values(), ids=MEMBERS.keys())
def test_an_unsafe_archive_is_refused(members: Callable[[], list[tarfile.TarInfo]], site: Site, root: Path, vault: Path,
                                      tmp_path: Path) -> None:
    with pytest.raises(SetDamaged):
        read_archive(io.BytesIO(archive(members())), "forged")
    kept = take_set(site, vault, "one")
    forge(kept, archive(members()))
    (root / "files/one.txt").write_text("changed")
    with pytest.raises(SetDamaged):
        restore_set(site, kept.folder)
    assert (root / "files/one.txt").read_text() == "changed"
    assert not list(tmp_path.rglob("*evil*"))


def test_a_safe_archive_with_other_members_than_listed_is_refused(site: Site, root: Path, vault: Path) -> None:
    kept = take_set(site, vault, "one")
    forge(kept, archive([folder("."), file("./planted")]))
    (root / "files/one.txt").write_text("changed")
    with pytest.raises(SetDamaged, match="planted"):
        restore_set(site, kept.folder)
    assert not (root / "planted").exists()


def test_a_torn_archive_is_no_whole_one() -> None:
    whole = archive([folder("."), file("./a", b"x" * 5000)])
    with pytest.raises(SetDamaged):
        read_archive(io.BytesIO(whole[:2500]), "torn")


def lie(kept: BackupSet, kind: str, which: str, **changes: object) -> None:
    """Change what the manifest says of the part of the only database or tree."""
    data = json.loads((kept.folder / MANIFEST).read_text())
    next(iter(data[kind].values()))[which].update(changes)
    (kept.folder / MANIFEST).write_text(json.dumps(data))


def forge(kept: BackupSet, content: bytes) -> None:
    """Put another archive into a set, with hashes that fit."""
    (kept.folder / TREE).unlink()
    done: list[Part] = []
    with part.writing(kept.folder, TREE, watch.still, done.append) as sink:
        sink.write(content)
    lie(kept, "trees", "part", **dataclasses.asdict(done[0]))


def archive(members: list[tarfile.TarInfo]) -> bytes:
    output = io.BytesIO()
    with tarfile.open(fileobj=output, mode="w", format=tarfile.PAX_FORMAT) as tar:
        for member in members:
            content = member.pax_headers.pop("content", "").encode()
            tar.addfile(member, io.BytesIO(content))
    return output.getvalue()


def file(name: str, content: bytes = b"evil") -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size = len(content)
    member.pax_headers = {"content": content.decode()}
    return member


def folder(name: str) -> tarfile.TarInfo:
    return of_type(name, tarfile.DIRTYPE)


def link(name: str, target: str) -> tarfile.TarInfo:
    return of_type(name, tarfile.SYMTYPE, target)


def hard(name: str, target: str) -> tarfile.TarInfo:
    return of_type(name, tarfile.LNKTYPE, target)


def of_type(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, target
    return member
