"""A short run of the backups under load, killed on the way, on SQLite."""

from __future__ import annotations

from pathlib import Path

from fixtures.proofs.backup.places import files
from fixtures.proofs.backup.proof import COUNTED, under_load
from fixtures.proofs.verdict import Verdict

ROUNDS = 2


def test_no_row_lacks_its_file_in_any_backup_and_the_dying_leave_nothing(tmp_path: Path) -> None:
    verdict = Verdict(dict.fromkeys(COUNTED, 0))
    under_load(verdict, files(tmp_path), rounds=ROUNDS, rate=60, seed=1)
    assert verdict.losses == []
    assert verdict.counts["rounds"] == ROUNDS
    assert int(verdict.counts["writes"]) > 50
    assert int(verdict.counts["kills"]) > 0
