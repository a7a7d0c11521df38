"""Every step kind keeps the contract: what reads changes nothing, acts converge, crashes leave no third state."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from migrator.errors import MigratorError
from migrator.model.states import Touches, WayBack
from migrator.secret import Secret
from migrator.step import kinds
from tests.conformance.bench import Bench
from tests.conformance.case import Case, cases, filled
from tests.conformance.crashing import Crash, Fuse, fuse_journal, fused_transport

CASES = cases()
ACTING = [case for case in CASES if case.acts]
MOST_WRITES = 60


@pytest.fixture(autouse=True)
def planted_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """What `env:BENCH_SECRET` in a case's site stands for."""
    monkeypatch.setenv("BENCH_SECRET", "planted-Geheimnis-42")
    Secret("planted-Geheimnis-42")


def test_every_kind_has_cases() -> None:
    without = sorted(set(kinds()) - {case.kind for case in ACTING})
    assert not without, f"step kinds without a case in tests/steps/: {without}"


@pytest.mark.parametrize("case", CASES, ids=str)
def test_reading_changes_nothing(case: Case, tmp_path: Path) -> None:
    bench = Bench(case, tmp_path)
    bench.prepare()
    kind = kinds()[case.kind]()
    before = bench.state()
    context = bench.contexts().reading(bench.step, bench.step.targets[0])
    findings = kind.check(context)
    if "check" in case.expect:
        assert [f.code for f in findings] == case.expect["check"]
    assert bool([f for f in findings if f.severity == "blocks"]) is not case.acts
    if case.acts:
        assert kind.plan(context) == kind.plan(context), "the same facts give the same plan"
        kind.before(context)
        if case.kind not in ("approval", "drill.rollback"):
            assert kind.touches is Touches.NOTHING or kind.plan(context), "a step that acts says what it will change"
        kind.verify(context)
    assert bench.state() == before


@pytest.mark.parametrize("case", ACTING, ids=str)
def test_applied_once_or_twice_is_the_same(case: Case, tmp_path: Path) -> None:
    bench = Bench(case, tmp_path)
    bench.prepare()
    before = bench.state()
    result = bench.forward()
    assert result["ok"] is case.expect.get("ok", True), result["message"]
    once = bench.state()
    if kinds()[case.kind].touches is Touches.NOTHING:
        assert once == before
    row = bench.journal.attempts.of_run("0000-test")[-1]
    if "verify" in case.expect:
        assert [f["code"] for f in row["findings"]] == case.expect["verify"]
    if "changed" in case.expect:
        assert row["outcome"]["changed"] is case.expect["changed"]
    for name, value in case.expect.get("facts", {}).items():
        assert row["outcome"]["facts"][name] == value
    for path, text in case.expect.get("files", {}).items():
        found = bench.root / path
        assert (found.read_text(encoding="utf-8") if found.exists() else None) == filled(text, bench.words)
    if result["ok"]:
        assert bench.forward(2)["ok"]
        assert bench.state() == once


@pytest.mark.parametrize("case", ACTING, ids=str)
def test_undone_is_as_before(case: Case, tmp_path: Path) -> None:
    bench = Bench(case, tmp_path)
    bench.prepare()
    before = bench.state()
    bench.forward()
    if bench.step.way_back == WayBack.NONE:
        return
    assert bench.undo()["ok"]
    assert bench.state() == before
    assert bench.undo(2)["ok"], "undo of what is undone already is safe"
    assert bench.state() == before


@pytest.mark.parametrize("after", [False, True], ids=["before-write", "after-write"])
@pytest.mark.parametrize("case", ACTING, ids=str)
def test_a_crash_anywhere_converges(case: Case, after: bool, tmp_path: Path) -> None:
    """Killed at the k-th write for every k: going on gives the wanted state, going back the state before."""
    place = tmp_path / "bench"  # the same for all, since files may hold their own path
    whole = Bench(case, place)
    whole.prepare()
    made = shutil.copytree(place, tmp_path / "made", symlinks=True) if case.in_files else None
    start = whole.state()
    if not whole.forward()["ok"]:
        return
    wanted = whole.state()
    for k in range(1, MOST_WRITES):
        for way in ("resume", "undo", "resume-and-undo"):
            shutil.rmtree(place)
            if made:
                shutil.copytree(made, place, symlinks=True)
            if not _crash(case, place, Fuse(k, after=after)):
                return
            bench = Bench(case, place)
            if "resume" in way:
                assert bench.forward()["ok"], f"going on after a crash at write {k}"
                assert bench.state() == wanted, f"crash at write {k}, then resume"
            if "undo" in way and bench.step.way_back != WayBack.NONE:
                assert bench.undo()["ok"], f"going back after a crash at write {k}"
                assert bench.state() == start, f"crash at write {k}, then {way}"
    pytest.fail(f"the step writes more than {MOST_WRITES} times")


@pytest.mark.parametrize("case", ACTING, ids=str)
def test_secrets_are_in_no_event_and_no_journal(case: Case, tmp_path: Path) -> None:
    bench = Bench(case, tmp_path)
    bench.prepare()
    bench.forward()
    told = "\n".join(str(event.as_json()) for event in bench.events)
    assert "planted-Geheimnis-42" not in told
    for path in tmp_path.glob("migrator.db*"):
        assert b"planted-Geheimnis-42" not in path.read_bytes()


def _crash(case: Case, place: Path, fuse: Fuse) -> bool:
    """Run the step until the fuse burns; False when it ended before."""
    if not place.exists():
        Bench(case, place).prepare()
    bench = Bench(case, place, wrap=lambda transport: fused_transport(transport, fuse))
    fuse_journal(bench.journal.attempts, fuse)
    try:
        bench.forward()
    except Crash:
        return True
    except MigratorError:
        return fuse.burnt
    return fuse.burnt

