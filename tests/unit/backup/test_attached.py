"""Files that rows name: in the set though they were deleted meanwhile, looked for both ways, and told when missing."""

from __future__ import annotations

import hashlib
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, BinaryIO

import pytest

from migrator.backup.attached.model import Attachments
from migrator.backup.attached.read import attachments_of, load_attachments
from migrator.backup.client.sqlite import SqliteClient
from migrator.backup.errors import SetDamaged
from migrator.backup.restoring.restore import restore_set
from migrator.backup.sets.set import BackupSet
from migrator.backup.taking.snapshot import Snapshot
from migrator.backup.taking.take import take_set
from migrator.backup.trees.folder import Folder
from migrator.backup.trees.mirror import Mirror
from migrator.backup.verify import verify_set
from migrator.commands import mirror
from migrator.commands.shell import script
from migrator.errors import CommandFailed, Locked, PlaybookError
from migrator.site import Site
from migrator.transport.local import LocalTransport

from .conftest import change, environment, fill

ATTACHED = Attachments.model_validate({"attachments": [
    {"tree": "app", "sql": "select path, size, sha from attachment", "strip": "/old/place/", "extra": "suspect"}]})
Act = Callable[[], None]


def attach(root: Path, name: str, content: bytes = b"content") -> None:
    """A file first and then its row, as an application does."""
    (root / name).parent.mkdir(exist_ok=True)
    (root / name).write_bytes(content)
    with closing(sqlite3.connect(root / "db/main.sqlite", timeout=60)) as database, database:
        database.execute("create table if not exists attachment (path, size, sha)")
        database.execute("insert into attachment values (?, ?, ?)",
                         [f"/old/place/{name}", len(content), hashlib.sha256(content).hexdigest()])


def detach(root: Path, name: str) -> None:
    """The row first and then its file."""
    change(root, f"delete from attachment where path = '/old/place/{name}'")
    (root / name).unlink()


def codes(found: Any) -> dict[str, int]:
    """What was found of attachments by its code, with how many, whether files that nothing names were there or not."""
    told = {f["code"]: f["evidence"] for f in found if f["code"].startswith("attachments.")}
    return {code.removeprefix("attachments."): said.get("number", said.get("named"))
            for code, said in told.items() if code != "attachments.unnamed"}


