"""Liveness on PostgreSQL: who dies is known at once, and who can no longer be seen to live stops acting."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from rig_databases import Database
from rig_host import TestHost
from sqlalchemy import make_url

from migrator.engine.processes.liveness_postgresql import FENCED, ServerLiveness
from migrator.errors import JournalError

LIVE = """
import sys, time
from sqlalchemy import make_url
from migrator.engine.processes.liveness_postgresql import ServerLiveness
print(ServerLiveness(make_url(sys.stdin.readline().strip())).claim(), flush=True)
time.sleep(600)
"""


@pytest.fixture
def database(open_postgres_host: TestHost, postgres_database: Callable[[TestHost], Database]) -> Database:
    return postgres_database(open_postgres_host)


@pytest.fixture
def asker(database: Database) -> ServerLiveness:
    """Somebody who claims nothing and only asks."""
    return ServerLiveness(make_url(database.direct_url))


@pytest.fixture
def process(database: Database) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A process that has claimed its life, and its executor id."""
    with subprocess.Popen([sys.executable, "-c", LIVE], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, env={**os.environ, "MIGRATOR_LANG": "en"},
                          cwd=Path(__file__).parents[2]) as living:
        assert living.stdin is not None and living.stdout is not None
        living.stdin.write(f"{database.direct_url}\n")
        living.stdin.flush()
        yield living, living.stdout.readline().strip()
        living.kill()


def gone(asker: ServerLiveness, executor: str) -> bool:
    """Whether it is seen as dead before long."""
    deadline = time.monotonic() + 30
    while asker.alive(executor) and time.monotonic() < deadline:
        time.sleep(0.02)
    return not asker.alive(executor)


def cut_off(database: Database) -> None:
    """End the connections on which processes show that they live."""
    with psycopg.connect(database.direct_url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("select pg_terminate_backend(pid) from pg_stat_activity "
                           "where application_name = 'migrator liveness' and datname = current_database()")


def test_a_process_lives_until_it_is_killed(asker: ServerLiveness, process: tuple[subprocess.Popen[str], str]) -> None:
    living, executor = process
    assert asker.alive(executor)
    living.send_signal(signal.SIGKILL)
    assert gone(asker, executor)


def test_a_role_is_served_until_the_last_process_in_it_is_gone(database: Database, asker: ServerLiveness) -> None:
    assert not asker.served("worker")
    one, two = (ServerLiveness(make_url(database.direct_url), lambda: None) for _process in range(2))
    for process in (one, two):
        process.serve("worker")
    assert (asker.served("worker"), asker.served("another")) == (True, False)
    one._connection.close()
    assert asker.served("worker")
    two._connection.close()
    deadline = time.monotonic() + 30
    while asker.served("worker"):
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_asking_at_once_makes_nobody_look_alive(database: Database) -> None:
    askers = [ServerLiveness(make_url(database.direct_url)) for _asker in range(4)]
    ready = threading.Barrier(4)
    answers: list[bool] = []

    def ask(asker: ServerLiveness) -> None:
        ready.wait()
        answers.extend(asker.alive("nobody:1:ab") for _time in range(50))

    threads = [threading.Thread(target=ask, args=(asker,)) for asker in askers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [False] * 200


def test_a_process_that_lost_its_connection_leaves(database: Database,
                                                   process: tuple[subprocess.Popen[str], str]) -> None:
    living, _executor = process
    cut_off(database)
    assert living.wait(timeout=30) == FENCED
    assert living.stderr is not None and "taken up elsewhere" in living.stderr.read()


def test_what_becomes_of_it_then_is_for_others_to_say(database: Database) -> None:
    lost = threading.Event()
    mine = ServerLiveness(make_url(database.direct_url), lost=lost.set)
    assert not mine.alive(mine.executor)
    mine.claim()
    assert mine.alive(mine.executor)
    cut_off(database)
    assert lost.wait(30)


def test_a_server_that_is_away_is_told(database: Database) -> None:
    away = make_url(database.direct_url).set(port=1)
    with pytest.raises(JournalError, match="cannot be used") as told:
        ServerLiveness(away).alive("somebody:1:ab")
    assert database.password not in str(told.value)
