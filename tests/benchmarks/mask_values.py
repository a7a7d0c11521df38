"""How quickly values are masked and looked for, beside the plainest way of making pseudonyms in the same run.

python tests/benchmarks/mask_values.py [--values 100000] [--rows 100000] [--makes sqlite postgresql mariadb] [--again 3]

For each kind of value: masks a second (the best of several passes), against one HMAC-SHA256 a value that makes a mobile
number, without regard to uniqueness; how many values met another one's pseudonym is counted for both. For each make: a
table of people masked whole (name, mobile, identity number, login that other rows refer to), in cells a second, and how
long the leak scan takes. Characters a second that the scan reads, and the most memory this process held. Seconds are
those of this process where it alone works (masks, characters), and of the clock where a server does. Prints one JSON
line.
"""

from __future__ import annotations

import argparse
import hashlib
import hmac
import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from random import Random

sys.path[:0] = [str(Path(__file__).parents[1] / "containers"), str(Path(__file__).parents[2])]

import rig_engine  # noqa: E402
from rig import LoginKey, host_factory_in  # noqa: E402
from rig_databases import mariadb_database_on, postgres_database_on  # noqa: E402
from sqlalchemy import create_engine, text  # noqa: E402

from migrator.database.open import open_database  # noqa: E402
from migrator.mask.kinds.bank_card import luhn  # noqa: E402
from migrator.mask.kinds.chinese_words import GIVEN, SURNAMES  # noqa: E402
from migrator.mask.kinds.id_number import check_digit  # noqa: E402
from migrator.mask.kinds.maker import Maker  # noqa: E402
from migrator.mask.kinds.project_key import ProjectKey  # noqa: E402
from migrator.mask.leaks import leaks_in  # noqa: E402
from migrator.mask.masking import mask  # noqa: E402
from migrator.mask.needles import Needles  # noqa: E402
from migrator.mask.originals import gather  # noqa: E402
from migrator.mask.rules import Rules  # noqa: E402
from migrator.playbook.inventory import Database as Entry  # noqa: E402
from migrator.secret import Secret  # noqa: E402

KEY = Secret("a key for the benchmark of masking")
BATCH = 10_000
RULES = Rules.parse(b"""
tables:
  person: {login: text, full_name: chinese_name, phone: mobile, id_number: id_number}
  note: {author: text}
""")
SCHEMA = """
create table person (id integer primary key, login varchar(40) not null unique, full_name varchar(40),
                     phone varchar(11) unique, id_number char(18));
create table note (id integer primary key, author varchar(40) references person (login), body text)
"""


def values(kind: str, count: int) -> list[str]:
    dice = Random(7)
    makes: dict[str, Callable[[int], str]] = {
        "chinese_name": lambda n: dice.choice(SURNAMES) + dice.choice(GIVEN) + dice.choice(GIVEN),
        "mobile": lambda n: f"138{n:08}",
        "id_number": lambda n: _checked(f"1101051985{n % 12 + 1:02}{n // 12 % 28 + 1:02}{n // 336 % 1000:03}"),
        "bank_card": lambda n: (body := f"622202{n:012}") + luhn(body),
        "email": lambda n: f"user{n:06}@corp.example",
        "text": lambda n: f"某项目第{n:06}号 Room"}
    return [makes[kind](n) for n in range(count)]


def _checked(digits: str) -> str:
    return digits + check_digit(digits)


def plain(value: str) -> str:
    """A pseudonym as somebody would make it in one line."""
    return f"1{int.from_bytes(hmac.digest(b'key', value.encode(), hashlib.sha256)[:8]) % 10**10:010}"


def best(again: int, act: Callable[[], object]) -> float:
    """Seconds that the quickest pass took of this process."""
    return min(_timed(act, time.process_time) for _pass in range(again))


