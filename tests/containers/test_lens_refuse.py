"""A value that does not exist ends a statement of PostgreSQL when a row comes to it, and not before."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from rig_databases import Database
from rig_host import TestHost
from sqlalchemy import BigInteger, column, func, select, table
from sqlalchemy.exc import DBAPIError

from migrator.lens.places.endpoint import open_endpoint
from migrator.lens.scope import Scope
from migrator.lens.sql.refuse import unless
from migrator.lens.types import Family, Type

ROWS = 20_000
MADE = f"create table many as select generate_series(1, {ROWS})::bigint as n"
IN_PARALLEL = ("set parallel_setup_cost = 0", "set parallel_tuple_cost = 0", "set min_parallel_table_scan_size = 0",
               "set max_parallel_workers_per_gather = 2")
NUMBER = Type(Family.INTEGER, "bigint", bits=64)


def test_rows_that_are_read_in_parallel(open_postgres_host: TestHost,
                                        postgres_database: Callable[[TestHost], Database]) -> None:
    many = table("many", column("n", BigInteger()))
    scope = Scope(many, lambda _side, _name: many)
    with open_endpoint("old", postgres_database(open_postgres_host).direct_url).connect() as connection:
        for statement in (MADE, "analyze many", *IN_PARALLEL):
            connection.exec_driver_sql(statement)

        def highest(limit: int) -> str:
            found = select(func.max(unless(many.c.n > limit, many.c.n, NUMBER, scope)))
            return str(found.compile(connection, compile_kwargs={"literal_binds": True}))

        plan = "\n".join(connection.exec_driver_sql(f"explain {highest(ROWS)}").scalars())
        assert "Gather" in plan, "the statement is not run in parallel"
        assert connection.exec_driver_sql(highest(ROWS)).scalar() == ROWS
        with pytest.raises(DBAPIError, match="is no value"):
            connection.exec_driver_sql(highest(ROWS - 1))
