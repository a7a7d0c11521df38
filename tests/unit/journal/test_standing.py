"""Whose decision counts: enough people, each by the newest word, signed where that is asked, and none of it changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from migrator import clock
from migrator.journal.journal import Journal
from migrator.journal.store import sqlite_url
from migrator.model import labels
from migrator.model.decision import Decision
from migrator.model.standing import Standing
from migrator.signature import Signers
from tests.keys import Keys
from tests.unit.journal.paper import PLAN as ONE

PLAN = replace(ONE, people={"approvers": {"it": {"people": ["zhao", "wang", "li"], "at_least": 2}}})
DAY = 86400.0


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return Keys.made(tmp_path_factory.mktemp("keys"), "zhao", "wang")


@pytest.fixture
def signing(tmp_path: Path, keys: Keys) -> Journal:
    """A journal in which only signed approvals count."""
    return Journal(sqlite_url(tmp_path / "signing.db"), lambda _executor: False, lambda: Signers(keys.signers))


def give(journal: Journal, who: str, *, approve: bool = True, valid: float = DAY, group: str = "it") -> None:
    journal.approvals.give(PLAN, group=group, who=who, approve=approve, reason="", valid_seconds=valid)


def stands(journal: Journal, not_by: str | None = None) -> Standing:
    return journal.approvals.standing(PLAN, "it", not_by=not_by)


def told(standing: Standing) -> tuple[bool, int, str]:
    return standing.granted, standing.missing, labels.standing(standing)


def test_as_many_people_as_the_group_says_must_agree(journal: Journal) -> None:
    assert told(stands(journal)) == (False, 2, "0 of 2 agree")
    give(journal, "zhao")
    give(journal, "zhao")
    assert told(stands(journal)) == (False, 1, "1 of 2 agree")
    give(journal, "wang")
    assert stands(journal).granted and stands(journal).who == "zhao, wang"


def test_a_refusal_closes_until_that_person_agrees(journal: Journal) -> None:
    for who in ("zhao", "wang"):
        give(journal, who)
    give(journal, "li", approve=False)
    assert told(stands(journal)) == (False, 0, "rejected (li), 2 of 2 agree")
    give(journal, "wang")
    assert stands(journal).reason == "rejected"
    give(journal, "li")
    assert stands(journal).granted


@pytest.mark.parametrize(("not_by", "valid", "who", "why"), [
    ("wang", DAY, "wang", "given by the operator (wang), 1 of 2 agree"),
    (None, -1, "wang", "expired (wang), 1 of 2 agree"),
    (None, DAY, "mallory", "no approver of this playbook (mallory), 1 of 2 agree"),
])
def test_what_does_not_count_is_said_with_its_person(journal: Journal, not_by: str | None, valid: float, who: str,
                                                     why: str) -> None:
    give(journal, "zhao")
    give(journal, who, valid=valid)
    assert told(stands(journal, not_by)) == (False, 1, why)


def test_an_approval_is_good_for_as_long_as_the_playbook_says_whatever_the_row_says(
        journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    for who in ("zhao", "wang"):
        give(journal, who, valid=1000 * DAY)
    assert stands(journal).granted
    later = clock.now() + timedelta(days=7, seconds=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert told(stands(journal))[0] is False


def test_other_groups_and_other_plans_are_not_counted(journal: Journal) -> None:
    for who in ("zhao", "wang"):
        give(journal, who, group="business")
    assert stands(journal).missing == 2
    for who in ("zhao", "wang"):
        give(journal, who)
    assert journal.approvals.standing(replace(PLAN, bindings="c" * 64), "it").missing == 2
    with journal.engine.begin() as connection:
        connection.execute(text("update approval set digest = 'x'"))
    assert stands(journal).reason == "for another plan"


def sign(journal: Journal, keys: Keys, who: str, *, by: str = "", **other: str) -> Decision:
    """A decision of a person with a signature; `other` are fields that the row says and the text does not."""
    moment = clock.now()
    decision = Decision.on(PLAN, group="it", who=who, decision="approve", reason="", at=clock.stamp(moment),
                           expires=clock.stamp(moment + timedelta(days=7)))
    words = decision.text()
    journal.approvals.keep(replace(decision, **other), words + Signers(keys.signers).sign(words, keys.of(by or who)))
    return decision


def test_only_signed_approvals_count_where_signers_are_named(signing: Journal, keys: Keys) -> None:
    give(signing, "li")
    sign(signing, keys, "zhao")
    assert told(stands(signing)) == (False, 1, "not signed (li), 1 of 2 agree")
    sign(signing, keys, "wang")
    assert stands(signing).granted
    assert [voice.signed for voice in stands(signing).voices] == [False, True, True]


def test_somebody_elses_signature_counts_for_nobody(signing: Journal, keys: Keys) -> None:
    sign(signing, keys, "wang", by="zhao")
    assert stands(signing).reason == "the signature is that of zhao"


@pytest.mark.parametrize(("change", "why"), [
    ("who = 'wang'", "the journal and what was signed differ in: who"),
    ("expires = '2099-01-01T00:00:00.000+00:00'", "the journal and what was signed differ in: expires"),
    ("at = '2099-01-01T00:00:00.000+00:00'", "the journal and what was signed differ in: at"),
    ("reason = 'seen and tested'", "the journal and what was signed differ in: reason"),
    ("plan = plan, signature = replace(signature, 'who: zhao', 'who: wang'), who = 'wang'",
     "the text is not the one that was signed"),
    ("signature = null", "not signed"), ("signature = 'zhao agrees'", "this is not the text of a decision"),
])
def test_a_row_that_was_edited_in_the_database_is_void(signing: Journal, keys: Keys, change: str, why: str) -> None:
    sign(signing, keys, "zhao")
    with signing.engine.begin() as connection:
        connection.execute(text(f"update approval set {change}"))
    assert [voice.void for voice in stands(signing).voices] == [why]
    assert stands(signing).missing == 2


def test_a_refusal_cannot_be_turned_into_an_approval_nor_outdone_by_an_older_one(signing: Journal, keys: Keys) -> None:
    older = sign(signing, keys, "zhao")
    give(signing, "zhao", approve=False)
    columns = 'plan, digest, bindings, "group", who, decision, reason, at, expires, signature'
    copied = f"insert into approval ({columns}) select {columns} from approval where at = :at"
    with signing.engine.begin() as connection:
        connection.execute(text(copied), {"at": older.at})
    assert stands(signing).reason == "rejected"
    with signing.engine.begin() as connection:
        connection.execute(text("update approval set decision = 'approve' where decision = 'reject'"))
    assert stands(signing).reason == "not signed"


def test_a_kept_plan_that_was_edited_voids_what_was_signed_for_it(signing: Journal, keys: Keys) -> None:
    for who in ("zhao", "wang"):
        sign(signing, keys, who)
    lowered = replace(PLAN, people={"approvers": {"it": ["zhao", "wang"]}})
    standing = signing.approvals.standing(lowered, "it")
    assert (standing.granted, standing.reason) == (False, "the journal and what was signed differ in: content")


def test_a_key_that_is_taken_out_of_the_file_takes_its_approvals_along(
        signing: Journal, keys: Keys, request: pytest.FixtureRequest) -> None:
    sign(signing, keys, "zhao")
    assert stands(signing).missing == 1
    restore: Callable[[], None] = lambda: keys.allow(keys.line("zhao"), keys.line("wang"))  # noqa: E731
    request.addfinalizer(restore)
    keys.allow(keys.line("wang"))
    assert "the key that signed it is not in" in stands(signing).reason
