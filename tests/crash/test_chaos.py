"""A short run of the chaos on both sides of a sync, and of the deaths at every statement, on SQLite."""

from __future__ import annotations

from pathlib import Path

import pytest

from fixtures.proofs.sync.course import Terms
from fixtures.proofs.sync.places import files
from fixtures.proofs.sync.proof import COUNTED, chaos
from fixtures.proofs.sync.sweep import Sweep
from fixtures.proofs.verdict import Verdict

pytestmark = [pytest.mark.long, pytest.mark.filterwarnings("ignore:Dialect sqlite")]
TERMS = Terms(seconds=5, kills=2, rate=100, sown=10)
EVERY = 97
"""Of the statements of a batch; the long version takes all."""


def test_nothing_is_lost_while_both_sides_are_written_to_and_the_applier_is_killed(tmp_path: Path) -> None:
    verdict = Verdict(dict.fromkeys(COUNTED, 0))
    chaos(verdict, files(tmp_path), TERMS)
    assert verdict.losses == []
    assert verdict.counts["kills"] == TERMS.kills
    assert int(verdict.counts["writes"]) > TERMS.rate
    assert verdict.counts["conflicts"]


def test_nothing_is_lost_wherever_in_a_batch_the_applier_dies(tmp_path: Path) -> None:
    verdict = Verdict({"kills": 0, "writes": 0})
    Sweep(verdict, files(tmp_path), every=EVERY).run()
    assert verdict.losses == []
    assert int(verdict.counts["kills"]) > 2
