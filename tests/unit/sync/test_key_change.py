"""Keys change, and rows keep all that the other side alone knows of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from migrator.lens.places.endpoint import open_endpoint
from migrator.sync.batch import take
from tests.ordering.keys import KEYS
from tests.ordering.office import Office, founded
from tests.ordering.stories import Story


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
