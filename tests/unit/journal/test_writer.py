"""The one writer of a process: threads share transactions, errors stay with whom they belong to."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, event, text

from migrator.journal.journal import Journal
from migrator.journal.store import open_store, sqlite_url
from migrator.journal.writer import Writer
from migrator.model.states import AttemptState
from tests.unit.journal.paper import PLAN, started


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    engine = open_store(sqlite_url(tmp_path / "m.db"))
    with engine.execution_options(writes=True).begin() as connection:
        connection.execute(text("create table line (said text unique)"))
    return engine


@pytest.fixture
def commits(engine: Engine) -> list[int]:
    """Grows by one with every commit."""
    counted: list[int] = []
    event.listen(engine, "commit", lambda _connection: counted.append(1))
    return counted


def said(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return sorted(connection.execute(text("select said from line")).scalars())


def say(connection: Connection, what: str) -> str:
    connection.execute(text("insert into line values (:what)"), {"what": what})
    return what


class Meeting:
    """A writer whose first write waits inside its transaction until the others have come."""

    def __init__(self, writer: Writer, others: int) -> None:
        self.writer = writer
        self.others = others
        self.inside = threading.Event()

    def hold(self, connection: Connection) -> str:
        self.inside.set()
        while len(self.writer._waiting) < self.others:
            assert not threading.Event().wait(0.001)
        return say(connection, "first")

    def together(self, *acts: Callable[[Connection], str]) -> list[object]:
        """What each act gave or raised, when all came while the first one was written."""
        with ThreadPoolExecutor(len(acts) + 1) as pool:
            first = pool.submit(self.writer.write, self.hold)
            self.inside.wait()
            rest = [pool.submit(self.writer.write, act) for act in acts]
            first.result()
            return [each.exception() or each.result() for each in rest]


def test_who_comes_while_another_writes_shares_the_next_transaction(engine: Engine, commits: list[int]) -> None:
    meeting = Meeting(Writer(engine), others=10)
    gave = meeting.together(*[partial(say, what=f"line {n}") for n in range(10)])
    assert gave == [f"line {n}" for n in range(10)]
    assert said(engine) == sorted(["first", *[f"line {n}" for n in range(10)]])
    assert len(commits) == 2


def test_the_error_of_one_fails_none_of_the_others(engine: Engine) -> None:
    def torn(connection: Connection) -> str:
        say(connection, "half")
        raise KeyError("mine alone")

    meeting = Meeting(Writer(engine), others=3)
    one, bad, other = meeting.together(partial(say, what="one"), torn, partial(say, what="other"))
    assert (one, other) == ("one", "other")
    assert isinstance(bad, KeyError)
    assert said(engine) == ["first", "one", "other"]


def test_what_is_returned_is_committed(engine: Engine) -> None:
    writer = Writer(engine)
    for n in range(3):
        writer.write(partial(say, what=str(n)))
        assert len(said(engine)) == n + 1


def test_a_leader_that_is_torn_out_leaves_the_others_to_the_next(engine: Engine) -> None:
    writer = Writer(engine)
    with ThreadPoolExecutor(1) as pool:
        other: list[Future[str]] = []

        def torn_out(_connection: Connection) -> None:
            other.append(pool.submit(writer.write, partial(say, what="other")))
            while not writer._waiting:
                assert not threading.Event().wait(0.001)
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            writer.write(torn_out)
        assert other[0].result(timeout=30) == "other"
    assert said(engine) == ["other"]


def test_thirty_hosts_at_once_leave_a_sound_trail(journal: Journal) -> None:
    run = journal.runs.new(PLAN, started_by="li", folder="/")

    def attempt(host: int) -> None:
        journal.attempts.end(started(journal, run, target=f"h{host}"), AttemptState.OK, executor="x", seconds=1.0)

    with ThreadPoolExecutor(30) as pool:
        list(pool.map(attempt, range(30)))
    assert len(journal.attempts.of_run(run)) == 30
    assert (journal.audit_trail(run).count, journal.audit_trail().sound) == (61, True)
