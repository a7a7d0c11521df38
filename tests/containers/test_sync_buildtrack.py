"""5.1 and 7.0 of the sample product are used at once on real servers, each on a database or schema of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from statistics import median

import pytest
from rig_databases import Database
from rig_host import TestHost
from sqlalchemy import make_url

from migrator.lens.places.endpoint import open_endpoint
from tests.buildtrack import story
from tests.buildtrack.both import Both, by_our_copy, by_the_vendor, seeded
from tests.buildtrack.in_step import served
from tests.buildtrack.installation import Installation

pytestmark = pytest.mark.long
Urls = tuple[str, str]
Filled = Callable[[Installation, str, Path, str], Both]
ROWS = 300


@pytest.fixture
def urls(request: pytest.FixtureRequest) -> Callable[[str], Urls]:
    """The databases of 5.1 and of 7.0, by what is said of them."""
    def new(short: str) -> Database:
        host: TestHost = request.getfixturevalue(f"open_{short}_host")
        made: Database = request.getfixturevalue(f"{short}_database")(host)
        return made

    def two_schemas() -> Urls:
        url = new("postgres").direct_url
        with open_endpoint("new", url).connect() as connection, connection.begin():
            connection.exec_driver_sql("create schema later")
        return url, f"{url}?options=-csearch_path%3Dlater"

    def one_login() -> Urls:
        """The administrator's, who sees both databases."""
        first, second = (make_url(one.direct_admin_url).set(database=one.name).render_as_string(False)
                         for one in (new("mariadb"), new("mariadb")))
        return first, second

    places = {"postgresql, one database": two_schemas, "mariadb, one login": one_login}
    return lambda said: places[said]()


@pytest.mark.parametrize(("said", "filled"), [
    ("postgresql, one database", by_the_vendor),
    ("mariadb, one login", by_our_copy),
], ids=["postgresql", "mariadb"])
def test_both_versions_are_used_at_once(said: str, filled: Filled, urls: Callable[[str], Urls], tmp_path: Path,
                                        record_property: Callable[[str, object], None]) -> None:
    old, new = urls(said)
    both = filled(seeded(tmp_path / "5.1", old, ROWS), old, tmp_path / "7.0", new)
    with served(both) as town:
        story.people_work_in_both(town, at_once=True)
        story.users_move_over_and_back_and_over_again(town, at_once=True)
    record_property("seconds until a record is seen in the other version: median", round(median(town.lags), 2))
    record_property("the longest", round(max(town.lags), 2))
