"""Copies of sets in other places: whole or told of, never in the way of the set itself."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from migrator.backup.keeping.copies import copies_of, copy_set, remove_copies
from migrator.backup.sets.set import PROOF, BackupSet
from migrator.backup.taking.partial import lock
from migrator.backup.taking.take import take_set
from migrator.backup.verify import verify_set
from migrator.errors import CommandFailed, Locked, Unreachable
from migrator.site import Site
from migrator.transport.local import LocalTransport

from .conftest import environment
from .test_damage import flip, truncate

DATABASE = "databases/main.sqlite.zst"


@pytest.fixture
def away(tmp_path: Path) -> Path:
    return tmp_path / "away" / "sets"


@pytest.fixture
def make(root: Path, tmp_path: Path, make_site: Callable[..., Site]) -> Callable[..., Site]:
    return lambda *places: make_site(live=environment(root, tmp_path / "work", backups={"copies": list(places)}))


@pytest.fixture
def site(make: Callable[..., Site], away: Path) -> Site:
    return make(str(away))


@pytest.fixture
def kept(site: Site, vault: Path) -> BackupSet:
    return take_set(site, vault, "one")


def content(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_a_set_is_copied_once_and_the_copy_is_a_set(site: Site, kept: BackupSet, away: Path) -> None:
    seen: list[tuple[float, float | None]] = []
    [copied] = copy_set(site, kept, progress=lambda done, total, unit: seen.append((done, total)))
    assert (copied.state, copied.new, copied.place) == ("whole", True, str(away))
    assert content(away / "one") == content(kept.folder) and seen[-1][0] >= kept.bytes
    written = (away / "one/manifest.json").stat().st_mtime_ns
    [again] = copy_set(site, kept)
    assert (again.state, again.new) == ("whole", False)
    assert (away / "one/manifest.json").stat().st_mtime_ns == written
    assert all(path.stat().st_mode & 0o077 == 0 for path in away.rglob("*"))
    assert verify_set(site, away / "one")["proven"]


def test_both_kinds_of_places_are_served_and_a_wrong_one_keeps_nobody_back(
        make: Callable[..., Site], vault: Path, away: Path, tmp_path: Path) -> None:
    site = make("nowhere:/sets", f"here:{away}", str(tmp_path / "second"))
    kept = take_set(site, vault, "one")
    wrong, host, folder = copy_set(site, kept)
    assert (wrong.state, host.state, folder.state) == ("unknown", "whole", "whole")
    assert "nowhere" in wrong.detail and "here" in wrong.hint
    assert content(away / "one") == content(tmp_path / "second/one") == content(kept.folder)


@pytest.mark.parametrize("damage", [flip, truncate, Path.unlink])
def test_a_copy_that_is_damaged_is_told_of_and_replaced(damage: Callable[[Path], None], site: Site, kept: BackupSet,
                                                        away: Path) -> None:
    assert [c.state for c in copies_of(site, kept)] == ["missing"]
    copy_set(site, kept)
    damage(away / "one" / DATABASE)
    [found] = copies_of(site, kept, hashed=True)
    assert found.state == "damaged" and DATABASE in found.detail
    said: list[str] = []
    [copied] = copy_set(site, kept, say=said.append)
    assert (copied.state, copied.new) == ("whole", True) and any("damaged" in line for line in said)
    assert content(away / "one") == content(kept.folder)


def test_what_was_proven_later_comes_to_the_copy(site: Site, kept: BackupSet, away: Path) -> None:
    copy_set(site, kept)
    verify_set(site, kept.folder)
    [again] = copy_set(site, kept)
    assert not again.new and (away / "one" / PROOF).read_bytes() == (kept.folder / PROOF).read_bytes()


def test_a_set_that_builds_on_another_brings_that_one_too(site: Site, kept: BackupSet, root: Path, vault: Path,
                                                          away: Path) -> None:
    (root / "files/new.txt").write_text("new")
    second = take_set(site, vault, "two", base=kept)
    assert copy_set(site, second)[0].new
    assert sorted(os.listdir(away)) == ["one", "two"]
    assert verify_set(site, away / "two")["proven"]


def test_bytes_that_change_on_the_way_never_get_the_name_of_a_set(site: Site, kept: BackupSet, away: Path,
                                                                  monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(self: LocalTransport, command: object, source: object, **more: object) -> object:
        result = real(self, command, source, **more)
        for path in away.rglob("main.sqlite.zst"):
            flip(path)
        return result

    real = LocalTransport.stream_in
    monkeypatch.setattr(LocalTransport, "stream_in", broken)
    [copied] = copy_set(site, kept)
    assert copied.state == "unknown" and "not what was sent" in copied.detail
    assert list(away.iterdir()) == []


def test_a_connection_that_breaks_leaves_no_set_and_the_next_try_starts_anew(
        site: Site, kept: BackupSet, away: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_arguments: object, **_more: object) -> object:
        raise Unreachable("the host does not answer")

    (away / "one.partial").mkdir(parents=True)
    (away / "one.partial/left").write_text("by a process that was killed")
    with monkeypatch.context() as patch:
        patch.setattr(LocalTransport, "stream_in", gone)
        [copied] = copy_set(site, kept)
    assert copied.state == "unknown" and "does not answer" in copied.detail
    assert copy_set(site, kept)[0].state == "whole" and os.listdir(away) == ["one"]


def test_a_full_disk_is_seen_before_and_while_writing(site: Site, kept: BackupSet, small_disk: Path, root: Path,
                                                      make: Callable[..., Site], vault: Path,
                                                      monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "files/large").write_bytes(os.urandom(4_000_000))
    site = make(str(small_disk))
    kept = take_set(site, vault, "large")
    [before] = copy_set(site, kept)
    assert before.state == "unknown" and "are needed" in before.detail and "another place" in before.hint
    monkeypatch.setattr("migrator.backup.keeping.place.KEEP_FREE", -100_000_000)
    [during] = copy_set(site, kept)
    assert during.state == "unknown" and "No space left" in during.detail
    assert not list(small_disk.rglob("*.zst")) and kept.bytes and verify_set(site, kept.folder, level=1)["level"] == 1


def test_a_place_that_takes_no_writes_is_told_of(kept: BackupSet, read_only_disk: Path,
                                                 make: Callable[..., Site]) -> None:
    [copied] = copy_set(make(str(read_only_disk / "sets")), kept)
    assert copied.state == "unknown" and "Read-only file system" in copied.detail


def test_one_process_copies_a_set_at_a_time(site: Site, kept: BackupSet, away: Path) -> None:
    held = lock(kept.folder)
    assert held is not None
    try:
        with pytest.raises(Locked):
            copy_set(site, kept)
    finally:
        os.close(held)
    assert not away.exists()


def test_a_site_for_looking_copies_nothing(site: Site, kept: BackupSet, away: Path) -> None:
    [copied] = copy_set(site.reading(), kept)
    assert copied.state == "unknown" and not away.exists()


def test_copies_of_sets_that_are_no_longer_kept_go_and_nothing_else(site: Site, kept: BackupSet, away: Path) -> None:
    copy_set(site, kept)
    (away / "mine").mkdir()
    (away / "mine/letter").write_text("dear")
    text = (away / "one/manifest.json").read_text()
    (away / "foreign").mkdir()
    (away / "foreign/manifest.json").write_text(text.replace('"environment": "live"', '"environment": "other"'))
    said: list[str] = []
    assert remove_copies(site, ["one", "mine", "foreign", "../sets", "gone"], said.append) == []
    assert sorted(os.listdir(away)) == ["foreign", "mine"] and len(said) == 1


def test_a_copy_that_cannot_be_removed_is_told_of(site: Site, kept: BackupSet, away: Path,
                                                  monkeypatch: pytest.MonkeyPatch) -> None:
    copy_set(site, kept)

    def refused(*_arguments: object, **_more: object) -> object:
        raise CommandFailed("ended with exit code 1", exit_code=1, output="rm: Operation not permitted")

    monkeypatch.setattr(LocalTransport, "run", refused)
    [told] = remove_copies(site, ["one"])
    assert told.state == "unknown" and "Operation not permitted" in told.detail
