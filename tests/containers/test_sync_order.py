"""Rows that depend on each other, on servers that check keys by row or by statement, in batches small and large."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from rig_databases import Database
from rig_host import TestHost
from sqlalchemy import make_url

from migrator.lens.places.endpoint import open_endpoint
from migrator.sync.batch import take
from tests.ordering.keys import KEYS, keys_are_swapped
from tests.ordering.office import Office, founded
from tests.ordering.stories import STORIES, deep_trees, parents_go_with_their_children

Make = Callable[[TestHost], Database]


@pytest.fixture
def urls(request: pytest.FixtureRequest, open_postgres_host: TestHost, open_mariadb_host: TestHost,
         postgres_database: Make, mariadb_database: Make) -> tuple[str, str]:
    """Two places of one server, by its make."""
    if request.param == "postgresql":
        url = postgres_database(open_postgres_host).direct_url
        with open_endpoint("new", url).connect() as connection, connection.begin():
            connection.exec_driver_sql("create schema later")
        return url, f"{url}?options=-csearch_path%3Dlater"
    old, new = (make_url(one.direct_admin_url).set(database=one.name).render_as_string(False)
                for one in (mariadb_database(open_mariadb_host), mariadb_database(open_mariadb_host)))
    return old, new


@pytest.fixture
def office(urls: tuple[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    monkeypatch.setattr(take, "LEAST", 1)
    found = founded(*(open_endpoint(name, url) for name, url in zip(("old", "new"), urls, strict=True)))
    with found.stack:
        yield found


@pytest.mark.parametrize("urls", ["postgresql", "mariadb"], indirect=True)
def test_every_story(office: Office) -> None:
    for story in (*STORIES, *KEYS):
        story(office)
        office.clear()
    office.small(2)
    for story in (deep_trees, parents_go_with_their_children, keys_are_swapped):
        story(office)
        office.clear()
