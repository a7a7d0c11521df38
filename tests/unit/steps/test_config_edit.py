"""What an edited configuration file held before stays on its host: it may hold passwords."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conformance.bench import Bench
from tests.conformance.case import cases


def test_the_file_as_it_was_is_in_no_journal_and_comes_back_all_the_same(tmp_path: Path,
                                                                        monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BENCH_SECRET", "another-one-42")
    (case,) = [case for case in cases() if str(case).endswith("secret-in-yaml")]
    bench = Bench(case, tmp_path)
    before = bench.state()
    assert bench.forward()["ok"]
    assert bench.state() != before
    bench.journal.engine.dispose()
    for file in tmp_path.glob("migrator.db*"):
        assert b"old one" not in file.read_bytes(), file.name
    (kept,) = (tmp_path / "work" / "kept").iterdir()
    assert (kept.stat().st_mode & 0o777, b"old one" in kept.read_bytes()) == (0o600, True)
    assert bench.undo()["ok"]
    assert bench.state() == before
