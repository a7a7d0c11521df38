"""Whatever two schemas are: the draft of them loads and compiles, is the same each time, and hides no rename."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from migrator.lens.places.endpoint import Endpoint, open_endpoint
from migrator.lens.places.meeting import Meeting
from migrator.lens.side import Side
from migrator.lens.suggest.writing import scalar, written
from migrator.playbook.loader import parse
from tests.unit.lens.drafting import drafted

NAMES = st.one_of(st.sampled_from(["id", "order", "Name", "names", "状态", "on", "a b", "true", "x.y", "task_id", "7"]),
                  st.text("aZ_状\"'`;:#{}[]%\\,-0 😀", min_size=1, max_size=6).map(lambda name: name + "x"))
TYPES = ["integer", "text", "varchar(5)", "numeric(10, 2)", "double", "datetime", "date", "boolean", "blob", "json"]
VALUES = st.one_of(st.none(), st.integers(-3, 3).map(str), st.sampled_from(["", "a", "Y", "1.50", "2024-01-01", "x|y"]))


@dataclass(frozen=True)
class Shape:
    """A table: its columns with types, whether the first is its key, and its rows."""

    name: str
    columns: tuple[tuple[str, str], ...]
    keyed: bool
    rows: tuple[tuple[str | None, ...], ...]


def _different(names: list[str]) -> bool:
    return len({name.lower() for name in names}) == len(names)


@st.composite
def shapes(draw: Callable[..., object]) -> Shape:
    names = draw(st.lists(NAMES, min_size=1, max_size=5).filter(_different))
    assert isinstance(names, list)
    columns = tuple((name, str(draw(st.sampled_from(TYPES)))) for name in names)
    rows = draw(st.lists(st.tuples(*[VALUES] * (len(columns) - 1)), max_size=6))
    assert isinstance(rows, list)
    return Shape(str(draw(NAMES)), columns, bool(draw(st.booleans())),
                 tuple((str(number), *row) for number, row in enumerate(rows)))


@st.composite
def changed(draw: Callable[..., object], before: list[Shape]) -> list[Shape]:
    """The next version of some tables: renamed, dropped, with columns renamed, retyped and in another order."""
    after = []
    for table in before:
        match draw(st.sampled_from(["same", "same", "rename", "column", "retype", "drop"])):
            case "rename":
                after.append(replace(table, name=str(draw(NAMES))))
            case "column":
                columns = [*table.columns[:-1], (str(draw(NAMES)), table.columns[-1][1])]
                after.append(replace(table, columns=tuple(columns)) if _different([c for c, _t in columns]) else table)
            case "retype":
                retyped = tuple((name, str(draw(st.sampled_from(TYPES)))) for name, _type in table.columns)
                after.append(replace(table, columns=retyped))
            case "same":
                after.append(table)
    more = draw(st.lists(shapes(), max_size=1))
    assert isinstance(more, list)
    return [*after, *more]


TABLES = st.lists(shapes(), max_size=3).filter(lambda tables: _different([t.name for t in tables]))
VERSIONS = TABLES.flatmap(lambda old: st.tuples(st.just(old), changed(old))).filter(
    lambda both: _different([t.name for t in both[1]]))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _made(file: Path, tables: list[Shape]) -> Endpoint:
    file.unlink(missing_ok=True)
    end = open_endpoint(file.stem, f"sqlite:///{file}")
    with end.connect() as connection, connection.begin():
        for table in tables:
            columns = [f"{_quoted(name)} {kind}" for name, kind in table.columns]
            key = f", primary key ({_quoted(table.columns[0][0])})" if table.keyed else ""
            connection.exec_driver_sql(f"create table {_quoted(table.name)} ({', '.join(columns)}{key})")
            for row in table.rows:
                marks = ", ".join("?" * len(row))
                connection.exec_driver_sql(f"insert into {_quoted(table.name)} values ({marks})", row)
    return end


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("any")


@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(versions=VERSIONS)
def test_any_two_schemas_give_a_draft_that_compiles(versions: tuple[list[Shape], list[Shape]], folder: Path) -> None:
    meeting = Meeting(_made(folder / "old.db", versions[0]), _made(folder / "new.db", versions[1]))
    found = drafted(meeting)
    assert written(found) == written(drafted(meeting))
    for entry in found.entries:
        left = {side: [p for p in entry.proposals if p.operation == f"only-{side}"] for side in Side}
        if left[Side.OLD] and left[Side.NEW]:
            assert any(entry.name in question for question in found.questions)
    if found.only[Side.OLD] and found.only[Side.NEW]:
        assert found.questions


@given(value=st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_any_text_is_read_as_it_was_written(value: str) -> None:
    assert parse(f"{scalar(value)}: {{a: [{scalar(value)}]}}".encode(), "f").data == {value: {"a": [value]}}
