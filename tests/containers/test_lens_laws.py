"""Every case of every lens operation keeps the laws on PostgreSQL and MariaDB, whatever names its tables have."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from rig_databases import ADMIN_PASSWORD, ADMIN_USER
from rig_host import TestHost

from fixtures.proofs.lens.case import Case, cases
from fixtures.proofs.lens.composition import strange
from fixtures.proofs.lens.ground import Ground, server
from fixtures.proofs.lens.laws import Tally
from fixtures.proofs.lens.trial import attempt

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


@pytest.mark.parametrize("case", on("postgresql"), ids=lambda case: case.name)
def test_the_laws_hold_on_postgresql(case: Case, postgresql: Ground) -> None:
    attempt(strange(case), postgresql, EXAMPLES, Tally())


@pytest.mark.parametrize("case", on("mariadb"), ids=lambda case: case.name)
def test_the_laws_hold_on_mariadb(case: Case, mariadb: Ground) -> None:
    attempt(strange(case), mariadb, EXAMPLES, Tally())
