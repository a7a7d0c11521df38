"""One table, one file or one folder comes back from a set, and nothing else is touched."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from migrator.backup.errors import SetMissing
from migrator.backup.restoring.restore import restore_set
from migrator.backup.sets.set import BackupSet
from migrator.backup.taking.take import take_set
from migrator.errors import FindingsBlock, WrongUse
from migrator.site import Site
from tests.unit.backup.conftest import NASTY, change, rows


@pytest.fixture
def kept(root: Path, site: Site, vault: Path) -> BackupSet:
    """A set of the site, whose database has two tables that belong together and one with a trigger."""
    change(root, "create table note (id integer primary key, issue integer references issue (id), text text,"
                 " long integer generated always as (length(text)) stored)",
           "insert into note (id, issue, text) values (1, 7, 'seven'), (2, 8, 'eight')",
           "create table log (what text)",
           "create trigger told after delete on note begin insert into log values ('gone'); end")
    return take_set(site, vault, "one")


def test_one_table_comes_back_and_the_others_stay_as_they_are(root: Path, site: Site, kept: BackupSet) -> None:
    change(root, "update note set text = 'other' where id = 1", "delete from note where id = 2", "delete from log",
           "update issue set title = 'later'")
    facts = restore_set(site, kept, databases=[], trees=[], tables=["main/note"])
    assert facts["restored"] == ["main/note"]
    assert rows(root, "select id, issue, text, long from note order by id") == [(1, 7, "seven", 5), (2, 8, "eight", 5)]
    assert rows(root, "select distinct title from issue") == [("later",)]
    assert rows(root, "select * from log") == [], "triggers stand still"
    assert rows(root, "select name from sqlite_master where type = 'trigger'") == [("told",)]
    assert restore_set(site, kept, databases=[], trees=[], tables=["main/note"])["equal"] == ["main/note"]
    assert [name for name in os.listdir(root / "db") if name.startswith("migrator_")] == []


def test_rows_that_would_lose_their_parents_are_refused_and_nothing_is_changed(
        root: Path, site: Site, kept: BackupSet) -> None:
    change(root, "insert into issue values (900, 'new', null)", "insert into note (id, issue) values (3, 900)")
    with pytest.raises(FindingsBlock, match="without their parent"):
        restore_set(site, kept, databases=[], trees=[], tables=["main/issue"])
    assert rows(root, "select count(*) from issue") == [(500,)]
    restore_set(site, kept, databases=[], trees=[], tables=["main/issue", "main/note"])
    assert rows(root, "select count(*), (select count(*) from note) from issue") == [(499, 2)]


def test_a_table_whose_columns_have_changed_is_refused(root: Path, site: Site, kept: BackupSet) -> None:
    change(root, "alter table note add column later text")
    with pytest.raises(FindingsBlock, match="later"):
        restore_set(site, kept, databases=[], trees=[], tables=["main/note"])
    with pytest.raises(SetMissing, match="no table nothing"):
        restore_set(site, kept, databases=[], trees=[], tables=["main/nothing"])


def test_one_file_comes_back_and_its_other_names_keep_what_they_hold(root: Path, site: Site, kept: BackupSet) -> None:
    """`one.txt` and `again.txt` were one file when the set was taken."""
    (root / "files/one.txt").write_text("later")
    (root / "files/two.txt").write_text("later")
    (root / "files/new.txt").write_text("new")
    assert restore_set(site, kept, databases=[], trees=[], files=["app/files/one.txt"])["restored"] == [
        "app/files/one.txt"]
    assert (root / "files/one.txt").read_text() == "one"
    assert (root / "files/again.txt").read_text() == "later"
    assert (root / "files/two.txt").read_text() == "later" and (root / "files/new.txt").exists()
    again = restore_set(site, kept, databases=[], trees=[], files=["app/files/one.txt"])
    assert again["equal"] == ["app/files/one.txt"]


def test_a_folder_comes_back_whole_and_what_was_added_in_it_goes(root: Path, site: Site, kept: BackupSet) -> None:
    (root / "files/one.txt").unlink()
    (root / "files/again.txt").unlink()
    (root / "files/new.txt").write_text("new")
    (root / "outside.txt").write_text("later")
    restore_set(site, kept, databases=[], trees=[], files=["app/files"])
    assert sorted(os.listdir(root / "files")) == ["again.txt", "one.txt", "to-one", "two.txt"]
    assert os.stat(root / "files/one.txt").st_ino == os.stat(root / "files/again.txt").st_ino
    assert (root / "outside.txt").read_text() == "later"


def test_missing_folders_above_a_file_are_made_and_any_name_is_found(root: Path, site: Site, kept: BackupSet) -> None:
    path = os.fsencode(root) + b"/" + NASTY
    os.unlink(path)
    os.rmdir(os.path.dirname(path))
    restore_set(site, kept, databases=[], trees=[], files=[f"app/{os.fsdecode(NASTY)}"])
    with open(path, "rb") as file:
        assert file.read() == b"nasty"


@pytest.mark.parametrize("name", ["app/../other", "app", "app/", "/files"])
def test_a_path_that_leads_out_of_the_tree_is_refused(site: Site, kept: BackupSet, name: str) -> None:
    with pytest.raises(WrongUse):
        restore_set(site, kept, databases=[], trees=[], files=[name])


def test_a_file_that_the_set_does_not_hold_is_named(site: Site, kept: BackupSet) -> None:
    with pytest.raises(SetMissing, match=r"never\.txt"):
        restore_set(site, kept, databases=[], trees=[], files=["app/files/never.txt"])
