"""Mappings that are wrong: each fault is one error with its place and advice, and nothing else ever comes out."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine
from sqlalchemy.dialects import sqlite

from fixtures.proofs.lens.case import Case, cases
from fixtures.proofs.lens.tables import tables_for
from migrator.errors import Exit, PlaybookError, Position
from migrator.lens.declared.compile import compile_lens
from migrator.lens.declared.mapping import Mapping as MappingFile
from migrator.lens.lens import Lens, rows_for
from migrator.lens.places.endpoint import open_endpoint
from migrator.lens.places.reflect import read_schema
from migrator.lens.schema import Schema
from migrator.lens.side import Side, Way
from tests.unit.lens.test_compile import NEW, OLD, SAID

Schemas = Mapping[Side, Schema]


@pytest.fixture(scope="module")
def schemas(tmp_path_factory: pytest.TempPathFactory) -> Schemas:
    found = {}
    for side, script in ((Side.OLD, OLD), (Side.NEW, NEW)):
        end = open_endpoint(side, f"sqlite:///{tmp_path_factory.mktemp('bad') / f'{side}.db'}")
        with end.connect() as connection, connection.begin():
            for statement in script.split(";"):
                connection.exec_driver_sql(statement)
        found[side] = read_schema(end)
    return found


def errors_of(said: str, schemas: Schemas) -> list[PlaybookError]:
    try:
        compile_lens(MappingFile.parse(said.encode(), "m.yaml"), schemas[Side.OLD], schemas[Side.NEW])
    except PlaybookError as error:
        return list(getattr(error, "errors", [error]))
    return []


def test_the_mapping_is_right_as_it_stands(schemas: Schemas) -> None:
    assert errors_of(SAID, schemas) == []


@pytest.mark.parametrize(("change", "place", "said"), [
    (("old: task", "old: tusk"), "5:10", 'unknown table "tusk", did you mean "task"'),
    (("new: work_item", "new: item"), "6:10", 'unknown table "item"'),
    (("new: subject", "new: subjekt"), "8:35", 'did you mean "subject"'),
    (("- rename: {old: title, new: subject}", "- drop: title"), "8:9", 'unknown operation "drop"'),
    (("- rename: {old: title, new: subject}", "- rename: title"), "8:17", "should be a mapping of keys to values"),
    (("- rename: {old: title, new: subject}", "- title"), "8:9", "one operation stands here"),
    (("- rename: {old: title, new: subject}", "- rename: {old: title}"), "8:17", "new"),
    (("new: subject}", "new: subject, then: upper}"), "8:44", 'unknown key "then"'),
    (("map: {在建: BUILD, 竣工: DONE}", "map: {}"), "9:47", "map"),
    (("default: 3", "default: three"), "11:47", '"three" is no value of type integer'),
    (("      - only-new: {column: priority, default: 3}\n", ""), "5:5", "nothing is said of the column priority"),
    (("- only-old: {column: fax}",
      "- rename: {old: title, new: priority}"), "10:23", "title is text and priority is integer: how one becomes"),
    (("- only-old: {column: fax}", "- only-old: {column: title}"), "5:5", "title of task is said twice"),
    (("    columns:", "    rows: {old: {kind: x}}\n    columns:"), "7:18", 'unknown column "kind"'),
    (("tables:", "only-old: [gone]\ntables:"), "4:12", 'unknown table "gone"'),
    (("tables:", "table:"), "4:1", 'unknown key "table", did you mean "tables"'),
    (('from: "1"\n', ""), "2:1", "from"),
    (("columns:", "columns: {}\n    more:"), "7:14", "columns"),
], ids=lambda value: value[1][:40].strip() if isinstance(value, tuple) else None)
def test_each_fault_is_told_with_its_place(schemas: Schemas, change: tuple[str, str], place: str, said: str) -> None:
    errors = errors_of(SAID.replace(*change), schemas)
    assert any(str(error.where).startswith(f"m.yaml:{place}") and said in f"{error.message} {error.where}"
               for error in errors), [f"{error.where}: {error.message}" for error in errors]


BROKEN = st.sampled_from([None, True, 0, -1, 10**30, "", "x", "id", "title", "'; drop table x; --", "\\", "%s", [],
                          {}, ["x"], {"id": "x"}, {"x": {}}, "work_item.id", [[[]]], "中文" * 40, "x" * 200, {"": ""}])
WORDS = st.sampled_from(["x", "old", "new", "columns", "rows", "optional", "key", "value", "table", "", "id", "中"])


class Known(list[tuple[Case, Schemas]]):
    """Every case, and the structure of its sides as SQLite has them."""

    def __repr__(self) -> str:
        return f"{len(self)} cases"  # Hypothesis shows it with each failure


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Known:
    found = Known()
    for number, case in enumerate(cases()):
        folder = tmp_path_factory.mktemp(f"case{number}")
        sides = {}
        for side in Side:
            url = f"sqlite:///{folder / f'{side}.db'}"
            tables_for("sqlite", case.tables[side]).create_all(create_engine(url))
            sides[side] = read_schema(open_endpoint(side, url))
        found.append((case, sides))
    return found


@settings(max_examples=400, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_broken_mapping_is_refused_with_its_place_or_right(known: Known, data: st.DataObject) -> None:
    case, schemas = known[data.draw(st.integers(0, len(known) - 1))]
    tree = copy.deepcopy(dict(case.mapping))
    for _number in range(data.draw(st.integers(1, 3))):
        _break(tree, data)
    said = json.dumps({"from": "1", "to": "2", **tree}, ensure_ascii=False)
    try:
        lens = compile_lens(MappingFile.parse(said.encode(), "m.yaml"), schemas[Side.OLD], schemas[Side.NEW])
    except PlaybookError as error:
        for one in getattr(error, "errors", [error]):
            assert one.code == Exit.WRONG_USE
            assert isinstance(one.where, Position)
            assert one.message
    else:
        for statement in _statements(lens):
            assert statement.startswith(("SELECT", "WITH"))


def _statements(lens: Lens) -> Iterator[str]:
    """What the lens would run: a mapping that is taken must also become statements."""
    for pair in lens.pairs:
        for way in Way:
            for table in pair.faces[way.target].tables:
                yield str(rows_for(pair, way, table, lens.tables).compile(dialect=sqlite.dialect()))


def _break(tree: Any, data: st.DataObject) -> None:
    """Replace, remove, copy or rename something at a random place."""
    holder = data.draw(st.sampled_from(list(_holders(tree))))
    key = data.draw(st.sampled_from(list(holder) if isinstance(holder, dict) else list(range(len(holder)))))
    match data.draw(st.sampled_from(["replace", "remove", "copy", "rename"])):
        case "replace":
            holder[key] = copy.deepcopy(data.draw(BROKEN))
        case "remove" if len(holder) > 1:
            del holder[key]
        case "copy":
            holder[key] = copy.deepcopy(data.draw(st.sampled_from(list(_holders(tree)))))
        case "rename" if isinstance(holder, dict):
            holder[data.draw(WORDS)] = holder.pop(key)
        case _ if isinstance(holder, list):
            holder.append(copy.deepcopy(holder[key]))


def _holders(value: Any) -> Iterator[Any]:
    if isinstance(value, (dict, list)) and value:
        yield value
        for item in value.values() if isinstance(value, dict) else value:
            yield from _holders(item)
