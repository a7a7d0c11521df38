"""Drafts for the sample product, upgraded by its own programs: how much of the truth is found, and how much is true."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from migrator.lens.places.endpoint import open_endpoint
from migrator.lens.places.meeting import Meeting
from migrator.lens.side import Side
from migrator.lens.suggest.proposal import Draft
from migrator.lens.verify import compare
from tests.buildtrack.installation import Installation
from tests.unit.lens.drafting import drafted, lens_of


@dataclass(frozen=True)
class Fact:
    """What became what: old and new columns of a pair, and the operations that say it right."""

    pair: str
    columns: str
    operations: frozenset[str]


def facts(text: str) -> set[Fact]:
    """A fact a line: `pair: old <-> new, operation`, or several operations with a bar between."""
    found = set()
    for line in text.strip().splitlines():
        pair, rest = line.strip().split(": ")
        columns, operations = rest.split(" by ")
        found.add(Fact(pair, columns, frozenset(operations.split("|"))))
    return found


FROM_51_TO_61 = facts("""
    app_user: full_name <-> surname, given_name by split
    project: address <-> province, city, street by split
    project: status <-> status_code by values|lookup
    task: status <-> status_code by values|lookup
    contract: status <-> status_code by values|lookup
    approval: status <-> status_code by values|lookup
""")
FROM_61_TO_70 = facts("""
    app_user -> account: active <-> active by values
    app_user -> account: created_at <-> created_at by convert
    app_user -> account: roles <-> - by explode
    project: created_at <-> created_at by convert
    project: budget_wan <-> budget by convert
    project: member_ids <-> - by explode
    contract: partner <-> partner_id by extract
    payment: amount <-> amount by convert
    task -> work_item: title <-> subject by rename
    task -> work_item: assignee_id <-> owner_id by rename
    task -> work_item: due_on <-> due_date by rename
    task -> work_item: created_at <-> created_at by convert
    task -> work_item: changed_at <-> changed_at by convert
    task_comment -> work_item_comment: task_id <-> work_item_id by rename
    task_comment -> work_item_comment: created_at <-> created_at by convert
    approval: requested_at <-> requested_at by convert
    approval: decided_at <-> decided_at by convert
    attachment: owner_kind <-> owner_kind by values
    attachment: uploaded_at <-> uploaded_at by convert
    bt_job: enqueued_at <-> enqueued_at by convert
    code_label: kind <-> kind by values
""")


@pytest.fixture(scope="module")
def versions(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The URL of one database for each version, with some accounts that may not sign in any more."""
    folder = tmp_path_factory.mktemp("buildtrack")
    system = Installation(folder / "5.1")
    assert system.run("5.1", "init").code == 0
    assert system.seed(1_000).code == 0
    with closing(sqlite3.connect(system.data / "buildtrack.db")) as connection, connection:
        connection.execute("update app_user set active = 'N' where id in (3, 6)")
    systems = {"5.1": system}
    for version, before in (("6.1", "5.1"), ("7.0", "6.1")):
        systems[version] = systems[before].copy(folder / version)
        assert systems[version].run(version, "upgrade").code == 0
        assert version == "7.0" or systems[version].run(version, "jobs", "--wait").code == 0
    return {version: f"sqlite:///{one.data}/buildtrack.db" for version, one in systems.items()}


def between(versions: dict[str, str], old: str, new: str) -> Meeting:
    return Meeting(open_endpoint("old", versions[old]), open_endpoint("new", versions[new]))


def drafted_between(versions: dict[str, str], old: str, new: str) -> Draft:
    return drafted(between(versions, old, new))


@pytest.mark.parametrize(("old", "new", "truth"), [("5.1", "6.1", FROM_51_TO_61), ("6.1", "7.0", FROM_61_TO_70)])
def test_the_truth_is_found_and_nothing_but_it(old: str, new: str, truth: set[Fact], versions: dict[str, str]) -> None:
    found = drafted_between(versions, old, new)
    proposed = {Fact(entry.name, p.name, frozenset({p.operation})) for entry in found.entries for p in entry.proposals
                if not p.private}
    right = {p for p in proposed for fact in truth
             if (p.pair, p.columns) == (fact.pair, fact.columns) and p.operations <= fact.operations}
    missed = {(f.pair, f.columns) for f in truth} - {(p.pair, p.columns) for p in right}
    wrong = proposed - right
    told = (f"{old} -> {new}: recall {len(right)}/{len(truth)}, precision {len(right)}/{len(proposed)}; "
            f"missed {sorted(missed)}; wrong {sorted((w.pair, w.columns, *w.operations) for w in wrong)}; "
            f"questions {found.questions}")
    assert not missed, told
    assert not wrong, told


@pytest.mark.parametrize(("old", "new"), [("5.1", "6.1"), ("6.1", "7.0")])
def test_every_cell_is_as_the_draft_says_or_asked_about(old: str, new: str, versions: dict[str, str]) -> None:
    meeting = between(versions, old, new)
    found = drafted(meeting)
    report = compare(lens_of(found, meeting), meeting).as_json()
    assert report["cells"] > 8_000
    for different in report["differences"]:
        assert any(f"{different['table']}: {different['column']} has its name on both sides" in question
                   for question in found.questions), different


def test_arguments_are_those_of_the_upgrade(versions: dict[str, str]) -> None:
    first, second = drafted_between(versions, "5.1", "6.1"), drafted_between(versions, "6.1", "7.0")
    entries = [*first.entries, *second.entries]
    said = {(entry.name, p.name): p.args for entry in entries for p in entry.proposals}
    assert said["task", "status <-> status_code"]["map"] == {"未开始": "TODO", "进行中": "DOING", "已完成": "DONE",
                                                             "已取消": "DROP"}
    assert said["project", "address <-> province, city, street"]["by"] == "|"
    assert said["app_user", "full_name <-> surname, given_name"]["at"] == 1
    assert said["app_user -> account", "active <-> active"]["map"] == {"N": 0, "Y": 1}
    assert said["project", "budget_wan <-> budget"]["times"] == 10000
    assert said["code_label", "kind <-> kind"]["map"]["task"] == "work_item"
    assert said["app_user -> account", "roles <-> -"]["new"]["further"] == {
        "department_id": {"from": "department_id", "null-for": ["admin", "auditor"]}}
    assert said["project", "member_ids <-> -"]["new"] == {"table": "project_member", "owner": "project_id",
                                                         "value": "account_id"}


def test_what_the_new_version_fills_itself_stays_on_its_side(versions: dict[str, str]) -> None:
    found = drafted_between(versions, "6.1", "7.0")
    assert set(found.only[Side.NEW]) == {"role", "role_right"}
    assert not found.only[Side.OLD]
    first = drafted_between(versions, "5.1", "6.1")
    assert {(e.name, p.name) for e in first.entries for p in e.proposals if p.private} == {
        ("attachment", "- <-> sha256"), ("task", "- <-> number")}
    assert any("path" in question for question in first.questions), "files moved, and no rule explains where to"


def test_a_draft_of_a_file_that_others_wrote_is_quiet_about_what_did_not_change(versions: dict[str, str]) -> None:
    found = drafted_between(versions, "6.1", "6.1")
    assert not found.proposals
    assert not found.questions
    assert all(entry.exact for entry in found.entries)


def test_the_sample_never_writes(versions: dict[str, str], tmp_path: Path) -> None:
    files = {version: Path(url.removeprefix("sqlite:///")) for version, url in versions.items()}
    before = {version: file.read_bytes() for version, file in files.items()}
    drafted_between(versions, "5.1", "7.0")
    assert before == {version: file.read_bytes() for version, file in files.items()}
