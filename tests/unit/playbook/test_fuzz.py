"""2,000 broken playbooks: each is refused with a position, or is right; none ends in another exception."""

from __future__ import annotations

import copy
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from migrator.errors import Exit, MigratorError, PlaybookErrors, Position
from migrator.playbook.expand import expand, playbook_digest
from migrator.playbook.read import load_playbook
from tests.unit.playbook.world import KINDS, PLAYBOOK

PIECES = ["\t", "&a ", "*a", "<<: ", "!!python/name:os ", "- ", ": ", "{", "}", "[", "]", "${", "${hop.to}", "${env.x}",
          "'", '"', "|\n", "\n---\n", "\0", "\ufeff", "\u2028", "工", "#", "?", "%", "@", "for_each: hop", "steps",
          "id", "needs: [backup]", "approval: {}", "9" * 5000, "  ", "\r", "null", "1e999", "use: trial.hop", "../"]
DATA = yaml.load(PLAYBOOK, Loader=yaml.BaseLoader)
VALUES = st.sampled_from([None, True, 0, -1, 10**30, 1.5, "", "x", "${path.to}", "${hop.to}", "${env.values.a}", [],
                          {}, ["x"], {"id": "x"}, {"id": "x", "approval": {}}, {"for_each": "hop", "steps": []}, "../x",
                          "all", "trial.hop", "5.1", "backup", [[[]]], "2h"])
NAMES = ["x", "id", "kind", "args", "use", "at", "needs", "from_", "approval"]
THOUSAND = settings(max_examples=1000, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def place() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="playbook-fuzz-"))
    (folder / "checks").mkdir()
    for name in ("before", "6.1", "7.0"):
        (folder / "checks" / f"{name}.yaml").write_text("")
    yield folder
    shutil.rmtree(folder)


def refused_or_right(folder: Path, text: str) -> None:
    (folder / "playbook.yaml").write_bytes(text.encode("utf-8", "surrogatepass"))
    for error in refusals(folder):
        assert error.code == Exit.WRONG_USE
        assert isinstance(error.where, Position)
        assert error.message


def refusals(folder: Path) -> list[MigratorError]:
    try:
        loaded = load_playbook(folder, KINDS)
        for stage in loaded.stages:
            expand(loaded, stage, KINDS)
        playbook_digest(loaded)
    except PlaybookErrors as several:
        return list(several.errors)
    except MigratorError as error:
        return [error]
    return []


@THOUSAND
@given(st.lists(st.tuples(st.integers(0, len(PLAYBOOK)), st.integers(0, 40),
                          st.sampled_from(PIECES) | st.text(max_size=5)), min_size=1, max_size=4))
def test_broken_text(place: Path, edits: list[tuple[int, int, str]]) -> None:
    text = PLAYBOOK
    for at, length, piece in edits:
        text = text[:at] + piece + text[at + length:]
    refused_or_right(place, text)


@THOUSAND
@given(st.data())
def test_broken_trees(place: Path, data: st.DataObject) -> None:
    tree = copy.deepcopy(DATA)
    for _number in range(data.draw(st.integers(1, 3))):
        _break(tree, data)
    refused_or_right(place, yaml.dump(tree, allow_unicode=True, Dumper=_NoAliases))


class _NoAliases(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        return True


def _break(tree: Any, data: st.DataObject) -> None:
    """Replace, remove, copy or rename something at a random place."""
    holders = list(_holders(tree))
    holder = data.draw(st.sampled_from(holders))
    keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
    key = data.draw(st.sampled_from(keys))
    match data.draw(st.sampled_from(["replace", "remove", "copy", "rename"])):
        case "replace":
            holder[key] = copy.deepcopy(data.draw(VALUES))
        case "remove":
            del holder[key]
        case "copy":
            holder[key] = copy.deepcopy(data.draw(st.sampled_from(holders)))
        case "rename" if isinstance(holder, dict):
            holder[data.draw(st.sampled_from(NAMES))] = holder.pop(key)
        case _:
            holder.append(copy.deepcopy(holder[key])) if isinstance(holder, list) else None


def _holders(value: Any) -> Iterator[Any]:
    if isinstance(value, (dict, list)) and value:
        yield value
        for item in value.values() if isinstance(value, dict) else value:
            yield from _holders(item)
