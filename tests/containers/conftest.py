"""Fixtures of the test machines. How to use them: the first lines of rig.py."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import rig_engine  # before anything of testcontainers: it sets what that reads when imported
from rig import HostFactory, LoginKey, host_factory_in
from rig_databases import Database, mariadb_database_on, postgres_database_on
from rig_host import TestHost

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests of this folder are container tests: some ask for their machine by name, which no signature shows."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.docker)


@pytest.fixture(scope="session")
def docker_engine() -> Iterator[None]:
    """An engine answers, and what this session starts on it will not outlive the session."""
    rig_engine.require_engine()
    with rig_engine.watchdog():
        yield


@pytest.fixture(scope="session")
def login_key(docker_engine: None, tmp_path_factory: pytest.TempPathFactory) -> LoginKey:
    return LoginKey.generate(tmp_path_factory.mktemp("login"))


@pytest.fixture(scope="session")
def session_host_factory(login_key: LoginKey, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostFactory]:
    with host_factory_in(tmp_path_factory.mktemp("machines"), login_key) as factory:
        yield factory


@pytest.fixture(scope="module")
def module_host_factory(login_key: LoginKey, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostFactory]:
    with host_factory_in(tmp_path_factory.mktemp("machines"), login_key) as factory:
        yield factory


@pytest.fixture
def host_factory(login_key: LoginKey, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostFactory]:
    with host_factory_in(tmp_path_factory.mktemp("machines"), login_key) as factory:
        yield factory


@pytest.fixture(scope="session")
def ssh_host(session_host_factory: HostFactory) -> TestHost:
    return session_host_factory("host", name="ssh-host")


@pytest.fixture(scope="session")
def postgres_host(session_host_factory: HostFactory) -> TestHost:
    """PostgreSQL on the loopback of the machine: reached through a tunnel only."""
    return session_host_factory("postgres", name="postgres-host")


@pytest.fixture(scope="session")
def mariadb_host(session_host_factory: HostFactory) -> TestHost:
    """MariaDB on the loopback of the machine: reached through a tunnel only."""
    return session_host_factory("mariadb", name="mariadb-host")


@pytest.fixture(scope="session")
def open_postgres_host(session_host_factory: HostFactory) -> TestHost:
    """PostgreSQL with its port published: databases made on it have a `direct_url`."""
    return session_host_factory("postgres", name="open-postgres-host", publish=[5432])


@pytest.fixture(scope="session")
def open_mariadb_host(session_host_factory: HostFactory) -> TestHost:
    """MariaDB with its port published: databases made on it have a `direct_url`."""
    return session_host_factory("mariadb", name="open-mariadb-host", publish=[3306])


@pytest.fixture
def postgres_database() -> Iterator[Callable[[TestHost], Database]]:
    """Makes empty PostgreSQL databases on a machine; dropped when the test ends."""
    with ExitStack() as until:
        yield lambda host: until.enter_context(postgres_database_on(host))


@pytest.fixture
def mariadb_database() -> Iterator[Callable[[TestHost], Database]]:
    """Makes empty MariaDB databases on a machine; dropped when the test ends."""
    with ExitStack() as until:
        yield lambda host: until.enter_context(mariadb_database_on(host))
