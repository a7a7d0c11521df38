"""A small world of step kinds and a playbook that uses them, for the tests of reading playbooks."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel, Field

from migrator.model.proof import Proof
from migrator.model.states import Touches
from migrator.playbook.inventory import Strict


class TakeArgs(Strict):
    what: list[str] = Field(default_factory=lambda: ["database"])
    keep: int = 3


class UpgradeArgs(Strict):
    command: list[str]
    wait: bool = False


class SuiteArgs(Strict):
    file: str


class NoArgs(Strict):
    pass


@dataclass(frozen=True)
class FakeKind:
    Args: type[BaseModel]
    touches: Touches = Touches.NOTHING
    skippable: bool = False
    per_host: bool = False
    files: tuple[str, ...] = ()
    suites: tuple[str, ...] = ()
    proves: Proof | None = None


KINDS = {
    "host.facts": FakeKind(NoArgs, per_host=True),
    "backup.take": FakeKind(TakeArgs, Touches.ADDS),
    "app.upgrade": FakeKind(UpgradeArgs, Touches.CHANGES, per_host=True),
    "check.suite": FakeKind(SuiteArgs, files=("file",)),
    "approval": FakeKind(NoArgs),
}

PLAYBOOK = """\
format: 1
product: buildtrack
title: BuildTrack 5.1 to 7.0
path: {from: 5.1, via: [6.1], to: 7.0}
environments: {live: bt-prod, trial: bt-trial}
window: {start: 2026-03-14T20:00+08:00, length: 6h}
budget: {downtime: 4h, rollback: 60m, reserve: 30m}
people:
  operators: [li.wei]
  approvers: {business: [wang.fang], it: [zhao.min]}
rules: {rehearsal_valid_for: 14d}
stages:
  prepare:
    environment: live
    steps:
      - {id: facts, host.facts: {}, at: all}
      - {id: backup, backup.take: {what: [database, files]}, timeout: 2h}
      - {id: sound, check.suite: {file: checks/before.yaml}, needs: backup}
  trial:
    environment: trial
    steps:
      - for_each: hop
        steps:
          - id: upgrade-${hop.to}
            app.upgrade: {command: [upgrade, --to, "${hop.to}", --home, "${env.trees.home.path}"]}
            at: app
          - {id: "check-${hop.to}", check.suite: {file: "checks/${hop.to}.yaml"}, needs: ["upgrade-${hop.to}"]}
      - {id: accept, approval: {}}
  go-live:
    environment: live
    gate: {approvals: [business, it], needs: [trial.accept, prepare.backup]}
    on_failure: rollback
    steps:
      - {id: last, backup.take: {}}
      - {for_each: hop, use: trial.hop}
"""
