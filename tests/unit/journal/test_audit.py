"""The audit trail: no row is changed, removed, swapped or cut off unseen, in a run's chain or in the house's."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from migrator.journal import audit
from migrator.journal.audit_check import Break
from migrator.journal.journal import Journal
from migrator.model.states import AttemptState, RunState
from tests.unit.journal.paper import PLAN, passed, started


def damage(journal: Journal, *statements: str, **values: str) -> Break | None:
    """Do this to the trail past the journal; where the damage is found."""
    assert journal.audit_trail().sound
    with journal.engine.execution_options(writes=True).begin() as connection:
        for statement in statements:
            connection.execute(text(statement), values)
    return journal.audit_trail().broken


def swap(column: str, one: object, other: object, spare: object, where: str) -> list[str]:
    """Statements that swap two rows."""
    return [f"update audit set {column} = {after!r} where {column} = {before!r} and {where}"
            for before, after in ((one, spare), (other, one), (spare, other))]


@pytest.mark.parametrize(("statements", "seq"), [
    (["update audit set payload = '{}' where seq = 2 and chain = :run"], 2),
    (["update audit set actor = 'nobody' where seq = 5 and chain = :run"], 5),
    (["delete from audit where seq = 2 and chain = :run"], 2),
    (swap("seq", 2, 3, 99, "chain = :run"), 2),
    (["delete from audit where seq = 5 and chain = :run"], 5),
    (["delete from audit where seq > 3 and chain = :run"], 4),
    (["delete from audit where chain = :run"], 1),
], ids=["changed", "signed by another", "missing", "swapped", "cut", "cut by two", "all gone"])
def test_damage_to_the_chain_of_a_run_is_found(journal: Journal, statements: list[str], seq: int) -> None:
    passed(journal)
    run = passed(journal)
    assert damage(journal, *statements, run=run) == Break(run, seq)
    assert journal.audit_trail(run).broken == Break(run, seq)


@pytest.mark.parametrize(("statements", "seq"), [
    (["update audit set payload = '{}' where seq = 1 and chain = ''"], 1),
    (["update audit set payload = 'no json' where seq = 2 and chain = ''"], 2),
    (["delete from audit where seq = 1 and chain = ''"], 1),
    (swap("seq", 1, 2, 99, "chain = ''"), 1),
])
def test_damage_to_the_chain_of_the_house_is_found(journal: Journal, statements: list[str], seq: int) -> None:
    passed(journal)
    assert damage(journal, *statements) == Break("", seq)


def test_chains_of_two_runs_that_were_swapped_are_found(journal: Journal) -> None:
    one, other = sorted((passed(journal), passed(journal)))
    assert damage(journal, *swap("chain", one, other, "spare", "chain <> ''")) == Break(one, 1)


@pytest.mark.parametrize(("cut", "seq"), [("seq = 2", 5), ("seq >= 1", 1)], ids=["run.ended", "run.created too"])
def test_what_was_cut_off_the_chain_of_the_house_shows_in_the_chain_of_the_run(journal: Journal, cut: str,
                                                                              seq: int) -> None:
    run = passed(journal)
    assert damage(journal, f"delete from audit where chain = '' and {cut}") == Break(run, seq)


def test_a_run_that_ends_twice_is_anchored_twice(journal: Journal) -> None:
    run = passed(journal)
    journal.runs.move(run, RunState.GOING_BACK, actor="x")
    journal.runs.move(run, RunState.BROUGHT_BACK, actor="x")
    assert journal.audit_trail(run).count == 7
    assert damage(journal, "delete from audit where chain = :run and seq = 7", run=run) == Break(run, 7)


def test_looking_at_one_run_does_not_walk_through_the_others(journal: Journal) -> None:
    mine, other = passed(journal), passed(journal)
    assert damage(journal, "delete from audit where chain = :run", run=other) == Break(other, 1)
    assert journal.audit_trail(mine).sound
    assert journal.record(mine)["audit"] == {"count": 5, "head": journal.audit_trail(mine).head, "sound": True}


def test_a_run_that_goes_on_is_sound_at_any_moment(journal: Journal) -> None:
    run = journal.runs.new(PLAN, started_by="li", folder="/")
    assert journal.audit_trail(run).count == 1
    key = started(journal, run)
    assert journal.audit_trail().sound
    journal.attempts.end(key, AttemptState.FAILED, executor="x", seconds=1.0)
    assert journal.audit_trail().sound


@pytest.mark.parametrize("remembered", [(99, "f" * 64), (1, "f" * 64), (0, "")])
def test_what_a_process_remembers_of_a_chain_need_not_be_so(journal: Journal, remembered: tuple[int, str]) -> None:
    run = journal.runs.new(PLAN, started_by="li", folder="/")
    for _order in range(3):
        audit._left[run] = remembered
        journal.runs.order(run, {"act": "retry"}, actor="li")
    assert journal.audit_trail(run).count == 4
    assert journal.audit_trail().sound
