"""Batches: every site in exactly one, in order, none empty, whatever was written and however many sites there are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.engine.fleet.batches import USUAL, Batches, Target, numbered
from migrator.errors import WrongUse

percents = st.sets(st.integers(1, 99), max_size=5).map(lambda found: [f"{n}%" for n in sorted(found)])
counts = st.sets(st.integers(1, 3000), max_size=4).map(lambda found: [str(n) for n in sorted(found)])
written = st.builds(lambda some, more: ",".join([*some, *more, "100%"]), counts, percents)


@given(written, st.integers(1, 3000))
def test_every_site_is_in_exactly_one_batch_and_no_batch_is_empty(text: str, total: int) -> None:
    sizes = Batches.parse(text).cut(total)
    assert sum(sizes) == total
    assert min(sizes) >= 1
    assert numbered(sizes) == sorted(numbered(sizes))


@given(written, st.integers(1, 3000))
def test_no_look_is_skipped_while_sites_are_left(text: str, total: int) -> None:
    batches = Batches.parse(text)
    sizes, reached = batches.cut(total), 0
    for target, size in zip(batches.targets, sizes, strict=False):
        assert reached + size in (target.of(total), reached + 1, total)
        reached += size
    assert len(sizes) == len(batches.targets) or reached == total


@pytest.mark.parametrize(("text", "total", "sizes"), [
    (USUAL, 2000, (1, 199, 800, 1000)),
    (USUAL, 1, (1,)),
    (USUAL, 3, (1, 1, 1)),
    (USUAL, 4, (1, 1, 1, 1)),
    ("100%", 7, (7,)),
    ("5, 20", 20, (5, 15)),
    ("10,10%,100%", 50, (10, 1, 39)),
    ("40,100%", 7, (7,)),
])
def test_numbers_count_from_the_first_site(text: str, total: int, sizes: tuple[int, ...]) -> None:
    assert Batches.parse(text).cut(total) == sizes


@pytest.mark.parametrize("text", ["", "0", "0%", "101%", "-1", "1,", "all", "10%,10%", "50%,10%", "5,2,100%", "1.5"])
def test_what_is_no_row_of_growing_numbers_is_refused(text: str) -> None:
    with pytest.raises(WrongUse):
        Batches.parse(text)


def test_batches_that_leave_sites_out_are_refused() -> None:
    with pytest.raises(WrongUse, match="reach 5 of 50"):
        Batches.parse("1,10%").cut(50)


def test_they_are_shown_as_they_are_written() -> None:
    assert str(Batches.parse("1, 10%,100%")) == "1,10%,100%"
    assert Batches.parse("7").targets == (Target(7, False),)
