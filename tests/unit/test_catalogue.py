"""Every sentence of the program exists in Chinese, with the same placeholders, and is compiled."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from migrator.locale import update

CATALOGUES = list(update.catalogues())


@pytest.fixture(scope="module", params=CATALOGUES, ids=lambda path: path.parent.parent.name)
def path(request: pytest.FixtureRequest) -> Path:
    return request.param


def placeholders(sentence: str) -> list[str]:
    return sorted(re.findall(r"\{[^{}]*\}", sentence))


def test_there_is_a_chinese_catalogue() -> None:
    assert [path.parent.parent.name for path in CATALOGUES] == ["zh_CN"]


def test_every_sentence_is_translated(path: Path) -> None:
    known = {message.id: message.string for message in update.read(path)}
    missing = [message.id for message in update.extract() if message.id and not known.get(message.id)]
    assert not missing, f"translate these in {path}, after python -m migrator.locale.update"


def test_placeholders_are_the_same(path: Path) -> None:
    wrong = [message.id for message in update.read(path)
             if message.id and message.string and placeholders(str(message.id)) != placeholders(str(message.string))]
    assert not wrong


def test_no_translation_is_left_over_or_uncertain(path: Path) -> None:
    used = {message.id for message in update.extract()}
    assert [message.id for message in update.read(path) if message.id and message.id not in used] == []
    assert [message.id for message in update.read(path) if message.fuzzy and message.id] == []


def test_the_compiled_catalogue_is_fresh(path: Path) -> None:
    assert path.with_suffix(".mo").read_bytes() == update.compiled(update.read(path)), \
        "run python -m migrator.locale.update"
