"""Every case of every operation keeps the laws of a lens, on SQLite; so do cases that are put together."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterator

import pytest

from fixtures.proofs.lens.case import CASES, Case, cases
from fixtures.proofs.lens.composition import Composition, strange
from fixtures.proofs.lens.ground import Ground, files
from fixtures.proofs.lens.laws import Tally
from fixtures.proofs.lens.proof import by_chance
from fixtures.proofs.lens.trial import attempt
from migrator.errors import WrongUse
from migrator.lens.declared.operation import operations

EXAMPLES = 3
ON_SQLITE = [case for case in cases() if "sqlite" in case.makes]


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    with files() as found:
        yield found


@pytest.mark.parametrize("case", ON_SQLITE, ids=lambda case: case.name)
def test_the_laws_hold(case: Case, ground: Ground) -> None:
    tally = Tally()
    attempt(case, ground, EXAMPLES, tally)
    assert tally.rows > EXAMPLES / 2, "hardly a row went over: the case says nothing"


@pytest.mark.parametrize("case", ON_SQLITE, ids=lambda case: case.name)
def test_names_are_only_names(case: Case, ground: Ground) -> None:
    attempt(strange(case), ground, 3, Tally())


@pytest.mark.parametrize("what", list(by_chance(random.Random(5), 2, "sqlite")), ids=lambda what: what.name)
def test_the_laws_hold_for_what_is_put_together(what: Composition, ground: Ground) -> None:
    with contextlib.suppress(WrongUse):  # two hops that cannot be one
        attempt(what, ground, 4, Tally())


def test_every_operation_has_a_case() -> None:
    assert set(operations()) <= {case.operation for case in cases()}


def test_every_folder_of_cases_is_an_operation_or_how_tables_meet() -> None:
    folders = {path.name for path in CASES.iterdir() if path.is_dir() and any(path.glob("*.yaml"))}
    assert folders <= {*operations(), "tables"}
