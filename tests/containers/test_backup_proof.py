"""A short run of the backups under load, cut off and killed on the way, on servers."""

from __future__ import annotations

from pathlib import Path

import pytest
from rig import HostFactory

from fixtures.proofs.backup.places import served
from fixtures.proofs.backup.proof import COUNTED, under_load
from fixtures.proofs.verdict import Verdict


@pytest.mark.parametrize("dialect", ["postgresql", "mariadb"])
def test_no_row_lacks_its_file_in_a_backup(dialect: str, host_factory: HostFactory, tmp_path: Path) -> None:
    verdict = Verdict(dict.fromkeys(COUNTED, 0))
    with served(dialect, tmp_path, host_factory) as place:
        under_load(verdict, place, rounds=1, rate=60, seed=1)
    assert verdict.losses == []
    assert verdict.counts["rounds"] == 1
    assert int(verdict.counts["writes"]) > 50
