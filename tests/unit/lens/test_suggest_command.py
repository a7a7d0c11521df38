"""Around a draft: samples, the operations that it may write, and the command."""

from __future__ import annotations

from pathlib import Path

import pytest
from invoke.context import Context

from migrator.lens.declared.mapping import Mapping
from migrator.lens.declared.operation import operations
from migrator.lens.places.reflect import read_schema
from migrator.lens.side import Side
from migrator.lens.suggest.proposal import WRITTEN
from migrator.lens.suggest.sample import Samples
from migrator.tasks.maps import suggest
from tests.unit.lens.drafting import WORD, many, sqlite_sides


def test_samples_of_both_sides_hold_the_same_keys_though_tables_are_large(tmp_path: Path) -> None:
    table = "create table t (id integer primary key, a text);"
    sides = sqlite_sides(tmp_path, table + many("t", "n, 'x'", 3_000), table + many("t", "3001 - n, 'x'", 3_000))
    schemas = {side: read_schema(sides.end(side)) for side in Side}
    samples = Samples(sides, schemas, 50)
    old, new = (samples.rows(side, "t") for side in Side)
    assert set(old.records) == set(new.records)
    assert len(old.records) == 50
    assert not old.whole
    assert samples.values(Side.OLD, "t", "a") == {"x": 3_000}
    assert samples.values(Side.OLD, "t", "id") is None


def test_every_operation_that_a_draft_can_write_is_there() -> None:
    assert set(operations()) >= WRITTEN


def test_the_command_writes_a_file_says_what_it_found_and_never_overwrites(
        tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "160")  # on narrow terminals the evidence goes over several lines
    sqlite_sides(tmp_path, "create table t (id integer primary key, title text);" + many("t", f"n, {WORD}"),
          "create table t (id integer primary key, subject text);" + many("t", f"n, {WORD}"))
    file = tmp_path / "mapping.yaml"
    flags = {"old": f"sqlite:///{tmp_path}/old.db", "new": f"sqlite:///{tmp_path}/new.db", "database": "main",
             "home": str(tmp_path / "home"), "inventory": None, "lang": "en", "json": False, "sample": "100"}
    suggest(Context(), write=str(file), **flags)
    shown = capsys.readouterr().out
    assert "40 of 40 rows with equal keys agree" in shown
    assert f"inv map.census --mapping {file}" in shown
    assert Mapping.load(file).declared[0][0].operation == "rename"
    before = file.read_bytes()
    with pytest.raises(BaseException) as refused:
        suggest(Context(), write=str(file), **flags)
    assert getattr(refused.value, "code", None) == 2
    assert file.read_bytes() == before
    suggest(Context(), write=None, **flags)
    (tmp_path / "printed.yaml").write_text(capsys.readouterr().out)
    assert Mapping.load(tmp_path / "printed.yaml").digest == Mapping.load(file).digest
