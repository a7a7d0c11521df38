"""What a mapping says of rows that both sides have changed, and how it comes through several hops."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.errors import PlaybookError
from migrator.lens.declared.compile import compile_lens
from migrator.lens.declared.hops import compile_hops
from migrator.lens.declared.mapping import Mapping
from migrator.lens.pair import Pair
from migrator.lens.places.reflect import read_schema
from migrator.lens.policy import Policy
from migrator.lens.schema import Schema
from tests.unit.lens.test_put import made

TABLE = "create table task (id integer primary key, title text, changed_at text)"


@pytest.fixture
def schema(tmp_path: Path) -> Schema:
    return read_schema(made("old", tmp_path, TABLE))


def mapping(conflict: str | None, version: int = 1) -> Mapping:
    said = f"\n    conflict: {conflict}" if conflict else ""
    head = f'from: "{version}"\nto: "{version + 1}"\n'
    return Mapping.parse(f"{head}tables:\n  - old: task\n    new: task{said}\n".encode(), "m.yaml")


def policies(pair: Pair) -> dict[str, Policy]:
    return {group.name: pair.policy_of(group) for group in pair.groups}


@pytest.mark.parametrize(("said", "title", "stamp"), [
    (None, "pilot", "pilot"), ("ask", "ask", "ask"), ("{default: old, changed_at: newest}", "old", "newest"),
    ("{changed_at: newest}", "pilot", "newest")])
def test_what_is_said_of_a_table_or_of_its_columns(schema: Schema, said: str | None, title: str, stamp: str) -> None:
    pair, = compile_lens(mapping(said), schema, schema).pairs
    assert policies(pair) == {"id <-> id": Policy(title), "title <-> title": Policy(title),
                              "changed_at <-> changed_at": Policy(stamp)}


@pytest.mark.parametrize(("said", "wrong"), [("later", "'pilot', 'old', 'newest' or 'ask'"),
                                             ("{tittle: ask}", "tittle")])
def test_unknown_words_are_named(schema: Schema, said: str, wrong: str) -> None:
    with pytest.raises(PlaybookError, match=wrong):
        compile_lens(mapping(said), schema, schema)


@pytest.mark.parametrize(("first", "last", "expected"), [
    ("ask", None, "ask"), ("ask", "old", "old"), (None, None, "pilot"), ("{title: newest}", "old", "newest")])
def test_the_last_hop_that_says_something_is_heard(schema: Schema, first: str | None, last: str | None, expected: str
                                                   ) -> None:
    pair, = compile_hops([mapping(first), mapping(last, 2)], schema, [schema], schema).pairs
    assert policies(pair)["title <-> title"] is Policy(expected)