def _timed(act: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    begin = clock()
    act()
    return clock() - begin


def kinds(count: int, again: int) -> dict[str, object]:
    makers = RULES.makers(ProjectKey(KEY))
    found: dict[str, object] = {}
    for kind in "chinese_name", "mobile", "id_number", "bank_card", "email", "text":
        all_of_it = values(kind, count)
        batches = [all_of_it[n:n + BATCH] for n in range(0, count, BATCH)]
        found[kind] = round(count / best(again, partial(_all, makers[kind], batches)))
    mobiles = values("mobile", count)
    found["plain_hmac"] = round(count / best(again, lambda: [plain(value) for value in mobiles]))
    found["plain_hmac_met"] = count - len(set(map(plain, mobiles)))
    found["mobile_met"] = count - len({m for n in range(0, count, BATCH)
                                       for m in makers["mobile"].masked(mobiles[n:n + BATCH])})
    return found


def _all(maker: Maker, batches: list[list[str]]) -> None:
    for batch in batches:
        maker.masked(batch)


def scanned(count: int, again: int) -> dict[str, int]:
    """Characters a second in which so many values are looked for and none is."""
    dice = Random(7)
    needles = Needles([*values("mobile", count), *values("email", count)])
    signs = "施工进度正常，请按时完成现场检查并提交报告。 the next meeting is on Monday 12:30"
    prose = "".join(dice.choices(signs, k=2_000_000))
    return {"needles": len(needles), "characters": round(len(prose) / best(again, lambda: needles.matches(prose)))}


def whole(url: str, rows: int) -> dict[str, object]:
    """A database filled, masked and scanned."""
    engine = create_engine(url)
    columns = [values(kind, rows) for kind in ("chinese_name", "mobile", "id_number")]
    with engine.begin() as connection:
        for statement in SCHEMA.split(";"):
            connection.execute(text(statement))
        for begin in range(0, rows, BATCH):
            some = range(begin, min(rows, begin + BATCH))
            connection.execute(text("insert into person values (:id, :login, :name, :phone, :number)"), [
                {"id": n, "login": f"user{n:07}", "name": columns[0][n], "phone": columns[1][n],
                 "number": columns[2][n]} for n in some])
            connection.execute(text("insert into note values (:id, :author, :body)"), [
                {"id": n, "author": f"user{n:07}", "body": "进度正常，请按时提交报告。" * 5} for n in some])
    engine.dispose()
    database = open_database("main", Entry(url=url, at="here"))
    originals = gather(database, RULES, KEY)
    begin_at = time.perf_counter()
    done = mask(database, RULES, KEY)
    seconds = time.perf_counter() - begin_at
    scan = _timed(lambda: leaks_in(database, RULES, originals))
    assert leaks_in(database, RULES, originals) == []
    database.close()
    return {"cells": done.values, "cells_a_second": round(done.values / seconds), "scan_seconds": round(scan, 2)}


@contextmanager
def places(makes: list[str], folder: Path) -> Iterator[dict[str, str]]:
    with ExitStack() as until:
        found = {"sqlite": f"sqlite:///{folder}/main.sqlite"} if "sqlite" in makes else {}
        if set(makes) - {"sqlite"}:
            until.enter_context(rig_engine.watchdog())
            factory = until.enter_context(host_factory_in(folder, LoginKey.generate(folder)))
            for make, image, port, made in (("postgresql", "postgres", 5432, postgres_database_on),
                                            ("mariadb", "mariadb", 3306, mariadb_database_on)):
                if make in makes:
                    found[make] = until.enter_context(made(factory(image, publish=[port]))).direct_url
        yield found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--values", type=int, default=100_000)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--again", type=int, default=3)
    parser.add_argument("--makes", nargs="*", default=["sqlite", "postgresql", "mariadb"])
    flags = parser.parse_args()
    figures: dict[str, object] = {"masks_a_second": kinds(flags.values, flags.again),
                                  "scan": scanned(flags.values, flags.again)}
    with tempfile.TemporaryDirectory() as folder, places(flags.makes, Path(folder)) as found:
        for make, url in found.items():
            figures[make] = whole(url, flags.rows)
    figures["most_memory_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps(figures, ensure_ascii=False))


if __name__ == "__main__":
    main()
