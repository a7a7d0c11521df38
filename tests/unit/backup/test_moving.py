"""Trees that others write to while they are packed: what moved is fetched once more, and what never rests is told."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from migrator.backup.restoring.restore import restore_set
from migrator.backup.sets.entry import compare
from migrator.backup.sets.set import BackupSet
from migrator.backup.taking.take import take_set
from migrator.backup.trees import folder as folders
from migrator.backup.trees.folder import Folder
from migrator.backup.trees.tree_folder import tree_folder
from migrator.backup.verify import verify_set
from migrator.commands import tree
from migrator.commands.shell import Command, script
from migrator.errors import CommandFailed
from migrator.site import Site
from migrator.transport.base import Result
from migrator.transport.local import LocalTransport

CHANGED = b"tar: ./files/two.txt: file changed as we read it\n"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every change gets a time of its own on this file system; nobody has to wait until it is old."""
    monkeypatch.setattr(folders, "SETTLED", 0)


def files_in(kept: BackupSet) -> set[str]:
    """Names of the files in a set's own archives."""
    return {n for n, e in kept.entries("app").items() if e.held is None and e.kind == "file"}


def moving(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object], said: bytes, *, times: int = 1) -> None:
    """While tar reads, something happens to the tree, and tar says so."""
    passes = []

    def meanwhile(pack: Callable[..., Result]) -> Callable[..., Result]:
        def packing(*arguments: object) -> Result:
            result = pack(*arguments)
            passes.append(1)
            if len(passes) > times:
                return result
            act()
            return Result(1, b"", said, 0.1)
        return packing

    monkeypatch.setattr(Folder, "pack", meanwhile(Folder.pack))
    monkeypatch.setattr(Folder, "pack_named", meanwhile(Folder.pack_named))


MOVES: dict[str, Callable[[Path], object]] = {
    "rewritten": lambda root: (root / "files/two.txt").write_text("written meanwhile"),
    "a file for a folder": lambda root: (shutil.rmtree(root / "files"), (root / "files").write_text("x")),
    "one name less": lambda root: (root / "files/again.txt").unlink(),
    "new": lambda root: ((root / "new").mkdir(), (root / "new/file").write_text("new")),
}

@pytest.mark.parametrize("act", MOVES.values(), ids=MOVES)
@pytest.mark.parametrize("increment", [False, True], ids=["whole", "increment"])
def test_what_changed_while_it_was_read_is_fetched_once_more(
        increment: bool, act: Callable[[Path], object], site: Site, root: Path, vault: Path,
        monkeypatch: pytest.MonkeyPatch) -> None:
    base = take_set(site, vault, "base", databases=[]) if increment else None
    (root / "files/two.txt").write_text("two, changed")
    moving(monkeypatch, lambda: act(root), CHANGED)
    kept = take_set(site, vault, "one", databases=[], base=base)
    assert kept.manifest.notes == () and kept.manifest.trees["app"].again
    after = tree_folder(site, "app").entries(hashed=True)
    entries = kept.entries("app")
    assert not compare(after, entries, owners=True)
    assert verify_set(site, kept.folder)["proven"]
    later = take_set(site, vault, "two", databases=[], base=kept)
    assert files_in(later) == set()
    shutil.rmtree(root)
    restore_set(site, later.folder)
    assert not compare(after, tree_folder(site, "app").entries(hashed=True), owners=True)


@pytest.mark.parametrize(("said", "fails"), [("No such file or directory", False), ("Permission denied", True)])
def test_a_listing_misses_what_vanished_and_nothing_else(
        said: str, fails: bool, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listing = tree.listing

    def interrupted(path: str, exclude: tuple[str, ...]) -> Command:
        return script('sh -c "$1"; echo "$2" >&2; exit 1', listing(path, exclude).text, f"find: './gone': {said}")

    monkeypatch.setattr(tree, "listing", interrupted)
    folder = Folder(LocalTransport("here"), str(root))
    if fails:
        with pytest.raises(CommandFailed, match="Permission denied"):
            folder.entries(hashed=False)
    else:
        assert "files/one.txt" in folder.entries(hashed=False)


def test_what_never_rests_is_told(site: Site, root: Path, vault: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    moving(monkeypatch, lambda: (root / "files/two.txt").write_text("and again"), CHANGED, times=2)
    kept = take_set(site, vault, "one", databases=[])
    assert [note["code"] for note in kept.manifest.notes] == ["backup.changed"]
    assert files_in(take_set(site, vault, "two", databases=[], base=kept)) == {"files/two.txt"}


def test_what_could_not_be_read_for_a_moment_is_fetched(
        site: Site, root: Path, vault: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = b"tar: ./files/two.txt: Cannot open: Permission denied\n"
    moving(monkeypatch, lambda: os.chmod(root / "files/two.txt", 0o600), refused)
    assert not take_set(site, vault, "one", databases=[]).manifest.notes
    moving(monkeypatch, lambda: None, refused, times=2)
    with pytest.raises(CommandFailed, match="Permission denied"):
        take_set(site, vault, "two", databases=[])
    assert not (vault / "two").exists()
