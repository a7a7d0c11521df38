"""What a backup costs beside the tools that a person would take, on the same disk, in one run.

python tests/benchmarks/backup_take.py [--rows 400000] [--files 20000] [--rounds 2] [--parts postgresql mariadb tree]

A database in a container, reached over SSH: `take_set` against the engine's own dump tool writing to the container's
disk, and against the same tool over ssh into a file here. A tree of `--files` files of 50 KB, half of them not
compressible: first take, the same sealed, take when nothing has changed, restore into an empty folder, each against
`rsync -a` over ssh.
Both sides take turns; of each the quickest round counts. Prints one JSON line, with the most memory this process held.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1] / "containers"), str(Path(__file__).parents[2])]

import rig_engine  # noqa: E402
from pyrage.x25519 import Identity  # noqa: E402
from rig import HostFactory, LoginKey, host_factory_in  # noqa: E402
from rig_databases import Database, mariadb_database_on, postgres_database_on  # noqa: E402
from rig_host import TestHost  # noqa: E402
from ssh_places import entry  # noqa: E402

from migrator.backup.restoring.restore import restore_set  # noqa: E402
from migrator.backup.sets.set import BackupSet  # noqa: E402
from migrator.backup.taking.take import take_set  # noqa: E402
from migrator.doors import InventoryDoors  # noqa: E402
from migrator.playbook.inventory import Inventory  # noqa: E402
from migrator.site import Site  # noqa: E402

Figures = dict[str, float]
TREE, BACK = "/srv/app", "/srv/back"
A_FOLDER = 100
"""Files in each folder of the tree, of 50,000 bytes each."""
FILLED = {
    "postgresql": "create table item (id bigint primary key, name text, body text, cost numeric(12,2), at timestamptz);"
                  "insert into item select n, 'item ' || n, repeat(md5(n::text), 8), n * 1.5, now() from"
                  " generate_series(1, {rows}) n;",
    "mariadb": "create table item (id bigint primary key, name text, body text, cost decimal(12,2), at timestamp);"
               "insert into item select seq, concat('item ', seq), repeat(md5(seq), 8), seq * 1.5, now() from"
               " seq_1_to_{rows};",
}
MAKE_TREE = """
mkdir -p "$1"; cd "$1"
for folder in $(seq "$2"); do
    mkdir "$folder"
    { head -c 2500000 /dev/urandom; head -c 1875000 /dev/urandom | base64 -w0; } | split -b 50000 - "$folder/file-"
done
chown -R ops:ops "$1"
sleep 3
"""
"""The sleep: of files that are younger than two seconds no backup can be sure that they will not change again."""


def main() -> None:
    """Measure part after part, and print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=400_000)
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--parts", nargs="+", default=["postgresql", "mariadb", "tree"])
    flags = parser.parse_args()
    figures: Figures = {}
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        stack.enter_context(rig_engine.watchdog())
        hosts = stack.enter_context(host_factory_in(folder, LoginKey.generate(folder)))
        for part in flags.parts:
            found = (tree(hosts, folder, flags.files, flags.rounds) if part == "tree"
                     else database(part, hosts, folder, flags.rows, flags.rounds))
            figures |= {f"{part}: {name}": round(figure, 2) for name, figure in found.items()}
    print(json.dumps({**figures, "peak memory MB": peak(), "load": os.getloadavg()[0]}))


def database(make: str, hosts: HostFactory, folder: Path, rows: int, rounds: int) -> Figures:
    """Seconds of a take, and of the engine's own tool there and over ssh."""
    host = hosts("postgres" if make == "postgresql" else "mariadb")
    with (postgres_database_on if make == "postgresql" else mariadb_database_on)(host) as made:
        sql = FILLED[make].format(rows=rows)
        argv = (["psql", "-qX", "-d", made.name, "-c", f"set role {made.name}; {sql}"] if make == "postgresql"
                else ["mariadb", made.name, "-e", sql])
        host.must(argv, user="postgres" if make == "postgresql" else "root")
        site = site_of(host, made)
        dump = own_dump(make, made)
        times = taking_turns(rounds, {
            "take": lambda: took(site, folder, databases=["main"], trees=[]),
            "own tool": lambda: host.must(["sh", "-ec", f"{dump} > /var/tmp/dump; sync /var/tmp/dump"]),
            "own tool over ssh": lambda: to_file([*ssh(host), dump], folder / "dump")})
    return {**times, "take / own tool": times["take"] / times["own tool"],
            "take / own tool over ssh": times["take"] / times["own tool over ssh"]}


