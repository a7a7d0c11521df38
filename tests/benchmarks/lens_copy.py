"""Copies by a lens against the same work by hand, and against pgloader, on the same rows in the same run.

python tests/benchmarks/lens_copy.py [--rows 1000000] [--rounds 1]

Starts a PostgreSQL and a MariaDB in containers, fills the old side, and copies in turn. By hand means: INSERT..SELECT
in chunks of as many rows as ours had on average; across databases a raw COPY pipe of the same query. pgloader copies
the old tables as they are, without any of the conversions. A verification compares every cell of what was copied.
Prints one JSON line: rows per second (the best of the rounds), ratios, and the peak memory of this process in MB.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

sys.path[:0] = [str(Path(__file__).parents[1] / "containers"), str(Path(__file__).parents[2])]

import docker  # noqa: E402
import rig_engine  # noqa: E402
from lens_copy_tables import BY_HAND, build_new, build_old, lens_between  # noqa: E402
from rig import LoginKey, host_factory_in  # noqa: E402
from rig_databases import mariadb_database_on, postgres_database_on  # noqa: E402
from rig_images import ensure_image  # noqa: E402

from migrator.lens.census.take import take  # noqa: E402
from migrator.lens.copy.copy import forward  # noqa: E402
from migrator.lens.places.endpoint import Endpoint, open_endpoint  # noqa: E402
from migrator.lens.places.meeting import Meeting  # noqa: E402
from migrator.lens.verify import compare  # noqa: E402

Figures = dict[str, float]
T = TypeVar("T")


def main() -> None:
    """Fill both servers, let everybody copy, and print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=1)
    flags = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, rig_engine.watchdog(), \
            host_factory_in(Path(folder), LoginKey.generate(Path(folder))) as start:
        postgres, mariadb = start("postgres", publish=[5432]), start("mariadb", publish=[3306])
        with postgres_database_on(postgres) as first, postgres_database_on(postgres) as second, \
                mariadb_database_on(mariadb) as third, mariadb_database_on(mariadb) as fourth:
            own, other = open_endpoint("pg", first.direct_url), open_endpoint("pg2", second.direct_url)
            schema(own, "later")
            later = open_endpoint("later", f"{first.direct_url}?options=-csearch_path%3Dlater")
            admin = third.direct_admin_url.rpartition("/")[0]
            maria = [open_endpoint("maria", f"{admin}/{database.name}") for database in (third, fourth)]
            for old in (own, maria[0]):
                build_old(old, flags.rows)
            figures: Figures = {}
            for _round in range(flags.rounds):
                best(figures, ours("postgresql, one database", Meeting(own, later), flags.rows))
                best(figures, by_hand("postgresql, one database", Meeting(own, later), flags.rows, figures))
                best(figures, ours("postgresql > postgresql", Meeting(own, other), flags.rows))
                best(figures, piped("postgresql > postgresql", Meeting(own, other), flags.rows))
                best(figures, ours("mariadb, one server", Meeting(*maria), flags.rows))
                best(figures, by_hand("mariadb, one server", Meeting(*maria), flags.rows, figures))
                best(figures, ours("mariadb > postgresql", Meeting(maria[0], other), flags.rows))
                best(figures, pgloader("mariadb > postgresql", Meeting(maria[0], other), flags.rows))
                best(figures, ours("postgresql > mariadb", Meeting(own, maria[1]), flags.rows))
    print(json.dumps({"rows": flags.rows, "rows per second": {name: round(f) for name, f in figures.items()},
                      "ratios": ratios(figures), "peak memory MB": peak()}))


def schema(end: Endpoint, name: str) -> None:
    with end.connect() as connection, connection.begin():
        connection.exec_driver_sql(f"create schema {name}")


