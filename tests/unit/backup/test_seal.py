"""Sealed sets: opened by the right key alone, damage found, the key never needed to take, list or hash."""

from __future__ import annotations

import hashlib
import io
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pyrage
import pytest
import zstandard
from pyrage.x25519 import Identity

from migrator.backup import watch
from migrator.backup.errors import SetDamaged, SetSealed
from migrator.backup.parts import part
from migrator.backup.parts.part import Part
from migrator.backup.restoring.by_hand import restoring
from migrator.backup.restoring.restore import restore_set
from migrator.backup.sets.manifest_file import MANIFEST
from migrator.backup.sets.set import BackupSet
from migrator.backup.taking.take import take_set
from migrator.backup.verify import verify_set
from migrator.errors import NoSpace, WrongUse
from migrator.secret import Secret, scrub
from migrator.site import Site

from .conftest import change, environment, rows
from .test_damage import flip, lie, truncate

DATABASE, TREE, LIST = "databases/main.sqlite.zst.age", "trees/app.tar.zst.age", "trees/app.list.zst.age"
KEY = Identity.generate()
OTHER = Identity.generate()


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    before = threading.active_count()
    yield
    assert threading.active_count() == before


@pytest.fixture
def at(root: Path, tmp_path: Path, make_site: Callable[..., Site], monkeypatch: pytest.MonkeyPatch,
       ) -> Callable[..., Site]:
    """The site with other lines about its backups; `SEAL_KEY` is the right key, `SEAL_OTHER` another one."""
    monkeypatch.setenv("SEAL_KEY", str(KEY))
    monkeypatch.setenv("SEAL_OTHER", str(OTHER))

    def make(*sealed_for: str, key: str | None = None) -> Site:
        backups = {"sealed_for": list(sealed_for), "key": key}
        return make_site(live=environment(root, tmp_path / "work", backups=backups))

    return make


@pytest.fixture
def taking(at: Callable[..., Site]) -> Site:
    """Seals, and knows no key."""
    return at(str(KEY.to_public()))


@pytest.fixture
def opening(at: Callable[..., Site]) -> Site:
    return at(str(KEY.to_public()), key="env:SEAL_KEY")


def test_a_sealed_set_is_taken_and_hashed_without_a_key_and_restored_with_it(
        taking: Site, opening: Site, root: Path, vault: Path) -> None:
    kept = take_set(taking, vault, "one")
    assert sorted(str(p.relative_to(kept.folder)) for p in kept.folder.glob("*/*")) == [DATABASE, LIST, TREE]
    assert kept.manifest.seal == (str(KEY.to_public()),)
    assert verify_set(taking, kept.folder, level=1)["level"] == 1
    assert verify_set(opening, kept.folder)["proven"]
    before = rows(root)
    change(root, "delete from issue where id > 10")
    (root / "files/one.txt").write_text("changed")
    restore_set(opening, kept.folder)
    assert rows(root) == before and (root / "files/one.txt").read_text() == "one"


def test_nothing_of_the_content_can_be_read_in_the_files(taking: Site, root: Path, vault: Path) -> None:
    (root / "files/private").write_bytes(b"a sentence that is nobody else's business " * 1000)
    kept = take_set(taking, vault, "one")
    content = b"".join(path.read_bytes() for path in kept.folder.rglob("*") if path.is_file())
    assert b"files/private" not in content and b"business" not in content


def test_the_standard_library_of_age_opens_every_file_whole(taking: Site, vault: Path) -> None:
    kept = take_set(taking, vault, "one")
    for one in kept.manifest.parts:
        packed = pyrage.decrypt((kept.folder / one.path).read_bytes(), [KEY])
        raw = zstandard.ZstdDecompressor().stream_reader(io.BytesIO(packed)).read()
        assert (len(raw), hashlib.sha256(raw).hexdigest()) == (one.raw_bytes, one.raw_sha256)


def test_every_recipient_opens_it_alone(at: Callable[..., Site], vault: Path) -> None:
    both = at(str(KEY.to_public()), str(OTHER.to_public()).upper(), key="env:SEAL_OTHER")
    kept = take_set(both, vault, "one")
    assert verify_set(both, kept.folder, level=2)["level"] == 2
    assert BackupSet.open(kept.folder, Secret(str(KEY))).entries("app")


