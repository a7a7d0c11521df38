"""What tests of several packages share: golden texts, sample records, a fixed time zone and language."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from migrator import text

GOLDEN = Path(__file__).parent / "golden"
UNIT = Path(__file__).parent / "unit"
QUICK, WHOLE, LONG, FAR = range(4)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Quick tests first, so that most faults are told early; long files before others, so that none is waited for."""
    def slowness(item: pytest.Item) -> int:
        marks = {mark.name for mark in item.iter_markers()}
        if marks & {"network", "docker"}:
            return LONG if "long" in marks else FAR
        return QUICK if item.path.is_relative_to(UNIT) else WHOLE
    items.sort(key=slowness)


@pytest.fixture
def golden() -> Callable[[str, str], None]:
    """Compare a text with the file of that name under tests/golden; the variable GOLDEN=write renews it."""
    def same(name: str, found: str) -> None:
        path = GOLDEN / name
        if os.environ.get("GOLDEN") == "write":
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(found + "\n", encoding="utf-8")
        assert found + "\n" == path.read_text(encoding="utf-8"), f"{path} differs; GOLDEN=write renews it"
    return same


@pytest.fixture
def sample() -> Callable[[str], dict[str, Any]]:
    """A sample record of a run: passed, brought_back, hands_needed or waiting."""
    return lambda name: json.loads((GOLDEN / "records" / f"{name}.json").read_text(encoding="utf-8"))


@pytest.fixture
def shanghai(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The local time of this process is that of Shanghai."""
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Tests speak English, wherever they run."""
    text.choose("en")
    yield
    text.choose(None)


@pytest.fixture(params=["en", "zh_CN"])
def each_language(request: pytest.FixtureRequest, english: None) -> str:
    """Runs the test once in each language."""
    text.choose(request.param)
    return request.param
