"""Any history of both versions, in two files: seen by one connection, and by two that know nothing of each other."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from migrator.lens.side import Side
from tests.syncing.machine import TwoVersions
from tests.syncing.place import Place

HISTORIES = settings(max_examples=6, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck))


@pytest.mark.parametrize("apart", [False, True], ids=["together", "apart"])
def test_both_versions_say_what_people_did(tmp_path: Path, apart: bool) -> None:
    urls = {side: f"sqlite:///{tmp_path}/{side}.db" for side in Side}

    def clean() -> None:
        for file in tmp_path.iterdir():
            file.unlink()

    class InFiles(TwoVersions):
        place = Place(urls, apart, clean)
        patient = False

    run_state_machine_as_test(InFiles, settings=HISTORIES)
