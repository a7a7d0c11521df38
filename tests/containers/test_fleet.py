"""A fleet on PostgreSQL: workers take its sites, one is killed on the way, and every site is done once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rig_databases import ADMIN_PASSWORD, ADMIN_USER
from rig_host import TestHost

from fixtures.proofs.fleet.campaign import prove_fleet
from fixtures.proofs.fleet.sites import STEPS, Sites


@pytest.fixture
def server(open_postgres_host: TestHost) -> str:
    """URL of a role that may create databases."""
    return f"postgresql://{ADMIN_USER}:{ADMIN_PASSWORD}@127.0.0.1:{open_postgres_host.published[5432]}/postgres"


def test_every_site_is_done_once_although_a_worker_is_killed(server: str, capsys: pytest.CaptureFixture[str]) -> None:
    code = prove_fleet(sites=40, workers=2, kills=1, seconds=0.05, url=server)
    told = capsys.readouterr().out
    counts = json.loads(told.splitlines()[-1])
    assert code == 0, told
    assert (counts["done"], counts["kills"], counts["doubled"], counts["lost"]) == (40, 1, 0, 0)
    assert counts["adopted"] >= 1, told


def test_a_line_that_stands_twice_or_never_and_a_meeting_are_seen(tmp_path: Path) -> None:
    sites = Sites(tmp_path, 3, 0.0)
    sites.make()
    folders = [tmp_path / "sites" / name for name in sites.names]
    for folder in folders:
        (folder / "log").write_text("\n".join(STEPS))
    assert list(sites.wrong()) == []
    (folders[0] / "log").write_text("\n".join([*STEPS, STEPS[0]]))
    (folders[1] / "log").unlink()
    (folders[2] / "met").write_text("1 met 2")
    assert [doubled for _what, doubled in sites.wrong()] == [1, 0, 0]
