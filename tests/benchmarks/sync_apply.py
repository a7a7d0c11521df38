"""What keeping two versions in step costs and how quick it is, beside the same work by hand in the same run.

python tests/benchmarks/sync_apply.py [--rows 20000] [--seconds 15] [--makes sqlite postgresql mariadb]

For each make, both versions on one server: keys a second in batches of 1,000, against statements that somebody would
write who knows both tables (take the keys, upsert what they join to, delete them), and against one such statement for
all; the lag while a process of its own makes 500 writes a second; how long writers are refused when a drained system of
50 tables is switched; how long it takes to go back under those writes; and the most memory this process held, which
carries every queue. Prints one JSON line.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from multiprocessing.synchronize import Event
from pathlib import Path
from statistics import quantiles

sys.path[:0] = [str(Path(__file__).parents[1] / "containers"), str(Path(__file__).parents[2])]

import rig_engine  # noqa: E402
from rig import LoginKey, host_factory_in  # noqa: E402
from rig_databases import mariadb_database_on, postgres_database_on  # noqa: E402
from sqlalchemy import create_engine, make_url, text  # noqa: E402
from sqlalchemy.exc import DBAPIError  # noqa: E402
from sqlalchemy.pool import NullPool  # noqa: E402

from migrator.lens.declared.hops import compile_hops  # noqa: E402
from migrator.lens.declared.mapping import Mapping  # noqa: E402
from migrator.lens.lens import Lens  # noqa: E402
from migrator.lens.places.endpoint import open_endpoint  # noqa: E402
from migrator.lens.places.meeting import Meeting  # noqa: E402
from migrator.lens.places.reflect import read_schema  # noqa: E402
from migrator.lens.side import Side  # noqa: E402
from migrator.sync.applier import open_applier  # noqa: E402
from migrator.sync.moves.switch import back, switch  # noqa: E402
from migrator.sync.starting.start import start  # noqa: E402

Figures = dict[str, float]
Urls = tuple[str, str]
RATE = 500
TABLES = 50
BATCH = 1_000
MAPPING = b"""
from: "1"
to: "2"
tables:
  - old: customer
    new: client
    columns: [{rename: {old: title, new: label}}]
  - old: task
    new: job
    columns:
      - rename: {old: name, new: subject}
      - rename: {old: customer_id, new: client_id}
      - values: {old: state, new: status, map: {O: open, N: open, C: closed}}
"""
OLD = ("create table customer (id integer not null primary key, title varchar(40))",
       "create table task (id integer not null primary key, name varchar(80), state varchar(1) not null, "
       "hours decimal(10,2), body varchar(200), customer_id integer references customer (id))")
NEW = ("create table client (id integer not null primary key, label varchar(40))",
       "create table job (id integer not null primary key, subject varchar(80), status varchar(10) not null, "
       "hours decimal(10,2), body varchar(200), client_id integer references client (id))")
SOURCE = ("select t.id, t.name, case t.state when 'C' then 'closed' else 'open' end, t.hours, t.body, c.id "
          "from {keys} q join {old}task t on t.id = q.id left join {old}customer c on c.id = t.customer_id")
UPSERT = {
    "postgresql": "insert into {new}job (id, subject, status, hours, body, client_id) {source} on conflict (id) "
                  "do update set subject = excluded.subject, status = excluded.status, hours = excluded.hours, "
                  "body = excluded.body, client_id = excluded.client_id",
    "mariadb": "insert into {new}job (id, subject, status, hours, body, client_id) {source} on duplicate key update "
               "subject = values(subject), status = values(status), hours = values(hours), body = values(body), "
               "client_id = values(client_id)",
    "sqlite": "insert into {new}job (id, subject, status, hours, body, client_id) {source} where true on conflict (id) "
              "do update set subject = excluded.subject, status = excluded.status, hours = excluded.hours, "
              "body = excluded.body, client_id = excluded.client_id",
}


def main() -> None:
    """Measure make after make, and print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--makes", nargs="+", default=["sqlite", "postgresql", "mariadb"])
    flags = parser.parse_args()
    figures: Figures = {}
    for make in flags.makes:
        with places(make) as urls:
            found = busy(urls, make, flags.rows, flags.seconds)
        with places(make) as urls:
            found |= drained(urls)
        figures |= {f"{make}: {name}": figure for name, figure in found.items()}
    print(json.dumps({**figures, "peak memory MB": peak()}))


@contextmanager
def places(make: str) -> Iterator[Urls]:
    """Two empty databases on one server."""
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        if make == "sqlite":
            yield f"sqlite:///{folder}/old.db", f"sqlite:///{folder}/new.db"
            return
        stack.enter_context(rig_engine.watchdog())
        hosts = stack.enter_context(host_factory_in(folder, LoginKey.generate(folder)))
        if make == "postgresql":
            url = stack.enter_context(postgres_database_on(hosts("postgres", publish=[5432]))).direct_url
            with create_engine(url, poolclass=NullPool).begin() as connection:
                connection.execute(text("create schema later"))
            yield url, f"{url}?options=-csearch_path%3Dlater"
            return
        host = hosts("mariadb", publish=[3306])
        made = [stack.enter_context(mariadb_database_on(host)) for _ in range(2)]
        old, new = (make_url(made[0].direct_admin_url).set(database=one.name).render_as_string(False) for one in made)
        yield old, new


def met(urls: Urls, tables: tuple[tuple[str, ...], tuple[str, ...]], mapping: bytes) -> tuple[Lens, Meeting]:
    """Both versions made, and the lens between them."""
    for url, statements in zip(urls, tables, strict=True):
        with create_engine(url, poolclass=NullPool).begin() as connection:
            for statement in statements:
                connection.execute(text(statement))
    ends = [open_endpoint(name, url) for name, url in zip(("old", "new"), urls, strict=True)]
    return compile_hops([Mapping.parse(mapping, "m")], read_schema(ends[0]), [], read_schema(ends[1])), Meeting(*ends)


