"""A short run of the chaos on both sides of a sync, on a server."""

from __future__ import annotations

from rig_host import TestHost

from fixtures.proofs.sync.course import Terms
from fixtures.proofs.sync.places import served
from fixtures.proofs.sync.proof import COUNTED, chaos
from fixtures.proofs.verdict import Verdict

TERMS = Terms(seconds=5, kills=2, rate=100, sown=10)


def test_nothing_is_lost_on_postgresql(open_postgres_host: TestHost) -> None:
    verdict = Verdict(dict.fromkeys(COUNTED, 0))
    with served("postgresql", "same", lambda make: open_postgres_host, ours=False) as places:
        chaos(verdict, places, TERMS)
    assert verdict.losses == []
    assert verdict.counts["kills"] == TERMS.kills
    assert int(verdict.counts["writes"]) > TERMS.rate
