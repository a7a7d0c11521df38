"""What tests of the sync share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from migrator.lens.places.endpoint import open_endpoint
from migrator.sync.batch import take
from tests.ordering.office import Office, founded
from tests.unit.sync.typing_sync import Keyboard


@pytest.fixture
def keyboard(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Keyboard]:
    made = Keyboard(tmp_path, capsys)
    yield made
    made.leave()


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    """Two versions whose batches are as small as a story wants."""
    monkeypatch.setattr(take, "LEAST", 1)
    found = founded(*(open_endpoint(name, f"sqlite:///{tmp_path / name}.db") for name in ("old", "new")))
    with found.stack:
        yield found
