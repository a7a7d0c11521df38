"""Changes of sealed sets are taken without the key, by what this machine remembers, and never by what is not true."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pyrage.x25519 import Identity

from migrator.backup.errors import SetDamaged
from migrator.backup.keeping.retention import Pruning, prune
from migrator.backup.parts.unlock import unlocked
from migrator.backup.restoring.restore import restore_set
from migrator.backup.sets.known_lists import FOLDER
from migrator.backup.sets.set import BackupSet
from migrator.backup.taking.take import take_set
from migrator.backup.trees import folder as folders
from migrator.backup.verify import verify_set
from migrator.site import Site

from .conftest import environment

KEY = Identity.generate()


@pytest.fixture
def taking(root: Path, tmp_path: Path, make_site: Callable[..., Site], monkeypatch: pytest.MonkeyPatch) -> Site:
    """Seals, and knows no key."""
    monkeypatch.setattr(folders, "SETTLED", 0)
    return make_site(live=environment(root, tmp_path / "work", backups={"sealed_for": [str(KEY.to_public())]}))


@pytest.fixture
def opening(taking: Site, root: Path, tmp_path: Path, make_site: Callable[..., Site],
            monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv("SEAL_KEY", str(KEY))
    return make_site(live=environment(root, tmp_path / "work", backups={
        "sealed_for": [str(KEY.to_public())], "key": "env:SEAL_KEY"}))


def two_days(taking: Site, root: Path, vault: Path,
             meanwhile: Callable[[Path], object] = lambda remembered: None) -> BackupSet:
    first = take_set(taking, vault, "one", databases=[])
    meanwhile(vault / FOLDER / first.manifest.trees["app"].list.raw_sha256)
    (root / "files/two.txt").write_text("changed")
    return take_set(taking, vault, "two", databases=[], base=first)


def test_changes_of_a_sealed_set_are_taken_without_its_key(
        taking: Site, opening: Site, root: Path, vault: Path) -> None:
    kept = two_days(taking, root, vault)
    assert {n for n, e in unlocked(opening, kept).entries("app").items() if not e.held and e.kind == "file"} == {
        "files/two.txt"}
    assert verify_set(opening, kept.folder)["proven"]
    (root / "files/two.txt").write_text("other")
    (root / "files/one.txt").write_text("other")
    restore_set(opening, kept.folder)
    assert (root / "files/two.txt").read_text() == "changed" and (root / "files/one.txt").read_text() == "one"


def test_without_memory_and_key_a_tree_is_packed_whole(taking: Site, opening: Site, root: Path, vault: Path) -> None:
    kept = two_days(taking, root, vault, Path.unlink)
    assert verify_set(opening, kept.folder)["proven"]
    assert not any(e.held for e in unlocked(opening, kept).entries("app").values())


def test_a_memory_that_is_not_what_was_written_is_refused(taking: Site, root: Path, vault: Path) -> None:
    def swap(path: Path) -> None:
        other = take_set(taking, vault, "other", databases=[])
        (path.parent / other.manifest.trees["app"].list.raw_sha256).replace(path)

    (root / "files/three").write_text("3")
    with pytest.raises(SetDamaged, match="decodes to other bytes"):
        two_days(taking, root, vault, lambda path: ((root / "files/four").write_text("4"), swap(path)))


def test_it_is_forgotten_with_its_set_and_open_to_its_owner_alone(taking: Site, root: Path, vault: Path) -> None:
    two_days(taking, root, vault)
    assert len(list((vault / FOLDER).iterdir())) == 2
    assert all(p.stat().st_mode & 0o077 == 0 for p in [vault / FOLDER, *(vault / FOLDER).iterdir()])
    prune(vault, Pruning({}, {"two": 1}))
    assert len(list((vault / FOLDER).iterdir())) == 1