def test_a_whole_file_of_age_keygen_is_a_key(taking: Site, vault: Path) -> None:
    kept = take_set(taking, vault, "one")
    written = Secret(f"# created: 2026-01-01\n# public key: {KEY.to_public()}\n{KEY}\n")
    assert BackupSet.open(kept.folder, written).entries("app")
    assert scrub(f"it is {KEY}.") == "it is ***."


@pytest.mark.parametrize(("key", "told"), [
    (None, "no key was given"), ("env:SEAL_OTHER", "does not open this set"), ("env:SEAL_LOST", "cannot be had"),
    ("file:/nowhere/key", "cannot be had")])
def test_without_the_right_key_nothing_is_changed_and_the_proof_stays(
        key: str | None, told: str, at: Callable[..., Site], opening: Site, root: Path, vault: Path) -> None:
    kept = take_set(opening, vault, "one")
    assert verify_set(opening, kept.folder)["proven"]
    site = at(str(KEY.to_public()), key=key)
    change(root, "delete from issue where id > 10")
    with pytest.raises(SetSealed, match=told) as error:
        restore_set(site, kept.folder)
    assert error.value.hint and str(OTHER) not in str(error.value)
    with pytest.raises(SetSealed, match=told):
        verify_set(site, kept.folder)
    assert kept.proof.proven and len(rows(root)) == 10


def test_a_secret_that_is_no_key_is_told_without_showing_it(at: Callable[..., Site], vault: Path,
                                                           monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SEAL_TYPO", "AGE-SECRET-KEY-1TYPO")
    site = at(str(KEY.to_public()), key="env:SEAL_TYPO")
    kept = take_set(site, vault, "one")
    with pytest.raises(WrongUse, match="no age identity") as told:
        restore_set(site, kept.folder)
    assert "TYPO" not in f"{told.value} {told.value.hint}"


@pytest.mark.parametrize("name", ["age1typo", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5", str(OTHER), ""],
                         ids=["typo", "of ssh", "secret", "empty"])
def test_a_recipient_that_is_none_is_refused_before_anything_is_read(name: str, at: Callable[..., Site],
                                                                     vault: Path) -> None:
    with pytest.raises(WrongUse, match="no age recipient"):
        take_set(at(name), vault, "one")
    assert list(vault.iterdir()) == []


@pytest.mark.parametrize("name", [DATABASE, TREE, LIST])
@pytest.mark.parametrize("damage", [flip, truncate, Path.unlink])
def test_damage_is_found_by_hash_and_where_the_hash_lies_by_opening(
        name: str, damage: Callable[[Path], None], opening: Site, root: Path, vault: Path) -> None:
    kept = take_set(opening, vault, "one")
    path = kept.folder / name
    damage(path)
    with pytest.raises(SetDamaged, match=path.name):
        verify_set(opening, kept.folder, level=1)
    if path.exists():
        kind = {DATABASE: ("databases", "part"), TREE: ("trees", "part"), LIST: ("trees", "list")}[name]
        lie(kept, *kind, sha256=hashlib.sha256(path.read_bytes()).hexdigest())
        assert verify_set(opening, kept.folder, level=1)["level"] == 1
        with pytest.raises(SetDamaged, match=path.name):
            verify_set(opening, kept.folder, level=2)
    change(root, "delete from issue where id > 10")
    (root / "files/one.txt").write_text("changed")
    with pytest.raises(SetDamaged):
        restore_set(opening, kept.folder)
    assert (root / "files/one.txt").read_text() == "changed" and len(rows(root)) == 10


def test_every_flipped_byte_of_a_small_file_is_found(tmp_path: Path) -> None:
    one = stored(tmp_path, b"content")
    path = tmp_path / one.path
    whole = path.read_bytes()
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1:])
        with pytest.raises(SetDamaged):
            part.check_stream(tmp_path, one, watch.still, [KEY])


@pytest.mark.parametrize("chunks", [0, 1, 2])
def test_a_file_cut_between_two_chunks_is_torn(chunks: int, tmp_path: Path) -> None:
    one = stored(tmp_path, os.urandom(3 * 65536))
    header = (tmp_path / one.path).read_bytes().index(b"\n---") + 1
    header = (tmp_path / one.path).read_bytes().index(b"\n", header) + 1 + 16
    os.truncate(tmp_path / one.path, header + chunks * (65536 + 16))
    with pytest.raises(SetDamaged):
        part.check_stream(tmp_path, one, watch.still, [KEY])


