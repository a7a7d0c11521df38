"""Taking a set under bad conditions: full vaults, killed writers, two at a time, files that move, secrets."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from migrator.backup.parts.packing import moved_files
from migrator.backup.sets.catalog import sets
from migrator.backup.taking.partial import PARTIAL, growing
from migrator.backup.taking.take import take_set
from migrator.backup.trees.folder import Folder
from migrator.errors import CommandFailed, Locked, NoSpace
from migrator.site import Site
from migrator.transport.base import Result
from migrator.transport.local import LocalTransport


def test_a_vault_that_is_too_small_is_told_before_anything_is_read(site: Site, small_disk: Path) -> None:
    with pytest.raises(NoSpace, match="are needed"):
        take_set(site, small_disk / "vault", "one")
    assert list((small_disk / "vault").iterdir()) == []


def test_a_vault_that_fills_up_meanwhile_leaves_nothing_behind(
        site: Site, root: Path, small_disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The estimate passed and the disk is full all the same, to its last byte."""
    (root / "files/large").write_bytes(os.urandom(4_000_000))
    for place in ("parts.stored", "taking.take"):
        monkeypatch.setattr(f"migrator.backup.{place}.room", lambda folder, needed: None)
    with pytest.raises(NoSpace, match="No space left"):
        take_set(site, small_disk / "vault", "one")
    assert list((small_disk / "vault").iterdir()) == []
    assert not list((root.parent / "work").rglob("migrator-copy*"))


def test_the_last_bytes_of_the_vault_are_left_to_others(
        site: Site, root: Path, small_disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "files/large").write_bytes(os.urandom(4_000_000))
    for place in ("parts.stored", "taking.take"):
        monkeypatch.setattr(f"migrator.backup.{place}.KEEP_FREE", 1_000_000)
    monkeypatch.setattr("migrator.backup.taking.take.estimate", lambda *_: 0)
    with pytest.raises(NoSpace, match="are needed"):
        take_set(site, small_disk / "vault", "one")
    assert list((small_disk / "vault").iterdir()) == []


KILLED = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, {tests!r})
from tests.unit.backup.conftest import LocalDoors, environment
from migrator.backup.taking.take import take_set
from migrator.site import Site

root, vault, after = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
live = environment(root, root.parent / "work")
seen = 0

def progress(done, total, unit):
    global seen
    seen += 1
    if seen == after:
        os.kill(os.getpid(), signal.SIGKILL)

take_set(Site("live", live, LocalDoors({{"live": live}})), vault, "one", progress=progress)
"""


def test_killed_at_any_piece_leaves_no_set_and_the_next_one_clears_up(site: Site, root: Path, vault: Path) -> None:
    repository = str(Path(__file__).parents[3])
    killed = 0
    for after in range(1, 20):
        program = [sys.executable, "-c", KILLED.format(tests=repository), str(root), str(vault), str(after)]
        process = subprocess.run(program, cwd=repository, capture_output=True, text=True)
        if process.returncode == 0:
            break
        assert process.returncode == -signal.SIGKILL, process.stderr
        killed += 1
        assert sets(vault) == [] and [p.name for p in vault.iterdir()] == ["one" + PARTIAL]
    assert killed >= 3, "one kill in each part at least"
    assert [p.name for p in vault.iterdir()] == ["one"]
    assert take_set(site, vault, "one").proof.level == 0


def test_a_set_is_taken_by_one_process_at_a_time(vault: Path) -> None:
    vault.mkdir()
    with growing(vault / "one"), pytest.raises(Locked), growing(vault / "one"):
        pytest.fail("two wrote the same set")
    assert [p.name for p in vault.iterdir()] == ["one"]


def test_another_writer_is_not_swept_away(vault: Path) -> None:
    vault.mkdir()
    with growing(vault / "one") as first, growing(vault / "two"):
        assert first.exists()


def test_a_file_that_may_not_be_read_fails_the_backup() -> None:
    said = b"tar: ./secret: Cannot open: Permission denied\ntar: Exiting with failure status due to previous errors\n"
    with pytest.raises(CommandFailed, match="Permission denied"):
        moved_files(Folder(LocalTransport("here"), "/srv"), Result(1, b"", said, 0.1))


def test_a_file_that_grows_or_vanishes_is_told_and_does_not_fail_it() -> None:
    said = (b"tar: ./log: file changed as we read it\ntar: ./gone: Cannot stat: No such file or directory\n"
            b"tar: ./socket: socket ignored\ntar: Exiting with failure status due to previous errors\n")
    folder = Folder(LocalTransport("here"), "/srv")
    assert len(moved_files(folder, Result(1, b"", said, 0.1))) == 2
    assert moved_files(folder, Result(0, b"", b"", 0.1)) == []


def test_a_failure_without_a_word_is_a_failure() -> None:
    with pytest.raises(CommandFailed):
        moved_files(Folder(LocalTransport("here"), "/srv"), Result(137, b"", b"", 0.1))


def test_the_vault_is_open_to_its_owner_alone(site: Site, vault: Path) -> None:
    kept = take_set(site, vault, "one")
    assert vault.stat().st_mode & 0o077 == 0 and kept.folder.stat().st_mode & 0o077 == 0
    assert all(p.stat().st_mode & 0o077 == 0 for p in kept.folder.rglob("*.zst"))


def test_a_tree_that_is_not_there_fails_the_backup(site: Site, root: Path, vault: Path) -> None:
    root.rename(root.with_name("elsewhere"))
    with pytest.raises(CommandFailed):
        take_set(site, vault, "one", databases=[])
    assert list(vault.iterdir()) == []
