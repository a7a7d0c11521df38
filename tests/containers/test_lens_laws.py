"""Every case of every lens operation keeps the laws on PostgreSQL and MariaDB, whatever names its tables have."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from rig_databases import ADMIN_PASSWORD, ADMIN_USER
from rig_host import TestHost

from fixtures.proofs.lens.agreement import TABLE, one_of_each, shared_rows, texts
from fixtures.proofs.lens.case import Case, cases
from fixtures.proofs.lens.composition import strange
from fixtures.proofs.lens.ground import Ground, files, server
from fixtures.proofs.lens.laws import Tally
from fixtures.proofs.lens.trial import QUIET, attempt
from fixtures.proofs.lens.world import world
from migrator.errors import WrongUse
from migrator.lens.places.reflect import read_schema
from migrator.lens.side import Side

EXAMPLES = 3
"""The first is always the empty one."""


def on(make: str) -> list[Case]:
    return [case for case in cases() if make in case.makes]


@pytest.fixture(scope="module")
def postgresql(open_postgres_host: TestHost) -> Iterator[Ground]:
    with server(f"postgresql://{ADMIN_USER}:{ADMIN_PASSWORD}@127.0.0.1:{open_postgres_host.published[5432]}/postgres"
                ) as ground:
        yield ground


@pytest.fixture(scope="module")
def mariadb(open_mariadb_host: TestHost) -> Iterator[Ground]:
    # Each example commits some twenty times, and none of it has to survive a power failure.
    open_mariadb_host.must(["mariadb", "-e", "set global innodb_flush_log_at_trx_commit = 0"])
    with server(f"mariadb://{ADMIN_USER}:{ADMIN_PASSWORD}@127.0.0.1:{open_mariadb_host.published[3306]}/mysql"
                ) as ground:
        yield ground
    open_mariadb_host.must(["mariadb", "-e", "set global innodb_flush_log_at_trx_commit = 1"])


def test_equal_values_have_equal_texts_on_every_make(postgresql: Ground, mariadb: Ground) -> None:
    case = one_of_each()
    with ExitStack() as until:
        worlds = [until.enter_context(world(case, ground))
                  for ground in (postgresql, mariadb, until.enter_context(files()))]
        types = worlds[0].lens.schemas[Side.OLD].tables[TABLE]

        @settings(max_examples=20, derandomize=True, database=None, deadline=None, suppress_health_check=QUIET,
                  phases=[Phase.generate])
        @given(rows=shared_rows(case))
        def agree(rows: list[dict[str, Any]]) -> None:
            first, *others = (texts(one, rows, types) for one in worlds)
            assert others == [first, first]

        agree()


@pytest.mark.parametrize("case", on("postgresql"), ids=lambda case: case.name)
def test_the_laws_hold_on_postgresql(case: Case, postgresql: Ground) -> None:
    attempt(strange(case), postgresql, EXAMPLES, Tally())


def test_a_name_that_cannot_be_read_is_refused(mariadb: Ground) -> None:
    mariadb.clear()
    end = mariadb.ends[Side.OLD]
    with end.connect() as connection:
        connection.exec_driver_sql("create table thing (id integer primary key, `od``d` integer)")
    with pytest.raises(WrongUse, match="names with a backtick cannot be read"):
        read_schema(end)


@pytest.mark.parametrize("case", on("mariadb"), ids=lambda case: case.name)
def test_the_laws_hold_on_mariadb(case: Case, mariadb: Ground) -> None:
    attempt(strange(case), mariadb, EXAMPLES, Tally())
