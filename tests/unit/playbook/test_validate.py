"""From a tree to a record: faults of nested types, of unions, and of validators that speak for themselves."""

from __future__ import annotations

import pytest
from pydantic import field_validator

from migrator import units
from migrator.errors import PlaybookError, PlaybookErrors
from migrator.playbook.inventory import Strict
from migrator.playbook.loader import parse
from migrator.playbook.validate import validate


class Part(Strict):
    length: str | list[str]
    deep: dict[str, list[Strict]] = {}


class Whole(Strict):
    parts: list[Part | int]
    wait: str = "1s"

    @field_validator("wait")
    @classmethod
    def _wait(cls, text: str) -> str:
        units.seconds(text)
        return text


@pytest.mark.parametrize(("text", "message"), [
    ("parts: [{length: {a: 1}}]", "f:1:18 parts[0].length: should be text; should be a list"),
    ("parts: [{length: a, lenth: b}]", 'f:1:21 parts[0]: unknown key "lenth", did you mean "length"?'),
    ("parts: [{length: a, deep: {x: [{y: 1}]}}]", 'f:1:33 parts[0].deep.x[0]: unknown key "y"'),
    ("parts: x", "f:1:8 parts: should be a list"),
    ("parts: []\nwait: long", 'f:1:1: "long" is no duration; write for example 90m, 1h30m or 45s'),
])
def test_each_fault_has_one_sentence_and_its_place(text: str, message: str) -> None:
    with pytest.raises(PlaybookError) as caught:
        validate(Whole, parse(text.encode(), "f"))
    shown = [str(e) for e in caught.value.errors] if isinstance(caught.value, PlaybookErrors) else [str(caught.value)]
    assert message in shown
