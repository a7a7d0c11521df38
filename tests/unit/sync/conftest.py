"""What tests of the sync share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.sync.typing_sync import Keyboard


@pytest.fixture
def keyboard(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Keyboard]:
    made = Keyboard(tmp_path, capsys)
    yield made
    made.leave()