def ours(way: str, meeting: Meeting, rows: int) -> Figures:
    """Copy by the lens, then verify."""
    build_new(meeting.new)
    lens = lens_between(meeting)
    census, counting = timed(lambda: take(lens, meeting))
    copied, copying = timed(lambda: forward(lens, meeting, census=census))
    report, verifying = timed(lambda: compare(lens, meeting))
    assert report.as_json()["equal"] and copied.rows == rows + 1000
    chunks = next(pair.chunks for pair in copied.pairs if "work_item" in pair.name)
    return {f"{way}: copy": rows / copying, f"{way}: verify": rows / verifying, f"{way}: census": rows / counting,
            f"{way}: rows of a chunk": rows / chunks}


def by_hand(way: str, meeting: Meeting, rows: int, figures: Figures) -> Figures:
    """INSERT..SELECT, chunk by chunk, each committed."""
    build_new(meeting.new)
    step = round(figures[f"{way}: rows of a chunk"])
    old, new = meeting.old.namespace, meeting.new.namespace

    def act() -> None:
        with meeting.new.connect() as connection:
            connection.exec_driver_sql(f"insert into {new}.department select * from {old}.department")
            connection.commit()
            for low in range(0, rows, step):
                query = BY_HAND[meeting.new.make].format(old=old, departments=new, low=low, high=low + step)
                connection.exec_driver_sql(f"insert into {new}.work_item {query}")
                connection.commit()

    return {f"{way}: by hand": rows / timed(act)[1]}


def piped(way: str, meeting: Meeting, rows: int) -> Figures:
    """COPY out of one database into the other, all in one."""
    build_new(meeting.new)
    query = BY_HAND["postgresql"].format(old="public", departments="public", low=0, high=rows)

    def act() -> None:
        with meeting.old.connect() as here, meeting.new.connect() as there:
            reading, writing = (one.connection.driver_connection.cursor() for one in (here, there))
            with reading.copy(f"copy ({query}) to stdout") as out, writing.copy("copy work_item from stdin") as into:
                for block in out:
                    into.write(block)
            there.connection.driver_connection.commit()

    return {f"{way}: by hand": rows / timed(act)[1]}


def pgloader(way: str, meeting: Meeting, rows: int) -> Figures:
    """The old tables as they are, by pgloader's own report of its time."""
    old, new = (end.url.set(drivername=scheme).render_as_string(False)
                for end, scheme in ((meeting.old, "mysql"), (meeting.new, "postgresql")))
    with meeting.new.connect() as connection, connection.begin():
        connection.exec_driver_sql(f"create schema if not exists {meeting.old.namespace}")
    _out, seconds = timed(lambda: docker.from_env().containers.run(
        ensure_image("pgloader"), ["pgloader", "--quiet", old, new], network_mode="host", remove=True))
    with meeting.new.connect() as connection, connection.begin():
        arrived = connection.exec_driver_sql(f"select count(*) from {meeting.old.namespace}.task").scalar()
        connection.exec_driver_sql(f"drop schema {meeting.old.namespace} cascade")
    assert arrived == rows
    return {f"{way}: pgloader": rows / seconds}


def timed(act: Callable[[], T]) -> tuple[T, float]:
    """What an act gives, and its seconds."""
    begun = time.perf_counter()
    return act(), time.perf_counter() - begun


def best(figures: Figures, found: Figures) -> None:
    """Keep the faster of two rounds."""
    figures.update({name: max(figure, figures.get(name, 0)) for name, figure in found.items()})


def ratios(figures: Figures) -> Figures:
    """Ours by each peer's, and verifying by copying."""
    found = {}
    for name, figure in figures.items():
        way, _colon, what = name.partition(": ")
        if what in ("by hand", "pgloader"):
            found[f"{way}: copy / {what}"] = round(figures[f"{way}: copy"] / figure, 2)
        if what == "verify":
            found[f"{way}: verify / copy"] = round(figure / figures[f"{way}: copy"], 2)
    return found


def peak() -> float:
    """The most memory that this process held, in MB."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found
    return round(int(found[1]) / 1024, 1)


if __name__ == "__main__":
    main()