def tree(hosts: HostFactory, folder: Path, files: int, rounds: int) -> Figures:
    """Seconds of a first take, one without changes, and a restore, each beside rsync's."""
    host = hosts("host")
    host.must(["sh", "-ec", MAKE_TREE, "sh", TREE, str(files // A_FOLDER)])
    host.must(["sh", "-ec", f"mkdir {BACK}; chown ops:ops {BACK}"])
    site, away = site_of(host), site_of(host, tree=BACK)
    copy, remote = folder / "rsynced", f"{host.user}@{host.address}"
    rsync = ["rsync", "-a", "-e", " ".join(ssh(host)[:-1])]
    kept: list[BackupSet] = []

    def first() -> None:
        kept.append(took(site, folder, databases=[], trees=["app"]))

    def rsync_first() -> None:
        shutil.rmtree(copy, ignore_errors=True)
        run([*rsync, f"{remote}:{TREE}/", str(copy)])

    times = taking_turns(rounds, {
        "first take": first, "first rsync": rsync_first,
        "first take, sealed": lambda: took(site_of(host, seal=True), folder, databases=[], trees=["app"])})
    times |= taking_turns(rounds, {
        "take without changes": lambda: took(site, folder, databases=[], trees=["app"], base=kept[-1]),
        "rsync without changes": lambda: run([*rsync, f"{remote}:{TREE}/", str(copy)])})
    empty = ["sh", "-ec", f"rm -rf {BACK}; mkdir {BACK}; chown ops:ops {BACK}"]
    times |= taking_turns(rounds, {
        "restore": lambda: restore_set(away, kept[-1].folder),
        "rsync back": lambda: run([*rsync, f"{copy}/", f"{remote}:{BACK}"])}, before=lambda: host.must(empty))
    pairs = {"first": ("first take", "first rsync"), "first, sealed": ("first take, sealed", "first rsync"),
             "no change": ("take without changes", "rsync without changes"), "restore": ("restore", "rsync back")}
    return {**times, **{f"{name} / rsync": times[ours] / times[theirs] for name, (ours, theirs) in pairs.items()}}


def taking_turns(rounds: int, ways: dict[str, Callable[[], object]], before: Callable[[], object] = lambda: None,
                 ) -> Figures:
    """The quickest round of each, in seconds."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for _round in range(rounds):
        for name, way in ways.items():
            before()
            begun = time.monotonic()
            way()
            times[name].append(time.monotonic() - begun)
            print(f"{name}: {times[name][-1]:.2f} s, load {os.getloadavg()[0]:.1f}", file=sys.stderr)
    return {name: min(found) for name, found in times.items()}


def took(site: Site, folder: Path, **what: object) -> BackupSet:
    """A new set in the vault."""
    vault = folder / "vault"
    return take_set(site, vault, f"set-{len(list(vault.glob('*')))}", **what)  # type: ignore[arg-type]


def own_dump(make: str, database: Database) -> str:
    """The engine's own tool with its own defaults, uncompressed as ours is before zstd."""
    if make == "postgresql":
        return (f"PGPASSWORD={database.password} pg_dump -h 127.0.0.1 -U {database.user} -Fc --compress=0"
                f" {database.name}")
    return f"mariadb-dump -h 127.0.0.1 -u {database.user} -p{database.password} --single-transaction {database.name}"


def site_of(host: TestHost, database: Database | None = None, tree: str = TREE, *, seal: bool = False) -> Site:
    """The host as an environment: its database, and a tree."""
    databases = {}
    if database:
        os.environ["BENCH_PASSWORD"] = database.password
        databases["main"] = {"url": f"{database.driver}://{database.user}@127.0.0.1:{database.port}/{database.name}",
                             "at": "db", "password": "env:BENCH_PASSWORD"}
    live = {"hosts": {"db": entry(host).model_dump()}, "databases": databases,
            "trees": {"app": {"path": tree, "at": "db"}},
            "backups": {"sealed_for": [str(Identity.generate().to_public())] if seal else []}}
    return InventoryDoors(Inventory.model_validate({"format": 1, "environments": {"live": live}})).site("live")


def ssh(host: TestHost) -> list[str]:
    """OpenSSH's command up to the host's name."""
    return ["ssh", "-p", str(host.port), "-i", str(host.key_file), "-o",
            f"UserKnownHostsFile={host.known_hosts_file}", f"{host.user}@{host.address}"]


def run(argv: list[str]) -> None:
    subprocess.run(argv, check=True)


def to_file(argv: list[str], path: Path) -> None:
    """The command's output in a file, safe on disk as ours is."""
    with open(path, "wb") as file:
        subprocess.run(argv, check=True, stdout=file)
        os.fsync(file.fileno())


def peak() -> float:
    """The most memory that this process held, in MB."""
    found = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found
    return round(int(found[1]) / 1024, 1)


if __name__ == "__main__":
    main()
