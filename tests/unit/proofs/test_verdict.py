"""A proof says what it does, ends with one JSON line, and exits 0 only when nothing was lost."""

from __future__ import annotations

import json

import pytest

from fixtures.proofs.verdict import Verdict, prove


def last_line(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    answer: dict[str, object] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return answer


def test_nothing_lost_is_zero_and_all_counts_are_told_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    def act(verdict: Verdict) -> None:
        verdict.say("kill 1 of 1")
        verdict.add("kills")
    assert prove(act, kills=0, doubled=0) == 0
    told = last_line(capsys)
    assert list(told) == ["kills", "doubled", "lost", "seconds"]
    assert (told["kills"], told["doubled"], told["lost"]) == (1, 0, 0)


def test_one_loss_is_one_and_the_proof_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    def act(verdict: Verdict) -> None:
        verdict.lost("a row")
        verdict.add("kills")
    assert prove(act, kills=0) == 1
    assert last_line(capsys)["kills"] == 1


@pytest.mark.parametrize("end", [RuntimeError("no disk"), KeyboardInterrupt(), AssertionError()])
def test_a_proof_that_breaks_off_has_proven_nothing(end: BaseException, capsys: pytest.CaptureFixture[str]) -> None:
    def act(verdict: Verdict) -> None:
        raise end
    assert prove(act, kills=0) == 1
    assert last_line(capsys)["lost"] == 1
