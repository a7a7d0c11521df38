"""Keys change, and rows keep all that the other side alone knows of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from migrator.lens.places.endpoint import open_endpoint
from migrator.sync.batch import take
from migrator.sync.batch.rekey import moves_of
from tests.ordering.keys import KEYS
from tests.ordering.office import Office, founded
from tests.ordering.stories import Story


@pytest.mark.parametrize(("changes", "moves"), [
    ("1>2", "1>2"), ("1>2 2>3", "1>3"), ("1>2 2>1", ""), ("1>3 2>1 3>2", "1>2 2>1"), ("1> 2>1", "2>1"),
    ("1>2 >1", "1>2"), ("1>2 2>", ""), (">1 1>2", ""), ("1> >1", ""), ("2>3 1>2", "1>2 2>3"),
])
def test_whose_row_a_key_is_now(changes: str, moves: str) -> None:
    assert moves_of(told(changes)) == dict(told(moves))


def told(changes: str) -> list[Any]:
    """Changes from `before>after`."""
    return [tuple((key,) if key else None for key in change.split(">")) for change in changes.split()]


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    monkeypatch.setattr(take, "LEAST", 1)
    found = founded(*(open_endpoint(name, f"sqlite:///{tmp_path / name}.db") for name in ("old", "new")))
    with found.stack:
        yield found


@pytest.mark.parametrize("batch", [1, 3, 1000])
@pytest.mark.parametrize("story", KEYS, ids=lambda story: story.__name__)
def test_story(office: Office, story: Story, batch: int) -> None:
    office.small(batch)
    story(office)
