"""Values in sheets and on paper."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from migrator.records.cells import LONGEST, in_sheet, on_paper
from migrator.records.paper import unreadable, write_paper
from migrator.records.sheet import read_sheet, write_sheet

VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=True), st.decimals(places=3, allow_nan=False),
    st.text(), st.binary(max_size=20), st.dates(), st.datetimes(), st.datetimes(timezones=st.just(UTC)))


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(VALUES, VALUES), max_size=5))
def test_what_is_written_is_read_back(tmp_path_factory: object, rows: list[tuple[object, object]]) -> None:
    folder = Path(tmp_path_factory.mktemp("records"))  # type: ignore[attr-defined]
    written = write_sheet(folder / "a.xlsx", "a", ["one", "two"], rows)
    found = read_sheet(folder / "a.xlsx")
    assert (found.rows, found.digest) == (len(rows), written.digest)
    pages = write_paper(folder / "a.pdf", "title", "here", ["one", "two"], rows)
    assert unreadable(folder / "a.pdf", pages) == []


def test_numbers_keep_all_their_digits() -> None:
    assert in_sheet(123456789012345) == 123456789012345
    assert in_sheet(110101199003077758) == "110101199003077758"
    assert in_sheet(Decimal("12.50")) == 12.5
    assert in_sheet(Decimal("0.1234567890123456789")) == "0.1234567890123456789"
    assert in_sheet(Decimal("NaN")) == "NaN"


def test_moments_that_a_sheet_would_change_are_text() -> None:
    assert in_sheet(date(1899, 12, 31)) == "1899-12-31"
    assert in_sheet(datetime(2026, 1, 2, 3, 4, 5, 6)) == "2026-01-02 03:04:05.000006"
    assert in_sheet(datetime(2026, 1, 2, tzinfo=UTC)) == "2026-01-02 00:00:00+00:00"
    assert in_sheet(datetime(2026, 1, 2, 3, 4, 5)) == datetime(2026, 1, 2, 3, 4, 5)
    assert in_sheet(timedelta(days=1)) == "1 day, 0:00:00"


def test_signs_that_nobody_can_print_are_replaced_and_long_texts_cut() -> None:
    assert on_paper("a\x00b\ud800c\td") == "a\ufffdb\ufffdc\td"
    assert in_sheet("项" * (LONGEST + 1)) == "项" * LONGEST + "…"
