"""A whole drill: its phases, its targets, its record, its page; held, missed, failed and interrupted."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from migrator import clock
from migrator.backup.errors import SetMissing
from migrator.backup.sets import proof
from migrator.backup.sets.set import PROOF
from migrator.backup.taking.take import take_set
from migrator.checks.suite_file import SuiteFile
from migrator.drill import rebuild, records
from migrator.drill.drill import run_drill
from migrator.drill.errors import PartMissing
from migrator.drill.forecast import sizes
from migrator.drill.heartbeat import beat, newest_beat, stop
from migrator.drill.kept_release import KeptRelease
from migrator.drill.report import render, write
from migrator.errors import FindingsBlock, PackageWrong, WrongUse
from migrator.playbook.inventory import Service
from migrator.signature import Signers
from tests.unit.drill.conftest import SERVE, World, change


def test_a_drill_that_passes(world: World) -> None:
    before = world.state()
    record = run_drill(world.drill())
    assert record.passed and record.met and record.rto and record.rpo
    assert list(record.phases) == ["decide", "provision", "database", "files", "start", "verify"]
    assert record.rto.seconds == pytest.approx(sum(record.phases.values()), abs=0.01)
    assert (record.set, record.level, world.kept.proof.level) == ("live.1", proof.STARTED, proof.STARTED)
    assert (record.rpo.since, record.rpo.at) == ("set", clock.stamp(clock.parse(world.kept.manifest.taken)))
    assert record.forecast.day is None and "not enough sets" in record.forecast.why
    assert record.forecast.bytes_per_second and record.bytes > 8192
    assert any("app.ini" in line for line in record.differs)
    assert any("neutralise.yaml" in note for note in record.notes)
    assert world.state() == before
    known = records.find(world.vault, "live", None, None)
    assert known.record == record and known.counts


def test_a_tiny_budget_is_missed_and_nothing_else_fails(world: World) -> None:
    record = run_drill(world.drill(rto=0.001, rpo=0.0))
    assert record.passed and not record.met
    assert record.rto and record.rto.met is False and record.rpo and record.rpo.met is False


def test_time_counts_from_the_first_failed_probe(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    later = clock.now() + timedelta(minutes=50)
    monkeypatch.setattr(clock, "now", lambda: later)
    record = run_drill(world.drill(failed=later - timedelta(minutes=49)))
    assert record.told and record.phases["decide"] == pytest.approx(2940, abs=30)
    assert record.rto and 2940 <= record.rto.seconds < 3600 and record.rto.met


def test_what_is_lost_is_told_by_the_heartbeat_in_the_copy(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    tables = world.live.database().tables()
    with monkeypatch.context() as earlier:
        hour_ago = clock.now() - timedelta(hours=1)
        earlier.setattr(clock, "now", lambda: hour_ago)
        at = beat(world.live, ["main"])
    kept = take_set(world.live, world.vault, "live.2")
    beat(world.live, ["main"])  # after the set: lost
    assert world.live.database().tables() == tables and kept.tables("main") == {
        name: facts.as_json() for name, facts in tables.items()}, "no count and no digest knows of it"
    record = run_drill(world.drill(set="live.2", rpo=3590))
    assert record.rpo and (record.rpo.since, record.rpo.at, record.rpo.met) == ("heartbeat", at, False)
    assert record.rpo.seconds == pytest.approx(3600, abs=60)


def test_a_heartbeat_can_be_stopped_and_leaves_nothing(world: World) -> None:
    assert newest_beat(world.live, ["main"]) is None and stop(world.live, ["main"]) == []
    assert beat(world.live, ["main"]) <= beat(world.live, ["main"])
    assert newest_beat(world.live, ["main"]) and stop(world.live, ["main"]) == ["main"]
    assert newest_beat(world.live, ["main"]) is None


def test_a_set_that_was_taken_after_the_failure_could_not_have_been_there(world: World) -> None:
    _refused(world, SetMissing, "before", failed=clock.parse(world.kept.manifest.taken) - timedelta(seconds=1))


def test_checks_that_never_pass_are_a_failed_drill_with_its_time(
        world: World, failing: Callable[[], SuiteFile]) -> None:
    before = world.state()
    record = run_drill(world.drill(suites=[failing()]))
    assert not record.passed and not record.met and record.broken == "verify" and "three issues" in record.why
    assert record.phases["verify"] > 0 and record.rto is None
    assert world.state() == before and not records.find(world.vault, "live", None, None).counts


def test_an_application_that_does_not_start_is_a_failed_drill(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("migrator.drill.application.WITHIN", 0.3)
    service = world.scratch.environment.services["web"].model_copy(update={"start": ["true"]})
    record = run_drill(world.with_scratch(services={"web": service}).drill())
    assert not record.passed and record.broken == "start"


def test_a_set_of_another_system_is_not_taken(world: World) -> None:
    take_set(world.scratch, world.vault, "scratch.1", databases=[])
    _refused(world, SetMissing, "a set of scratch", set="scratch.1")


def test_users_are_let_in_when_all_else_is_proven(world: World) -> None:
    opened = world.folder / "open"
    acts = {"start": ["touch", str(opened)], "stop": ["rm", str(opened)], "status": ["test", "-f", str(opened)]}
    door = Service(at="here", **acts)
    world = world.with_scratch(services={"door": door, **world.scratch.environment.services})
    shut = world.suite(f"checks: [{{name: shut, file: {{path: {opened}, exists: false}}}}]", "shut.yaml")
    record = run_drill(world.drill(suites=[world.suite(), shut], switch=["door"]))
    assert record.passed and record.phases["switch"] > 0 and not opened.exists()


def test_an_interrupted_drill_is_recorded_and_gives_the_scratch_back(
        world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_args: object) -> None:
        raise KeyboardInterrupt

    before = world.state()
    monkeypatch.setattr(rebuild, "run_suite", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run_drill(world.drill())
    record = records.find(world.vault, "live", None, None).record
    assert not record.passed and record.broken == "verify" and "interrupted" in record.why
    assert world.state() == before


def test_without_a_proven_set_nothing_begins(world: World) -> None:
    (world.kept.folder / PROOF).unlink()
    _refused(world, SetMissing, "proven")


def test_a_scratch_that_is_not_disposable_begins_nothing(world: World) -> None:
    _refused(world.with_scratch(disposable=False), FindingsBlock, "not marked")


def test_a_failure_in_the_future_is_wrong_use(world: World) -> None:
    with pytest.raises(WrongUse, match="future"):
        run_drill(world.drill(failed=clock.now() + timedelta(hours=1)))


def test_only_sets_of_the_same_things_tell_of_growth(world: World) -> None:
    (world.folder / "live/growing").write_bytes(bytes(1_000_000))
    later = take_set(world.live, world.vault, "live.2")
    other = take_set(world.live, world.vault, "live.3", trees=[])
    known = sizes([later, other, world.kept], like=world.kept)
    assert [moment for moment, _size in known] == [clock.parse(s.manifest.taken) for s in (world.kept, later)]
    assert known[1][1] - known[0][1] == 1_000_000


@pytest.fixture
def signers(tmp_path: Path) -> Signers:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / "key")], check=True)
    (tmp_path / "signers").write_text(f"zhao.min {(tmp_path / 'key.pub').read_text()}")
    return Signers(tmp_path / "signers")


def test_a_signed_record_that_is_changed_does_not_count(world: World, signers: Signers, tmp_path: Path) -> None:
    record = run_drill(world.drill(rto=0.001))
    path = records.path_of(world.vault, record)
    records.sign(path, signers, tmp_path / "key")
    known = records.find(world.vault, "live", None, signers)
    assert known.signature == "valid" and known.counts and "zhao.min, valid" in render(known, "md")
    assert records.find(world.vault, "live", None, None).signature == "unknown"
    path.write_text(path.read_text().replace('"target": 0.001', '"target": 3600'))
    known = records.find(world.vault, "live", None, signers)
    assert known.signature == "wrong" and not known.counts and "NOT VALID" in render(known, "html")


def test_the_page_names_everything(world: World, failing: Callable[[], SuiteFile], tmp_path: Path) -> None:
    run_drill(world.drill())
    known = records.find(world.vault, "live", None, None)
    html, markdown = (path.read_text() for path in write(known, tmp_path / "out", ["html", "md"]))
    for page in (html, markdown):
        for word in ("live.1", "decide", "provision", "database", "files", "start", "verify", "switch", "scratch",
                     "the list of issues", "all are there", "met, target", "not signed", "heartbeat"):
            assert word in page, word
    assert 'lang="zh-CN"' in render(known, "html", language="zh_CN")
    failed = records.KnownDrill(run_drill(world.drill(suites=[failing()])), tmp_path / "x")
    assert "did not come back" in render(failed, "md") and "three issues" in render(failed, "html")
    with pytest.raises(WrongUse):
        render(known, "pdf")


def test_an_old_release_is_rebuilt_from_kept_parts_alone(world: World) -> None:
    product = _kept_product(world)
    release = KeptRelease.of(product, "1.0", world.with_program().scratch)
    world = world.with_program()
    before = world.state()
    record = run_drill(world.drill(set="live.program", release=release))
    assert record.passed, record.why
    assert [part["part"] for part in record.parts] == ["package", "configuration", "set"]
    assert record.parts[0]["sha256"] == hashlib.sha256((product / "packages/app-1.0.tar").read_bytes()).hexdigest()
    assert world.state() == before


@pytest.mark.parametrize(("break_it", "error", "said"), [
    (lambda product: (product / "packages/app-1.0.tar").unlink(), PackageWrong, "missing"),
    (lambda product: (product / "packages/app-1.0.tar").write_bytes(b"other"), PackageWrong, "checksum"),
    (lambda product: (product / "packages/SHA256SUMS").unlink(), PartMissing, "checksums"),
    (lambda product: (product / "kept.yaml").write_text(
        (product / "kept.yaml").read_text().replace("app/app.ini", "app/other.ini")), PartMissing, "other.ini"),
], ids=["no package", "another package", "no sums", "no configuration"])
def test_a_missing_part_is_found_before_anything_is_restored(
        world: World, break_it: Callable[[Path], None], error: type[Exception], said: str) -> None:
    product = _kept_product(world)
    break_it(product)
    world = world.with_program()
    release = KeptRelease.of(product, "1.0", world.scratch)
    _refused(world, error, said, set="live.program", release=release)


@pytest.mark.parametrize(("old", "new"), [
    ("into: \"1.0\"", "into: ../elsewhere"), ("current: current", "current: /etc/passwd"),
    ("tree: program", "tree: lamp"), ("packages/app-1.0.tar", "../app.tar"), ("\"1.0\":", "\"2.0\":"),
])
def test_a_recipe_that_leads_astray_is_wrong_use(world: World, old: str, new: str) -> None:
    product = _kept_product(world)
    (product / "kept.yaml").write_text((product / "kept.yaml").read_text().replace(old, new, 1))
    with pytest.raises(WrongUse):
        KeptRelease.of(product, "1.0", world.with_program().scratch)


def _kept_product(world: World) -> Path:
    """A product folder with the package of a release, and a set of the live system with its program apart."""
    import io
    import tarfile

    product = world.folder / "product"
    (product / "packages").mkdir(parents=True)
    with tarfile.open(product / "packages/app-1.0.tar", "w") as tar:
        member = tarfile.TarInfo("app-1.0/serve.py")
        member.size = len(SERVE.encode())
        tar.addfile(member, io.BytesIO(SERVE.encode()))
    sha256 = hashlib.sha256((product / "packages/app-1.0.tar").read_bytes()).hexdigest()
    (product / "packages/SHA256SUMS").write_text(f"{sha256}  app-1.0.tar\n")
    (product / "kept.yaml").write_text("""
releases:
  "1.0": {packages: [packages/app-1.0.tar], tree: program, into: "1.0", current: current, strip: 1,
          configuration: [app/app.ini]}
""")
    (world.folder / "live-program/old").mkdir(parents=True)
    (world.folder / "live-program/old/not-kept").write_text("of the live system alone")
    take_set(world.with_program().live, world.vault, "live.program")
    return product


def _refused(world: World, error: type[Exception], said: str, **more: object) -> None:
    before = world.state()
    with pytest.raises(error, match=said):
        run_drill(world.drill(**more))
    assert world.state() == before and not records.drills(world.vault, "live", None)


def test_the_live_data_of_today_is_not_needed(world: World) -> None:
    change(world, "drop table issue")
    assert run_drill(world.drill()).passed
