"""What capture costs a writer: the same statements on a table that is watched and on one that is not, in the same run.

python tests/benchmarks/sync_capture.py [--rounds 5] [--seconds 2] [--rows 100000] [--only writers]

Starts a PostgreSQL and a MariaDB in containers; SQLite writes to a file. Both tables take turns, round by round, so
that what else the machine does falls on both. Measured are
- writers: four connections (SQLite: one), each statement a transaction of its own: one row updated by its key
- server: the same statements in a loop inside the server (SQLite: inside this process), so that no client is
  waited for
- inserts: the same with one row inserted
- bulk: all rows updated by one statement
Prints one JSON line: rows per second without and with capture (the median of the rounds), and their ratios.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count, cycle
from pathlib import Path
from statistics import median
from typing import Any

sys.path[:0] = [str(Path(__file__).parents[1] / "containers"), str(Path(__file__).parents[2])]

import rig_engine  # noqa: E402
from rig import LoginKey, host_factory_in  # noqa: E402
from rig_databases import mariadb_database_on, postgres_database_on  # noqa: E402

from migrator.lens.declared.compile import compile_lens  # noqa: E402
from migrator.lens.declared.mapping import Mapping  # noqa: E402
from migrator.lens.places.endpoint import Endpoint, open_endpoint  # noqa: E402
from migrator.lens.places.reflect import read_schema  # noqa: E402
from migrator.lens.side import Side  # noqa: E402
from migrator.sync.capture import install  # noqa: E402

PLAIN, WATCHED = "plain", "watched"
TABLE = ("create table {table} (id bigint primary key, title varchar(50), body varchar(100), amount decimal(12,2), "
         "counter bigint, owner bigint, changed varchar(30))")
FILL = "insert into {table} values ({id}, 'title {id}', 'some words about {id}', 1.5, 0, {id}, 'never')"
UPDATE = "update {table} set counter = counter + 1, title = 'changed', changed = 'now' where id = {id}"
WRITERS = 4
MEASURES = ("writers", "server", "inserts", "bulk")
LOOPS = {
    "postgresql": "do $$ begin for i in {low}..{high} loop {statement}; commit; end loop; end $$",
    "mariadb": "begin not atomic declare i int default {low}; while i <= {high} do {statement}; set i = i + 1; "
               "end while; end",
}
STEP = 2_000
"""Rows of a loop inside a server."""


@dataclass
class Bench:
    """One make: both tables, filled, and one of them watched."""

    end: Endpoint
    rows: int
    seconds: float
    fresh: Iterator[int] = field(default_factory=lambda: count(10_000_000, STEP))
    """Where the next inserts begin."""

    def build(self) -> None:
        """Both tables, and capture on one."""
        with self.connect() as run:
            for table in (PLAIN, WATCHED):
                run(TABLE.format(table=table))
                run("begin")
                for number in range(self.rows):
                    run(FILL.format(table=table, id=number))
                run("commit")
        schema = read_schema(self.end)
        said = 'from: "1"\nto: "2"\nonly-old: [plain]\nonly-new: [plain]\ntables:\n  - {old: watched, new: watched}\n'
        install(self.end, compile_lens(Mapping.parse(said.encode(), "m.yaml"), schema, schema), Side.OLD)

    @contextmanager
    def connect(self) -> Iterator[Callable[[str], Any]]:
        """Runs statements straight at the driver, each a transaction of its own."""
        with self.end.connect() as connection:
            raw: Any = connection.connection.driver_connection
            if self.end.make == "sqlite":
                raw.execute("pragma journal_mode = wal")
                yield raw.execute
                return
            if self.end.make == "postgresql":
                raw.autocommit = True
            else:
                raw.autocommit(True)
            with raw.cursor() as cursor:
                yield cursor.execute

    def writers(self, table: str) -> float:
        """Updates per second of several connections; of one where the make knows only one writer."""
        number = 1 if self.end.make == "sqlite" else WRITERS
        done, until = [0] * number, time.perf_counter() + self.seconds

        def write(who: int) -> None:
            with self.connect() as run:
                row = who
                while time.perf_counter() < until:
                    run(UPDATE.format(table=table, id=row))
                    row = (row + number) % self.rows
                    done[who] += 1

        threads = [threading.Thread(target=write, args=(who,)) for who in range(number)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sum(done) / self.seconds

    def server(self, table: str) -> float:
        """Updates per second of a loop next to the data."""
        return self._loop(UPDATE.format(table=table, id="{i}"), cycle(range(0, self.rows, STEP)))

    def inserts(self, table: str) -> float:
        """Inserts per second of a loop next to the data."""
        words = FILL.replace("'title {id}', 'some words about {id}'", "'title', 'some words'")
        return self._loop(words.format(table=table, id="{i}"), self.fresh)

    def _loop(self, statement: str, begins: Iterator[int]) -> float:
        done, began = 0, time.perf_counter()
        with self.connect() as run:
            while time.perf_counter() - began < self.seconds:
                low = next(begins)
                if self.end.make == "sqlite":
                    for number in range(low, low + STEP):
                        run(statement.format(i=number))
                else:
                    run(LOOPS[self.end.make].format(low=low, high=low + STEP - 1, statement=statement.format(i="i")))
                done += STEP
        return done / (time.perf_counter() - began)

    def bulk(self, table: str) -> float:
        """Rows per second of one statement."""
        began = time.perf_counter()
        with self.connect() as run:
            run(f"update {table} set counter = counter + 1 where id < {self.rows}")
        return self.rows / (time.perf_counter() - began)

    def figures(self, rounds: int, names: Sequence[str]) -> dict[str, Any]:
        """The median of each measure, and its ratio."""
        found = {}
        for measure in (getattr(self, name) for name in names):
            taken: dict[str, list[float]] = {PLAIN: [], WATCHED: []}
            for _round in range(rounds):
                for table in (PLAIN, WATCHED):
                    taken[table].append(measure(table))
            ratios = [watched / plain for plain, watched in zip(taken[PLAIN], taken[WATCHED], strict=True)]
            found[measure.__name__] = {**{table: round(median(rates)) for table, rates in taken.items()},
                                       "ratio": round(median(ratios), 2)}
        return found


def main() -> None:
    """Measure on three makes and print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--only", action="append", choices=MEASURES)
    flags = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, rig_engine.watchdog(), \
            host_factory_in(Path(folder), LoginKey.generate(Path(folder))) as start, \
            postgres_database_on(start("postgres", publish=[5432])) as postgres, \
            mariadb_database_on(start("mariadb", publish=[3306])) as mariadb:
        urls = {"postgresql": postgres.direct_url, "mariadb": mariadb.direct_url,
                "sqlite": f"sqlite:///{folder}/bench.db"}
        figures = {}
        for make, url in urls.items():
            bench = Bench(open_endpoint(make, url), flags.rows, flags.seconds)
            bench.build()
            figures[make] = bench.figures(flags.rounds, flags.only or MEASURES)
    print(json.dumps({"rows": flags.rows, "rounds": flags.rounds, "rows per second": figures}))


if __name__ == "__main__":
    main()