def busy(urls: Urls, make: str, rows: int, seconds: float) -> Figures:
    """Keys a second, the lag under writers, and the way back under writers."""
    lens, meeting = met(urls, (OLD, NEW), MAPPING)
    old = create_engine(urls[0], poolclass=NullPool)
    with old.begin() as connection:
        connection.execute(text("insert into customer values (1, 'one')"))
        connection.execute(text("insert into task values (:id, 'task', 'O', 1.5, :body, 1)"),
                           [{"id": n, "body": "x" * 100} for n in range(rows)])
    start(lens, meeting)
    figures: Figures = {}
    for name, batch in (("keys/s in batches of 1,000", BATCH), ("keys/s", 10_000)):
        with old.begin() as connection:
            connection.execute(text("update task set hours = hours + 1"))
        with open_applier(lens, meeting, holder="benchmark", batch=batch) as applier:
            applier.round()  # its statements are put into words once
            done = applier.drain()
        figures[name] = round(done.taken / done.seconds, 1)
    figures["keys/s by hand in batches of 1,000"] = round(by_hand(meeting, make, rows, BATCH), 1)
    figures["ours / by hand"] = round(figures["keys/s in batches of 1,000"]
                                      / figures["keys/s by hand in batches of 1,000"], 2)
    with open_applier(lens, meeting, holder="benchmark") as applier, writing(urls[0], "task", rows) as written:
        lags, until = [], time.monotonic() + seconds
        applier.run(lambda: time.monotonic() > until, lambda done: lags.extend([done.lag] if done.lag else []))
        figures["writes/s meanwhile"] = round(written() / seconds, 1)
    figures["lag p50 s"], figures["lag p95 s"] = (round(quantiles(lags, n=20)[n], 3) for n in (9, 18))
    figures["switch: refused s"] = refused(switch(lens, meeting).as_json())
    with writing(urls[1], "job", rows):
        time.sleep(2)
        begun = time.monotonic()
        went = back(lens, meeting)
        figures["back under writers s"] = round(time.monotonic() - begun, 3)
    figures["back under writers: refused s"] = refused(went.as_json())
    return figures


def drained(urls: Urls) -> Figures:
    """A system of many tables in which nothing is to be done."""
    tables = tuple(f"create table t{n} (id integer not null primary key, name varchar(40))" for n in range(TABLES))
    mapping = "from: '1'\nto: '2'\ntables:\n" + "".join(f"  - {{old: t{n}, new: t{n}}}\n" for n in range(TABLES))
    lens, meeting = met(urls, (tables, tables), mapping.encode())
    with create_engine(urls[0], poolclass=NullPool).begin() as connection:
        for n in range(TABLES):
            connection.execute(text(f"insert into t{n} values (:id, 'name')"), [{"id": i} for i in range(100)])
    begun = time.monotonic()
    start(lens, meeting)
    started = time.monotonic() - begun
    return {"50 tables: start s": round(started, 2),
            "50 tables: refused s": refused(switch(lens, meeting).as_json()),
            "50 tables: back, refused s": refused(back(lens, meeting).as_json())}


def by_hand(meeting: Meeting, make: str, rows: int, batch: int) -> float:
    """Keys a second of a queue table, an upsert and a delete for each batch, each committed."""
    with meeting.connect(Side.NEW) as connection:
        places = connection.get_execution_options()["schema_translate_map"]
        old, new = (f"{places[side]}." for side in Side)
        connection.exec_driver_sql(f"create table {new}queue (n integer primary key, id integer not null)")
        connection.exec_driver_sql(f"insert into {new}queue select id, id from {old}task")
        connection.commit()
        begun = time.perf_counter()
        for low in range(0, rows, batch):
            keys = f"(select id from {new}queue where n >= {low} and n < {low + batch})"
            connection.exec_driver_sql(UPSERT[make].format(new=new, source=SOURCE.format(keys=keys, old=old)))
            connection.exec_driver_sql(f"delete from {new}queue where n >= {low} and n < {low + batch}")
            connection.commit()
        seconds = time.perf_counter() - begun
        connection.exec_driver_sql(f"drop table {new}queue")
        connection.commit()
    return rows / seconds


@contextmanager
def writing(url: str, table: str, rows: int) -> Iterator[object]:
    """A process that updates rows one by one, each committed, at RATE a second; gives what it has written so far."""
    stop, count = multiprocessing.Event(), multiprocessing.Value("q", 0)
    process = multiprocessing.Process(target=_write, args=(url, table, rows, stop, count))
    process.start()
    try:
        yield lambda: count.value
    finally:
        stop.set()
        process.join()


def _write(url: str, table: str, rows: int, stop: Event, count: object) -> None:
    engine, begun, n = create_engine(url, poolclass=NullPool), time.monotonic(), 0
    with engine.connect() as connection:
        while not stop.is_set():
            with suppress(DBAPIError):  # refused, once its side is frozen
                connection.execute(text(f"update {table} set hours = :hours where id = :id"),
                                   {"hours": n % 90, "id": n * 7919 % rows})
                connection.commit()
                count.value += 1  # type: ignore[attr-defined]
            connection.rollback()
            n += 1
            time.sleep(max(0.0, begun + n / RATE - time.monotonic()))


def refused(said: dict[str, object]) -> float:
    """For how long nobody could write."""
    return round(float(str(said["refused"])), 3)


def peak() -> float:
    """The most memory that this process held, in MB."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found
    return round(int(found[1]) / 1024, 1)


if __name__ == "__main__":
    main()
