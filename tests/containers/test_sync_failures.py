"""Ways to lose or invent data that two-way syncs are known for, on real servers."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from rig_databases import mariadb_database_on, postgres_database_on
from rig_host import TestHost
from sqlalchemy import create_engine, make_url
from sqlalchemy.pool import NullPool

from migrator.lens.side import Side
from migrator.sync.applier import open_applier
from migrator.sync.starting.start import start
from tests.syncing.failures import FAILURES, Story
from tests.syncing.place import Place, World


@pytest.fixture(scope="module")
def postgresql(open_postgres_host: TestHost) -> Iterator[World]:
    with postgres_database_on(open_postgres_host) as database:
        with create_engine(database.direct_url, poolclass=NullPool).begin() as connection:
            connection.exec_driver_sql("create schema later")
        yield _in_step(database.direct_url, f"{database.direct_url}?options=-csearch_path%3Dlater")


@pytest.fixture(scope="module")
def mariadb(open_mariadb_host: TestHost) -> Iterator[World]:
    with mariadb_database_on(open_mariadb_host) as old, mariadb_database_on(open_mariadb_host) as new:
        yield _in_step(*(make_url(old.direct_admin_url).set(database=one.name).render_as_string(hide_password=False)
                         for one in (old, new)))


def _in_step(old: str, new: str) -> World:
    made = Place({Side.OLD: old, Side.NEW: new}, False, lambda: None).made()
    assert made.meeting.shared
    start(made.lens, made.meeting)
    return made


@pytest.mark.parametrize("failure", FAILURES, ids=lambda one: one.__name__)
@pytest.mark.parametrize("make", ["postgresql", "mariadb"])
def test_nothing_is_lost(request: pytest.FixtureRequest, make: str, failure: Callable[[Story], None]) -> None:
    world: World = request.getfixturevalue(make)
    with open_applier(world.lens, world.meeting, holder="test") as applier:
        failure(Story(world, applier))


def test_an_application_is_given_the_number_of_its_own_row(postgresql: World) -> None:
    """Many ask PostgreSQL for the last number of the session, whatever gave it."""
    with postgresql.engines[Side.OLD].connect() as connection:
        connection.exec_driver_sql("create temporary sequence own start 77")
        connection.exec_driver_sql("insert into customer values ('n' || nextval('own'), 'numbered')")
        assert connection.exec_driver_sql("select lastval()").scalar() == 77
