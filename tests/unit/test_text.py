"""Languages of a process and of a thread, and widths of Chinese text."""

from __future__ import annotations

import threading

import pytest

from migrator import text
from migrator.text import _, pad, shorten, speaking, width


@pytest.mark.parametrize(("name", "expected"), [
    ("zh", "zh_CN"), ("zh_CN.UTF-8", "zh_CN"), ("ZH_TW", "zh_CN"), ("en_GB", "en"), ("C", "en"), ("de", "en")])
def test_every_name_of_a_language_finds_one_that_exists(name: str, expected: str) -> None:
    text.choose(name)
    assert text.language() == expected


def test_the_environment_decides_when_nobody_chose(monkeypatch: pytest.MonkeyPatch) -> None:
    text.choose(None)
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    for name in ("MIGRATOR_LANG", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    assert text.language() == "zh_CN"
    monkeypatch.setenv("MIGRATOR_LANG", "en")
    assert text.language() == "en"


def test_a_block_speaks_another_language_and_other_threads_do_not_hear_it() -> None:
    heard: list[str] = []
    with speaking("zh"):
        assert _("Steps") == "步骤"
        with speaking(None):
            assert _("Steps") == "步骤"
        thread = threading.Thread(target=lambda: heard.append(_("Steps")))
        thread.start()
        thread.join()
    assert heard == ["Steps"]
    assert _("Steps") == "Steps"


def test_a_sentence_without_translation_stays_as_it_is() -> None:
    with speaking("zh"):
        assert _("no such sentence anywhere") == "no such sentence anywhere"


@pytest.mark.parametrize(("words", "columns"), [
    ("step", 4), ("步骤", 4), ("e\u0301", 1), ("（a）", 5), ("", 0), ("→✓·", 3)])
def test_chinese_characters_count_two(words: str, columns: int) -> None:
    assert width(words) == columns


def test_padding_and_cutting_keep_to_columns() -> None:
    assert pad("步骤", 6) == "步骤  "
    assert pad("步骤", 6, right=True) == "  步骤"
    assert pad("步骤", 2) == "步骤"
    assert shorten("步骤一二", 8) == "步骤一二"
    assert shorten("步骤一二", 7) == "步骤一…"
    assert shorten("步骤一二", 6) == "步骤…"
    assert width(shorten("a步骤一二", 5)) <= 5