def test_a_file_of_another_set_for_the_same_key_is_found(opening: Site, root: Path, vault: Path) -> None:
    kept = take_set(opening, vault, "one")
    change(root, "update issue set title = 'other' where id = 7")
    other = take_set(opening, vault, "other")
    (kept.folder / DATABASE).write_bytes((other.folder / DATABASE).read_bytes())
    with pytest.raises(SetDamaged, match="not the file that was written"):
        verify_set(opening, kept.folder, level=1)
    lie(kept, "databases", "part", sha256=other.manifest.databases["main"].part.sha256)
    with pytest.raises(SetDamaged, match="decodes to other bytes"):
        verify_set(opening, kept.folder, level=2)


def test_a_manifest_that_hides_for_whom_it_was_sealed_is_refused(taking: Site, vault: Path) -> None:
    kept = take_set(taking, vault, "one")
    data = json.loads((kept.folder / MANIFEST).read_text())
    (kept.folder / MANIFEST).write_text(json.dumps({**data, "seal": []}))
    with pytest.raises(SetDamaged, match="for whom"):
        BackupSet.open(kept.folder)


def test_a_set_of_format_1_is_whole_and_not_sealed(site: Site, vault: Path) -> None:
    kept = take_set(site, vault, "one")
    data = json.loads((kept.folder / MANIFEST).read_text())
    old = {name: value for name, value in data.items() if name not in ("base", "seal")}
    (kept.folder / MANIFEST).write_text(json.dumps({**old, "format": 1}))
    opened = BackupSet.open(kept.folder)
    assert (opened.manifest.format, opened.manifest.base, opened.manifest.seal) == (1, None, ())
    assert verify_set(site, kept.folder)["proven"]


def test_a_full_disk_is_told_of_through_the_seal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(folder: Path, needed: int) -> None:
        raise NoSpace("nothing is left")

    monkeypatch.setattr("migrator.backup.parts.stored.room", full)
    with pytest.raises(NoSpace, match="nothing is left"):
        stored(tmp_path, os.urandom(1_000_000))


def test_a_reader_that_has_seen_enough_leaves_nothing_running(tmp_path: Path) -> None:
    one = stored(tmp_path, os.urandom(5_000_000))
    with part.reading(tmp_path, one, watch.still, [KEY]) as stream:
        assert len(stream.read(10)) == 10


def test_what_the_readme_and_the_list_for_hands_tell_opens_a_sealed_set(
        at: Callable[..., Site], root: Path, vault: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{with_age(tmp_path)}:{os.environ['PATH']}")
    key = tmp_path / "a key.txt"
    key.write_text(f"{KEY}\n")
    key.chmod(0o600)
    site = at(str(KEY.to_public()), key=f"file:{key}")
    kept = take_set(site, vault, "one")
    told = [line.strip() for line in (kept.folder / "README.txt").read_text().splitlines() if "zstd -dc" in line]
    text = told[-1].replace("KEY", f"'{key}'").replace(str(root), str(tmp_path / "typed"))
    subprocess.run(["sh", "-ec", text], cwd=kept.folder, check=True)
    assert (tmp_path / "typed/files/one.txt").read_text() == "one"

    before = rows(root)
    change(root, "delete from issue where id > 10")
    (root / "files/extra").write_text("extra")
    for line in restoring(site, kept.folder):
        subprocess.run(["sh", "-ec", line.partition(": ")[2]], check=True, capture_output=True)
    assert rows(root) == before and not (root / "files/extra").exists()


def stored(folder: Path, content: bytes) -> Part:
    """A sealed part with this content."""
    done: list[Part] = []
    with part.writing(folder, "one.zst", watch.still, done.append, [str(KEY.to_public())]) as sink:
        sink.write(content)
    return done[0]


def with_age(folder: Path) -> Path:
    """A folder with a program that does what `age -d -i KEY FILE` does."""
    program = folder / "bin" / "age"
    program.parent.mkdir()
    program.write_text(f"#!{sys.executable}\n"
                       "import sys, pyrage\n"
                       "_d, _i, key, file = sys.argv[1:]\n"
                       "identity = pyrage.x25519.Identity.from_str(open(key).read().strip())\n"
                       "pyrage.decrypt_io(open(file, 'rb'), sys.stdout.buffer, [identity])\n")
    program.chmod(0o755)
    return program.parent
