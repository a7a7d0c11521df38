"""Files and sets of a masked copy: names and contents are scanned, and a set can be masked before it is taken."""

from __future__ import annotations

import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from migrator.backup.restoring.restore import restore_set
from migrator.backup.verify import verify_set
from migrator.clone.file_leaks import leaks_in_tree
from migrator.clone.file_names import mask_names
from migrator.clone.masked import masked_set
from migrator.errors import FindingsBlock
from migrator.mask.errors import Leaked
from migrator.mask.leaks import leaks_in
from migrator.mask.masking import mask
from migrator.mask.originals import Originals, gather
from migrator.mask.rules import Rules
from migrator.site import Site
from tests.unit.backup.conftest import LocalDoors, environment
from tests.unit.mask.people import KEY, RULES, fill

WITH_FILES = Rules.parse((RULES + "trees: {app: {'files/*': within}}\n").encode())


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "srv"
    (root / "db").mkdir(parents=True)
    (root / "files/sub").mkdir(parents=True)
    fill(root / "db/main.sqlite")
    (root / "files/7_欧阳娜娜合同.txt").write_text("nothing")
    (root / "files/plain.txt").write_text("施工进度正常")
    return root


@pytest.fixture
def live(root: Path, tmp_path: Path) -> Site:
    described = environment(root, tmp_path / "work")
    return Site("live", described, LocalDoors({"live": described}))


@pytest.fixture
def originals(live: Site) -> Originals:
    return gather(live.database(), WITH_FILES, KEY)


def _zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", "<w:t>甲方代表：李小明</w:t>" * 3)


@pytest.mark.parametrize("plant", [
    lambda path: path.write_text("负责人是李小明"),
    lambda path: path.write_bytes("负责人是李小明，请致电办公室".encode("gb18030")),
    lambda path: path.write_bytes("负责人是李小明".encode("utf-16-le")),
    lambda path: path.write_bytes(b"\xff\xd8" + bytes(range(256)) * 9 + b" 13800138002 " + bytes(range(256))),
    lambda path: path.write_text("x" * (1024 * 1024 - 5) + " user02@corp.example " + "x" * 99),
    _zip,
])
def test_an_original_in_a_file_is_found_and_not_shown(live: Site, root: Path, originals: Originals,
                                                      plant: Callable[[Path], object]) -> None:
    mask_names(live, WITH_FILES, originals, KEY)
    assert leaks_in_tree(live, "app", originals) == []
    plant(root / "files/sub/notes")
    found = leaks_in_tree(live, "app", originals)
    assert [(leak.tree, leak.name) for leak in found] == [("app", "files/sub/notes")] and found[0].number >= 1
    assert "李" not in str(found[0])


def test_names_of_files_are_masked_like_the_columns_that_hold_them(live: Site, root: Path,
                                                                   originals: Originals) -> None:
    assert [(leak.name, leak.number) for leak in leaks_in_tree(live, "app", originals)] == [("", 1)]
    assert mask_names(live, WITH_FILES, originals, KEY) == 1
    mask(live.database(), WITH_FILES, KEY)
    with closing(sqlite3.connect(root / "db/main.sqlite")) as database:
        name, = database.execute("select full_name from person where id = 3").fetchone()
    assert (root / f"files/7_{name}合同.txt").read_text() == "nothing" and (root / "files/plain.txt").exists()
    assert leaks_in_tree(live, "app", originals) == []


def test_files_that_exchange_their_names_do_not_overwrite_each_other(live: Site, root: Path) -> None:
    for number in range(10):
        (root / f"files/n{number}").write_text(str(number))
    rules = Rules.parse(b"tables: {person: keep, note: keep}\ntrees: {app: {'files/n?': digits}}")
    mask_names(live, rules, gather(live.database(), rules, KEY), KEY)
    found = {path.name: path.read_text() for path in (root / "files").glob("n?")}
    assert sorted(found.values()) == [str(number) for number in range(10)] and len(found) == 10
    assert any(name != f"n{text}" for name, text in found.items())


def test_names_that_would_meet_are_refused(live: Site, root: Path, originals: Originals) -> None:
    rules = Rules.parse(b"kinds: {one: {is: constant, value: files/one}}\ntables: {person: keep, note: keep}\n"
                        b"trees: {app: {'files/*': one}}")
    before = sorted(root.rglob("*"))
    with pytest.raises(FindingsBlock, match="would meet"):
        mask_names(live, rules, originals, KEY)
    assert sorted(root.rglob("*")) == before


def test_a_set_is_masked_before_it_is_taken(live: Site, root: Path, tmp_path: Path, originals: Originals) -> None:
    before = (root / "db/main.sqlite").read_bytes()
    kept = masked_set(live, tmp_path / "vault", "masked", WITH_FILES, KEY)
    assert (root / "db/main.sqlite").read_bytes() == before
    assert not list(tmp_path.rglob("migrator_masked*")), "the copy is gone"
    assert verify_set(live, kept.folder)["level"] == 3
    copy = environment(tmp_path / "copy", tmp_path / "work")
    trial = Site("trial", copy, LocalDoors({"trial": copy}))
    restore_set(trial, kept.folder)
    assert leaks_in(trial.database(), WITH_FILES, originals) == []
    assert masked_set(live, tmp_path / "vault", "masked", WITH_FILES, KEY).folder == kept.folder


def test_no_set_is_taken_where_originals_are_left(live: Site, root: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(root / "db/main.sqlite")) as database, database:
        database.execute("update note set memo = '李小明'")
    with pytest.raises(Leaked, match="rows of note"):
        masked_set(live, tmp_path / "vault", "masked", WITH_FILES, KEY)
    assert not list((tmp_path / "vault").glob("*")) and not list(tmp_path.rglob("migrator_masked*"))
