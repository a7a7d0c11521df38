"""Data that takes another shape on the new side: keys, lists, shared records, a column that moves; copied, compared and
put back.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.errors import PlaybookError
from migrator.lens.census.take import take
from migrator.lens.copy.copy import forward
from migrator.lens.places.endpoint import open_endpoint
from migrator.lens.places.meeting import Meeting
from migrator.lens.places.reflect import read_schema
from migrator.lens.put.put import put
from migrator.lens.side import Side, Way
from migrator.lens.verify.comparison import compare
from tests.shaping.world import ARRIVED, SAID, build, compiled, rows, run


@pytest.fixture
def meeting(tmp_path: Path) -> Meeting:
    ends = Meeting(*(open_endpoint(side, f"sqlite:///{tmp_path / side}.db") for side in Side))
    build(ends)
    return ends


def test_a_copy_puts_everything_into_its_new_shape(meeting: Meeting) -> None:
    forward(compiled(meeting), meeting)
    assert {name: rows(meeting, Side.NEW, name) for name in read_schema(meeting.new).tables} == ARRIVED


def test_what_was_copied_comes_back_to_the_last_byte(meeting: Meeting) -> None:
    before = {name: rows(meeting, Side.OLD, name) for name in read_schema(meeting.old).tables}
    forward(compiled(meeting), meeting)
    put(compiled(meeting), meeting, Way.BACKWARD)
    assert {name: rows(meeting, Side.OLD, name) for name in before} == before


@pytest.mark.parametrize(("change", "table", "key"), [
    ("delete from account_role where account_id = 1 and role_id = 2", "app_user -> account", "1"),
    ("update contract set partner_id = 1 where id = 2", "contract", "2"),
    ("update department set above_id = 2 where id = 1", "department", "1"),
    ("update customer set phone = '12' where id = 1", "customer", "1"),
])
def test_a_change_is_found_in_whatever_shape(meeting: Meeting, change: str, table: str, key: str) -> None:
    lens = compiled(meeting)
    forward(lens, meeting)
    assert not compare(lens, meeting).differences
    run(meeting, Side.NEW, change)
    found = compare(lens, meeting).differences
    assert (table, key) in {(one.table, next(iter(one.key.values()))) for one in found}


def test_a_census_names_the_words_that_nobody_knows_and_the_rows_that_do_not_agree(meeting: Meeting) -> None:
    run(meeting, Side.OLD, "update app_user set roles = 'viewer,boss' where id = 2;"
                           "update contract set customer_phone = '12' where id = 2;"
                           "update app_user set department_code = 'gone' where id = 3")
    refused = take(compiled(meeting), meeting).refused
    assert {(found.code, found.keys) for found in refused} == {
        ("unknown-word", (("2",),)), ("disagree", (("1",),)), ("no-such-row", (("3",),))}


@pytest.mark.parametrize(("change", "said"), [
    (("old: above,", "old: abov,"), "abov"),
    (("to: department}\n  - old: app_user", "to: nobody}\n  - old: app_user"), "nobody"),
    (("owner: account_id", "owner: [account_id, role_id]"), "the key of the row has 1 columns"),
    (("reference: partner_id", "reference: partner"), "partner"),
    (("columns: name", "columns: [name, phone]"), "the record has 2 columns here, and the row 1"),
    (("key: {old: code", "key: {old: above"), "the key of department is code"),
    (("through: customer_id", "through: customer_id, by: id"), "either this row names the other"),
    (("value: role_id", "value: role"), "role"),
])
def test_what_does_not_fit_is_told_where_it_is_written(meeting: Meeting, change: tuple[str, str], said: str) -> None:
    with pytest.raises(PlaybookError) as caught:
        compiled(meeting, SAID.replace(*change))
    assert said in caught.value.message
    assert str(caught.value.where).startswith("m.yaml:")


@pytest.mark.parametrize(("table", "columns", "place"), [
    ("account_role", "account_id integer not null, role_id integer not null", "m.yaml:18:20"),
    ("partner", "id integer primary key, name text", "m.yaml:25:46"),
])
def test_a_column_that_must_not_be_empty_is_asked_for(meeting: Meeting, table: str, columns: str, place: str) -> None:
    run(meeting, Side.NEW, f"drop table {table}; create table {table} ({columns}, kind text not null)")
    with pytest.raises(PlaybookError) as caught:
        compiled(meeting)
    assert caught.value.message == f"nothing is said of the column kind of {table}, which must not be empty"
    assert str(caught.value.where).startswith(place)