@pytest.fixture
def around(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Has something happen right before and right after the dump, when the files have been linked once already."""
    def act(*, before: Act = lambda: None, after: Act = lambda: None) -> None:
        dump = SqliteClient.dump

        def watched(client: SqliteClient, sink: BinaryIO, *more: str | None) -> None:
            before()
            dump(client, sink, *more)
            after()

        monkeypatch.setattr(SqliteClient, "dump", watched)

    return act


@pytest.fixture
def work(tmp_path: Path, root: Path) -> Iterator[Path]:
    """Our folder on the host; whatever happens in a test, no mirror stays there, nor in the tree."""
    attach(root, "files/kept.pdf")
    yield tmp_path / "work"
    assert not [*tmp_path.rglob("migrator_snapshot*")]


def test_a_file_deleted_after_the_dump_is_in_the_set(
        site: Site, root: Path, vault: Path, work: Path, around: Callable[..., None]) -> None:
    attach(root, "files/leaving.pdf")
    around(after=lambda: detach(root, "files/leaving.pdf"))
    kept = take_set(site, vault, "one", attachments=ATTACHED)
    assert "files/leaving.pdf" in kept.entries("app") and codes(kept.manifest.notes) == {"counted": 1}
    facts = verify_set(site, kept.folder)
    assert facts["level"] == 3 and codes(facts["attachments"]) == {"counted": 2}
    facts = restore_set(site, kept.folder)
    assert codes(facts["attachments"]) == {"counted": 2} and (root / "files/leaving.pdf").read_bytes() == b"content"


def test_a_file_that_came_after_the_first_look_and_went_after_the_dump_is_in_the_set(
        site: Site, root: Path, vault: Path, work: Path, around: Callable[..., None]) -> None:
    def leave() -> None:
        linked = work / "scratch/migrator_snapshot_app/tree/new/short.pdf"
        for _again in range(1000):
            if linked.exists():
                return detach(root, "new/short.pdf")
            time.sleep(0.01)
        pytest.fail("nobody followed the tree")

    def come() -> None:
        attach(root, "new/short.pdf")
        attach(root, "new/staying.pdf")

    around(before=come, after=leave)
    kept = take_set(site, vault, "one", attachments=ATTACHED)
    assert kept.entries("app")["new/short.pdf"].size == 7
    assert verify_set(site, kept.folder)["level"] == 3


def test_a_file_renamed_right_after_it_was_linked_is_linked_again(root: Path, work: Path) -> None:
    """As applications do that write beside and rename: the link of the unfinished name is no link of the other one."""
    mirrored = Mirror.of(Folder(LocalTransport("here"), str(root)), "app", str(work))
    (root / "files/one.new").write_text("one")
    mirrored.link()
    (root / "files/one.new").rename(root / "files/one.pdf")
    mirrored.link()
    assert (Path(mirrored.folder.path) / "files/one.pdf").read_text() == "one"
    mirrored.remove()


def test_a_file_replaced_after_the_dumps_is_as_it_was(
        site: Site, root: Path, vault: Path, work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Packing a large tree takes its time; an application that writes beside and renames then changes nothing."""
    complete = Snapshot.complete

    def replaced(snapshot: Snapshot) -> None:
        complete(snapshot)
        (root / "files/new").write_bytes(b"another content")
        (root / "files/new").rename(root / "files/kept.pdf")

    monkeypatch.setattr(Snapshot, "complete", replaced)
    kept = take_set(site, vault, "one", attachments=ATTACHED)
    assert kept.entries("app")["files/kept.pdf"].sha256 == hashlib.sha256(b"content").hexdigest()


def test_where_nothing_can_be_linked_it_is_told_and_what_dangles_is_found(
        site: Site, root: Path, vault: Path, work: Path, around: Callable[..., None],
        monkeypatch: pytest.MonkeyPatch) -> None:
    refused = script("echo \"cp: './x': Operation not permitted\" >&2; false")
    monkeypatch.setattr(mirror, "link", lambda *_, **__: refused)
    attach(root, "files/leaving.pdf")
    around(after=lambda: detach(root, "files/leaving.pdf"))
    kept = take_set(site, vault, "one", attachments=ATTACHED)
    notes = {note["code"]: note["message"] for note in kept.manifest.notes}
    assert "Operation not permitted" in notes["backup.no_snapshot"] and "attachments.gone" in notes
    with pytest.raises(SetDamaged, match="1 files that main names are not in the set"):
        verify_set(site, kept.folder)
    assert not BackupSet.open(kept.folder).proof.proven


def test_what_the_live_system_lacks_is_told_and_fails_no_proof(
        site: Site, root: Path, vault: Path, work: Path) -> None:
    attach(root, "files/lost.pdf")
    (root / "files/lost.pdf").unlink()
    attach(root, "files/damaged.pdf")
    (root / "files/damaged.pdf").write_bytes(b"content, changed")
    kept = take_set(site, vault, "one", attachments=ATTACHED)
    assert codes(kept.manifest.notes) == {"lost": 1, "other-size": 1, "counted": 3}
    facts = verify_set(site, kept.folder)
    assert facts["proven"] and codes(facts["attachments"]) == {"lost": 1, "other-size": 1, "counted": 3}


def test_a_mirror_lies_in_the_tree_where_our_folder_is_on_another_disk(
        root: Path, vault: Path, make_site: Callable[..., Site], around: Callable[..., None]) -> None:
    shared = Path("/dev/shm")
    if not shared.is_dir() or shared.stat().st_dev == root.stat().st_dev:
        pytest.skip("this machine has one file system only")
    attach(root, "files/leaving.pdf")
    seen: list[bool] = []

    def leave() -> None:
        seen.append((root / "migrator_snapshot/tree/files/leaving.pdf").exists())
        detach(root, "files/leaving.pdf")

    around(after=leave)
    site = make_site(live=environment(root, shared / f"attached-{os.getpid()}"))
    kept = take_set(site, vault, "one", attachments=ATTACHED)
    assert seen == [True] and not (root / "migrator_snapshot").exists()
    names = kept.entries("app")
    assert "files/leaving.pdf" in names and not [n for n in names if "migrator" in n]


def test_modes_of_live_files_stay_and_leftovers_of_a_killed_backup_are_removed(
        site: Site, root: Path, vault: Path, work: Path) -> None:
    (root / "files").chmod(0o555)
    (root / "files/two.txt").chmod(0o444)
    left = work / "scratch/migrator_snapshot_app"
    (left / "tree/closed").mkdir(parents=True)
    os.link(root / "files/two.txt", left / "tree/closed/two.txt")
    (left / "tree/closed").chmod(0)
    kept = take_set(site, vault, "one", attachments=ATTACHED)
    assert (root / "files/two.txt").stat().st_mode & 0o777 == 0o444 and (root / "files").stat().st_mode & 0o777 == 0o555
    entries = kept.entries("app")
    assert (entries["files"].mode, entries["files/two.txt"].mode) == (0o555, 0o444)
    assert entries["files/one.txt"].hard == "files/again.txt" and entries["files/to-one"].link == "one.txt"
    (root / "files").chmod(0o755)


def test_two_backups_of_one_tree_at_a_time_are_refused(
        site: Site, root: Path, vault: Path, work: Path, around: Callable[..., None]) -> None:
    token = work / "scratch/migrator_snapshot_app/token"

    def another() -> None:
        token.write_text("somebody else")

    around(after=another)
    with pytest.raises(Locked):
        take_set(site, vault, "one", attachments=ATTACHED)
    assert list(vault.iterdir()) == []


def test_a_tree_that_is_gone_is_not_made_anew(
        site: Site, root: Path, vault: Path, tmp_path: Path) -> None:
    elsewhere = site.environment.databases["main"].model_copy(update={"url": f"sqlite:///{tmp_path}/main.sqlite"})
    site.environment.databases["main"] = elsewhere
    (root / "db/main.sqlite").rename(tmp_path / "main.sqlite")
    root.rename(tmp_path / "gone")
    with pytest.raises(CommandFailed):
        take_set(site, vault, "one", attachments=Attachments())
    assert not root.exists() and list(vault.iterdir()) == []


def test_a_tree_alone_is_packed_as_it_is(site: Site, root: Path, vault: Path, work: Path) -> None:
    before = (root / "files/two.txt").stat().st_ctime_ns
    assert take_set(site, vault, "one", databases=[]).manifest.notes == ()
    assert (root / "files/two.txt").stat().st_ctime_ns == before


def test_the_product_s_file_says_what_is_asked_and_of_which_version(
        tmp_path: Path, vault: Path, make_site: Callable[..., Site]) -> None:
    fill(tmp_path / "srv")
    attach(tmp_path / "srv", "files/kept.pdf")
    (tmp_path / "product").mkdir()
    (tmp_path / "product/attachments.yaml").write_text("""
format: 1
attachments:
  - tree: app
    sql: {sqlite: "select path from attachment", postgresql: "-"}
    strip: /old/place/
    needs: [attachment.sha]
  - {tree: app, sql: {postgresql: "-"}}
  - {tree: app, sql: "select path from nowhere", needs: [nowhere]}
  - {tree: app, sql: "select none from attachment", needs: [attachment.none]}
  - {tree: app, sql: "select path, size from attachment", lacks: [attachment.sha]}
  - {tree: elsewhere, sql: "-"}
""")
    site = make_site(live=environment(tmp_path / "srv", tmp_path / "work", product=str(tmp_path / "product")))
    kept = take_set(site, vault, "one")
    (asked,) = kept.manifest.attached
    assert (asked["tree"], asked["sql"], asked["named"]) == ("app", "select path from attachment", 1)
    assert codes(kept.manifest.notes) == {"counted": 1}
    (tmp_path / "product/attachments.yaml").write_text("format: 1\nattachments: [{tree: app, query: x}]\n")
    with pytest.raises(PlaybookError, match="sql"):
        attachments_of(site)


@pytest.mark.parametrize("product", ["buildtrack", "roundup", "tryton"])
def test_the_shipped_products_say_what_is_attached(product: str) -> None:
    found = load_attachments(Path(__file__).parents[3] / "playbooks" / product / "attachments.yaml")
    assert found.attachments
