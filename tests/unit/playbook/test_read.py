"""A playbook that is wrong says what, where and what was probably meant; several faults at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.errors import Exit, PlaybookError, PlaybookErrors
from migrator.playbook.read import load_playbook
from tests.unit.playbook.world import KINDS, PLAYBOOK


def refused(folder: Path, *changes: tuple[str, str]) -> PlaybookError:
    """The error of the playbook with these texts replaced."""
    text = PLAYBOOK
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    (folder / "playbook.yaml").write_text(text)
    with pytest.raises(PlaybookError) as caught:
        load_playbook(folder, KINDS)
    assert caught.value.code == Exit.WRONG_USE
    return caught.value


def test_a_right_one_is_read_whole(folder: Path) -> None:
    loaded = load_playbook(folder, KINDS)
    assert [item.id for item in loaded.stages["go-live"]] == ["last", "upgrade-6.1", "check-6.1", "upgrade-7.0",
                                                             "check-7.0"]
    assert set(loaded.files) == {"playbook.yaml", "checks/before.yaml", "checks/6.1.yaml", "checks/7.0.yaml"}
    assert loaded.playbook.path.versions == ["5.1", "6.1", "7.0"]


@pytest.mark.parametrize(("old", "new", "place", "words"), [
    ("timeout: 2h", "timout: 2h", "17:62 stages.prepare.steps[1]", 'unknown key "timout", did you mean "timeout"?'),
    ("timeout: 2h", "timeout: 2x", "17:71 stages.prepare.steps[1].timeout", '"2x" is no duration'),
    ("operators:", "operator:", "9:3 people", 'unknown key "operator", did you mean "operators"?'),
    ("format: 1", "format: 2", "1:9 format", "should be 1"),
    ("format: 1", "format: '1'", "1:9 format", "should be 1"),
    ("product: buildtrack\n", "", "1:1:", '"product" is missing'),
    ("2026-03-14T20:00+08:00", "tomorrow", "6:17 window.start", "is no moment"),
    (", length: 6h", "", "6:9 window", "a start with a length"),
    ("length: 6h", "length: 6h, between: 20:00-06:00", "6:9 window", "a start with a length"),
    ("length: 6h", "length: 6h, days: workdays", "6:9 window", "days belong to a window with between"),
    ("start: 2026-03-14T20:00+08:00, length: 6h", "between: 20-6", "6:19 window.between", "write for example 20:00"),
    ("{what: [database, files]}", "{wat: x}", "17:36 stages.prepare.steps[1].backup.take", 'did you mean "what"?'),
    ("{what: [database, files]}", "[database]", "17:35 stages.prepare.steps[1].backup.take", "should be a mapping"),
    ("what: [database, files]", "what: database", "17:42 stages.prepare.steps[1].backup.take.what", "should be a list"),
    ("what: [database, files]", "keep: many", "17:42 stages.prepare.steps[1].backup.take.keep", "whole number"),
    ("command: [upgrade", "wait: maybe, command: [upgrade", "25:33 stages.trial.steps[0].steps[0].app.upgrade.wait",
     "should be true or false"),
    ("host.facts: {}", "host.fact: {}", "16:21 stages.prepare.steps[0]", 'unknown step kind "host.fact", did you mean'),
    ("host.facts: {}, ", "", "16:9 stages.prepare.steps[0]", "no step kind"),
    ("host.facts: {}", "host.facts: {}, approval: {}", "16:37 stages.prepare.steps[0]", "a second step kind"),
    ("backup.take: {}", "backup.take: {}, at: db", "34:37 stages.go-live.steps[0]", "environment as a whole"),
    ("id: facts", "id: a b", "16:14 stages.prepare.steps[0].id", "does not have the form"),
    ("id: facts", "id: backup", "17:14 stages.prepare.steps[1].id", 'the id "backup" is used twice'),
    ("check-${hop.to}", "check", "27:18 stages.trial.steps[0].steps[1].id", 'the id "check" is used twice'),
    ("needs: backup", "needs: bakup", "18:69 stages.prepare.steps[2].needs", 'step "bakup", did you mean "backup"?'),
    ("timeout: 2h", "needs: sound", "17:69 stages.prepare.steps[1].needs", "a circle: prepare.backup > prepare.sound"),
    ("at: all}", "at: all, needs: backup}", "16:53 stages.prepare.steps[0].needs", 'needs "backup", which runs later'),
    ("trial.accept", "trial.acept", "31:47 stages.go-live.gate.needs[0]", 'did you mean "trial.accept"?'),
    ("[business, it]", "[busines]", "31:24 stages.go-live.gate.approvals[0]", 'did you mean "business"?'),
    ("trial.hop", "trail.hop", "35:30 stages.go-live.steps[1].use", "names no single loop"),
    ("trial.hop", "go-live.hop", "35:30 stages.go-live.steps[1].use", "names no single loop"),
    ("for_each: hop, use: trial.hop", "for_each: hop", "35:9 stages.go-live.steps[1]", "steps of its own or use"),
    ("for_each: hop, use", "for_each: step, use", "35:20 stages.go-live.steps[1].for_each", "should be 'hop'"),
    ("environment: trial", "environment: trail", "20:18 stages.trial.environment", 'did you mean "trial"?'),
    ("checks/before.yaml", "checks/befor.yaml", "18:41 stages.prepare.steps[2].check.suite.file",
     'unknown file "checks/befor.yaml", did you mean "checks/before.yaml"?'),
    ("checks/before.yaml", "../outside.yaml", "18:41 stages.prepare.steps[2].check.suite.file", "lies outside"),
    ("checks/before.yaml", "/etc/passwd", "18:41 stages.prepare.steps[2].check.suite.file", "lies outside"),
    ("checks/before.yaml", "checks", "18:41 stages.prepare.steps[2].check.suite.file", "unknown file"),
    ("checks/before.yaml", "x" * 5000, "18:41 stages.prepare.steps[2].check.suite.file", "cannot be read"),
    ("checks/before.yaml", "'${env.name}.yaml'", "18:34 stages.prepare.steps[2].check.suite", "unknown look-up"),
    ("host.facts: {}", "app.upgrade: {command: [x]}", "16:21 stages.prepare.steps[0]", "changes the live system"),
    ("host.facts: {}", "app.upgrade: {command: ['${hop.to}']}", "16:45", "known only inside for_each"),
    ("env.trees.home.path", "env.tree.home.path", "25:73", "unknown look-up ${env.tree.home.path}, did you mean"),
    ("${env.trees.home.path}", "${env.name", "25:73", "is not closed by }"),
    ("via: [6.1]", "via: [5.1]", "4:7 path", "through a version twice"),
    ("stages:\n", "stages: []\nx:\n", "13:1", 'unknown key "x"'),
])
def test_one_fault(folder: Path, old: str, new: str, place: str, words: str) -> None:
    error = refused(folder, (old, new))
    shown = [str(e) for e in (error.errors if isinstance(error, PlaybookErrors) else [error])]
    assert any(f"playbook.yaml:{place}" in line and words in line for line in shown), shown


def test_a_stage_that_people_approve_may_change_the_live_system_before_go_live(folder: Path) -> None:
    early = "stages:\n  early:\n    environment: live\n    gate: {approvals: [it]}\n"
    step = "    steps: [{id: cure, app.upgrade: {command: [x]}}]\n"
    (folder / "playbook.yaml").write_text(PLAYBOOK.replace("stages:\n", early + step, 1))
    assert [item.id for item in load_playbook(folder, KINDS).stages["early"]] == ["cure"]
    error = refused(folder, ("stages:\n", early.replace("    gate: {approvals: [it]}\n", "") + step))
    assert "changes the live system" in error.message


def test_the_message_reads_as_promised(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    assert str(refused(folder, ("timeout: 2h", "timout: 2h"))) == (
        'playbook.yaml:17:62 stages.prepare.steps[1]: unknown key "timout", did you mean "timeout"?')


def test_all_faults_are_told_in_the_order_of_the_file(folder: Path) -> None:
    error = refused(folder, ("timeout: 2h", "timout: 2h"), ("operators", "operator"), ("time: 4h", "time: soon"))
    assert isinstance(error, PlaybookErrors)
    assert [e.message.split(",")[0] for e in error.errors] == [
        '"soon" is no duration; write for example 90m', 'unknown key "operator"', 'unknown key "timout"']


def test_a_value_that_is_looked_up_is_judged_later(folder: Path) -> None:
    text = PLAYBOOK.replace("command: [upgrade", 'wait: "${env.values.wait}", command: [upgrade')
    (folder / "playbook.yaml").write_text(text)
    load_playbook(folder, KINDS)


def test_links_may_not_lead_out(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside") / "x.yaml"
    outside.write_text("")
    (folder / "checks" / "before.yaml").unlink()
    (folder / "checks" / "before.yaml").symlink_to(outside)
    (folder / "playbook.yaml").write_text(PLAYBOOK)
    with pytest.raises(PlaybookError, match="lies outside"):
        load_playbook(folder, KINDS)


def test_a_jump_that_the_vendor_forbids_is_refused(folder: Path) -> None:
    (folder / "versions.yaml").write_text("""\
format: 1
product: buildtrack
versions: {5.1: {}, 6.1: {compulsory: true, why: attachments move}, 7.0: {}}
hops: [{from: 5.1, to: 6.1}, {from: 6.1, to: 7.0}, {from: 5.1, to: 7.0, direct: false, why: "the upgrader refuses it"}]
""")
    load_playbook(folder, KINDS)
    error = refused(folder, ("via: [6.1], ", ""))
    assert "5.1 > 7.0 is not allowed: the upgrader refuses it; jumps over 6.1, which is compulsory: " in str(error)


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(PlaybookError, match="no such playbook folder"):
        load_playbook(tmp_path / "none", KINDS)
    with pytest.raises(PlaybookError, match="cannot be read"):
        load_playbook(tmp_path, KINDS)
