"""The proof sees a lens that is broken: whatever promise is taken out of the product, a law misses it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import null

from fixtures.proofs.lens import settle
from fixtures.proofs.lens.case import cases
from fixtures.proofs.lens.ground import Ground, files
from fixtures.proofs.lens.laws import Tally, Violation
from fixtures.proofs.lens.trial import attempt
from migrator.lens.census.census import Census
from migrator.lens.operations.values import MapValues
from migrator.lens.put import put
from migrator.lens.side import Side
from migrator.lens.sql import refuse

EXAMPLES = 60


@pytest.fixture
def ground() -> Iterator[Ground]:
    with files() as found:
        yield found


def violation(name: str, ground: Ground) -> str:
    case, = (case for case in cases(name.partition("/")[0]) if case.name == name)
    with pytest.raises(Violation) as caught:
        attempt(case, ground, EXAMPLES, Tally(), shrink=False)
    return str(caught.value)


def test_memory_is_not_kept(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(put, "remember", lambda *_args, **_options: 0)
    assert "the way over and back changed the side where it began" in violation("values/shared_and_default", ground)


def test_a_group_claims_to_be_faithful(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    bind = MapValues.bind
    monkeypatch.setattr(MapValues, "bind", lambda *args: [replace(group, faithful=frozenset(Side))
                                                          for group in bind(*args)])
    assert "calls the old side faithful" in violation("values/shared_and_default", ground)


def test_a_value_is_dropped_in_silence(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(refuse, "Refuse", lambda _type: null())
    assert "is doubtful (not-in-map of status <-> code), and yet a put took it" in violation("values/status", ground)


def test_a_census_sees_nothing(ground: Ground, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settle, "take", lambda *_args, **_options: Census((), ()))
    assert "a census found nothing, and yet a put failed" in violation("rename/unique_name", ground)
