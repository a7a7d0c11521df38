"""A case is read as it is meant, and what is wrong with it is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixtures.proofs.lens.case import Case
from fixtures.proofs.lens.column import Column, Reference
from fixtures.proofs.lens.composition import Chain, chain, composed, one_pair, strange, together
from fixtures.proofs.lens.hints import hinted
from fixtures.proofs.lens.proof import chosen_by
from migrator.errors import PlaybookError
from migrator.lens.side import Side

SAID = """
title: a column has another name
old: {task: {id: integer key, title: text, owner: integer references person.id}, person: {id: integer key}}
new: {task: {id: integer key, subject: text, owner: integer references person.id}, person: {id: integer key}}
mapping: {tables: [{old: task, new: task, columns: [{rename: {old: title, new: subject}}]}]}
values: {old: {task.title: [a, title]}}
"""


def read(tmp_path: Path, name: str = "subject", said: str = SAID) -> Case:
    path = tmp_path / "rename" / f"{name}.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(said)
    return Case.load(path)


@pytest.mark.parametrize(("said", "column"), [
    ("integer key", Column("c", "integer", key=True, nullable=False)),
    ("decimal(9, 2) not null", Column("c", "decimal", (9, 2), nullable=False)),
    ("varchar(8) unique nocase", Column("c", "varchar", (8,), unique="c", nocase=True)),
    ("bigint counted key unique:pair references t.id", Column(
        "c", "bigint", key=True, counted=True, nullable=False, unique="pair", references=Reference("t", "id"))),
])
def test_a_column_is_its_type_and_words(said: str, column: Column) -> None:
    assert Column.parse("c", said) == column


@pytest.mark.parametrize("said", ["number", "integer keyed", "integer references t", "", "varchar(8) unique:"])
def test_words_that_mean_nothing_are_refused(said: str) -> None:
    with pytest.raises(ValueError, match="c: "):
        Column.parse("c", said)


def test_a_wrong_case_is_told_with_its_place(tmp_path: Path) -> None:
    with pytest.raises(PlaybookError, match="a type stands first") as caught:
        read(tmp_path, said=SAID.replace("title: text", "title: words"))
    assert "subject.yaml:3" in str(caught.value.where)


def test_a_hint_that_is_not_known_is_refused() -> None:
    with pytest.raises(ValueError, match="'numbers' is none of number-text"):
        hinted("numbers")


def test_cases_stand_beside_each_other(tmp_path: Path) -> None:
    both = together(read(tmp_path), read(tmp_path, "other"))
    assert list(both.tables[Side.OLD]) == ["task_1", "person_1", "task_2", "person_2"]
    assert both.tables[Side.OLD]["task_2"]["owner"].references == Reference("person_2", "id")
    assert [entry["old"] for entry in both.mapping["tables"]] == ["task_1", "task_2"]


def test_operations_meet_in_one_pair(tmp_path: Path) -> None:
    whole = one_pair(read(tmp_path), read(tmp_path, "other"))
    assert whole is not None
    assert list(whole.tables[Side.NEW]["main"]) == ["id", "subject_1", "owner_1", "subject_2", "owner_2"]
    assert whole.mapping["tables"][0]["columns"] == [{"rename": {"old": f"title_{n}", "new": f"subject_{n}"}}
                                                     for n in (1, 2)]


def test_two_hops_change_one_part_each(tmp_path: Path) -> None:
    hops = chain(read(tmp_path), read(tmp_path, "other"))
    assert isinstance(hops, Chain)
    assert hops.first.tables[Side.NEW]["main"].keys() == hops.second.tables[Side.OLD]["main"].keys()
    assert set(hops.whole.tables[Side.NEW]["main"]) == {"id", "subject_1", "owner_1", "subject_2", "owner_2"}


def test_a_composition_is_found_by_its_name(tmp_path: Path) -> None:
    known = {case.name: case for case in (read(tmp_path), read(tmp_path, "other"))}
    whole = composed("together/rename/subject + rename/other", known)
    assert whole is not None
    assert whole.name == "together/rename/subject + rename/other"
    assert composed("together/rename/nobody", known) is None


def test_strange_names_stand_wherever_a_name_stood(tmp_path: Path) -> None:
    case = strange(read(tmp_path))
    (table, columns), *_others = case.tables[Side.NEW].items()
    assert table.startswith("Select")
    arguments = {"id", "owner"}  # of operations, so nobody could tell them apart
    assert {name for name in columns if not name.startswith("Select")} == arguments
    assert case.mapping["tables"][0]["columns"][0]["rename"]["new"] in columns


def test_what_is_asked_for_is_chosen() -> None:
    assert {case.name.partition("/")[0] for case in chosen_by("rename")} == {"rename"}
    assert [case.name for case in chosen_by("rename/subject")] == ["rename/subject"]
    assert chosen_by("renam") == []
