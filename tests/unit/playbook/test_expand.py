"""Steps as they will run: loops written out, digests that change with what matters and with nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from migrator.errors import PlaybookError, WrongUse
from migrator.model.version import Hop
from migrator.playbook import lookups
from migrator.playbook.expand import expand, playbook_digest
from migrator.playbook.read import LoadedPlaybook, load_playbook
from migrator.playbook.steps import bind
from tests.unit.playbook.world import KINDS, PLAYBOOK, UpgradeArgs


def load(folder: Path, *changes: tuple[str, str]) -> LoadedPlaybook:
    text = PLAYBOOK
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (folder / "playbook.yaml").write_text(text)
    return load_playbook(folder, KINDS)


def digests(loaded: LoadedPlaybook, stage: str) -> dict[str, str]:
    return {step.id: step.digest for step in expand(loaded, stage, KINDS)}


def test_the_loop_is_written_out(folder: Path) -> None:
    steps = expand(load(folder), "trial", KINDS)
    assert [(s.id, s.hop) for s in steps] == [
        ("upgrade-6.1", Hop("5.1", "6.1")), ("check-6.1", Hop("5.1", "6.1")),
        ("upgrade-7.0", Hop("6.1", "7.0")), ("check-7.0", Hop("6.1", "7.0")), ("accept", None)]
    assert steps[1].needs == ("upgrade-6.1",)
    assert steps[0].at == ("app",)
    assert steps[0].args["command"][2] == "${hop.to}", "arguments stay unresolved"
    assert str(steps[3].where).endswith("playbook.yaml:27:13 stages.trial.steps[0].steps[1]")


def test_what_is_used_live_has_the_digest_of_the_rehearsal(folder: Path) -> None:
    loaded = load(folder)
    trial, live = digests(loaded, "trial"), digests(loaded, "go-live")
    assert {name: live[name] for name in live if name != "last"} == {n: d for n, d in trial.items() if n != "accept"}
    assert len(set(trial.values())) == len(trial)


def test_the_digest_changes_with_arguments_files_hop_and_path_alone(folder: Path) -> None:
    before = digests(load(folder), "trial")
    (folder / "checks" / "6.1.yaml").write_text("# another\n")
    after = digests(load(folder), "trial")
    assert {name for name in before if before[name] != after[name]} == {"check-6.1"}
    same = digests(load(folder, ("[li.wei]", "[chen.jing]"), ("timeout: 2h", "timeout: 3h")), "trial")
    assert same == after
    other = digests(load(folder, ("[upgrade, --to", "[upgrade, --fast, --to")), "trial")
    assert {name for name in after if after[name] != other[name]} == {"upgrade-6.1", "upgrade-7.0"}


def test_the_playbook_digest_covers_all_and_the_tool(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = load(folder)
    first = playbook_digest(loaded)
    assert playbook_digest(load(folder)) == first
    assert playbook_digest(load(folder, ("length: 6h", "length: 7h"))) != first
    assert playbook_digest(replace(loaded, files={**loaded.files, "checks/6.1.yaml": "0"})) != first
    monkeypatch.setattr("migrator.playbook.expand.__version__", "0.0.0")
    assert playbook_digest(loaded) != first


def test_an_unknown_stage(folder: Path) -> None:
    with pytest.raises(WrongUse, match='did you mean "go-live"'):
        expand(load(folder), "golive", KINDS)


def test_arguments_are_bound_and_judged_when_all_is_known() -> None:
    scope = lookups.scope(path=["1", "2"], run="0314") | {"env.values.wait": "true"}
    args = {"command": ["x", "${run.id}", "$${HOME}"], "wait": "${env.values.wait}"}
    assert bind(args, UpgradeArgs, scope, "s1") == UpgradeArgs(command=["x", "0314", "${HOME}"], wait=True)
    with pytest.raises(PlaybookError, match=r"^s1\.wait: should be true or false$"):
        bind(args, UpgradeArgs, {**scope, "env.values.wait": "perhaps"}, "s1")
    with pytest.raises(PlaybookError, match=r"s1: unknown look-up \$\{env.values.wait\}"):
        bind(args, UpgradeArgs, {"run.id": "1"}, "s1")
