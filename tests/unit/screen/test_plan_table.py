"""The plan on one screen, in both languages, with and without findings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from migrator.model.finding import blocks, informs, warns
from migrator.model.outcome import Change
from migrator.model.plan import Plan, PlannedStep
from migrator.model.standing import Standing, Voice
from migrator.model.version import Hop
from migrator.screen.plan_table import show_plan
from migrator.text import width

pytestmark = pytest.mark.usefixtures("shanghai")


def step(name: str, kind: str, *targets: str, estimate: float | None, back: float | None, way_back: str = "undo",
         hop: Hop | None = None) -> PlannedStep:
    return PlannedStep(id=name, kind=kind, args={}, targets=targets or ("-",), hop=hop, timeout=None, retries=0,
                       way_back=way_back, skippable=False, point_of_no_return=name == "finalize", digest=name,
                       estimate=estimate, way_back_estimate=back)


def plan() -> Plan:
    return Plan(
        product="buildtrack", title="BuildTrack 项目管理", playbook="buildtrack", stage="go-live",
        environment="bt-prod",
        environments={"live": "bt-prod"}, path=("5.1", "6.1", "7.0"), digest="d" * 64, bindings="b" * 64,
        gate={"approvals": ["business", "it"]}, budget={"downtime": "4h", "rollback": "60m", "reserve": "30m"},
        steps=(step("notice", "notify", estimate=2, back=None, way_back="none"),
               step("drain", "app.stop", "bt-web1", "bt-web2", estimate=60, back=60),
               step("last-copy", "backup.take", estimate=2280, back=None, way_back="none"),
               step("upgrade-7.0", "app.upgrade", "bt-db1", estimate=9000, back=2460, way_back="restore",
                    hop=Hop("6.1", "7.0")),
               step("start", "app.start", "w1", "w2", "w3", "w4", estimate=14, back=5)))


CHANGES = {"notice": [Change("message to 412 users")],
           "drain": [Change("buildtrack", before="running", after="stopped")],
           "last-copy": [Change("60.5 GB database"), Change("212 GB attachments")],
           "upgrade-7.0": [Change("数据库 schema 6.1 → 7.0，改动 31 张表，删除 2 张表，新增 4 张表，迁移附件路径")]}
WANG = Voice("wang.fang", "approve", "", "2026-03-11T02:12:00+00:00", "2026-03-18T02:12:00+00:00", False, "")
BUSINESS = Standing("business", True, "wang.fang", voices=(WANG,))
APPROVALS = [BUSINESS, Standing("it", False, reason="missing", missing=1)]


def shown(wanted: Plan, findings: dict, room: int = 120) -> str:
    return show_plan(wanted, changes=CHANGES, findings=findings, approvals=APPROVALS,
                     next_command="inv approve.sign --plan 3f9c-21ab --as it", room=room)


def test_a_rehearsed_plan(golden: Callable, each_language: str) -> None:
    golden(f"plan_rehearsed.{each_language}.txt", shown(plan(), {"drain": [informs("x", "not shown")]}))


def test_a_plan_that_is_blocked_and_not_rehearsed(golden: Callable, each_language: str) -> None:
    new = replace(plan(), steps=(*plan().steps, step("report", "report.publish", estimate=None, back=None)))
    findings = {"last-copy": [warns("space.low", "磁盘空间只剩 12%", "清理 /var/tmp")],
                "upgrade-7.0": [blocks("space.short", "212 GB needed, 100 GB free", "add a disk to bt-db1")]}
    golden(f"plan_blocked.{each_language}.txt", shown(new, findings))


@pytest.mark.parametrize("room", [100, 120, 160])
def test_no_line_of_the_table_is_wider_than_the_terminal(room: int, each_language: str) -> None:
    lines = shown(plan(), {}, room).splitlines()
    assert max(width(line) for line in lines) <= room


def test_the_turn_back_line_names_the_first_step_after_which_it_is_too_late() -> None:
    tight = replace(plan(), budget={"downtime": "3h50m", "reserve": "10m"})
    assert "once upgrade-7.0 has run, going back no longer fits 3h50m" in shown(tight, {})
    assert "going back fits 4h00m after every step" in shown(replace(tight, budget={"downtime": "4h"}), {})
    assert "no window is given" in shown(replace(tight, budget={"reserve": "0s"}), {})


@pytest.mark.parametrize(("business", "told"), [
    (Standing("business", False, "wang.fang", "rejected", voices=(replace(WANG, decision="reject"),)),
     "approvals 0 of 2: business rejected (wang.fang) · it missing"),
    (Standing("business", False, "wang.fang", "missing", 2, 1, (WANG,)),
     "approvals 0 of 2: business 1 of 2 agree · it missing"),
])
def test_a_group_that_has_not_agreed_says_why(business: Standing, told: str) -> None:
    shown = show_plan(plan(), changes={}, findings={}, approvals=[business, APPROVALS[1]], next_command="x", room=120)
    assert told in shown


def test_what_is_waived_stands_beside_its_reason() -> None:
    waiving = replace(plan(), gate={"waive": {"drill": "nothing changes"}})
    assert "waived: drill of the way back: nothing changes" in shown(waiving, {})
