"""The bench: a local host with files and SQLite databases in a temporary folder, a journal, a plan of the case."""

from __future__ import annotations

import hashlib
import io
import os
import sqlite3
import tarfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from migrator.database.base import Database
from migrator.database.open import open_database
from migrator.engine.run.context import Contexts, Desk
from migrator.engine.run.unit import Unit
from migrator.events import Event, Observers
from migrator.journal.attempts import Key
from migrator.journal.journal import Journal
from migrator.journal.store import sqlite_url
from migrator.model.plan import Plan, PlannedStep
from migrator.model.states import Direction
from migrator.model.version import Hop
from migrator.playbook.inventory import Environment
from migrator.site import Site
from migrator.step import kinds
from migrator.transport.base import Transport
from migrator.transport.local import LocalTransport
from tests.conformance.case import Case, filled

RUN = "0000-test"


class Bench:
    """A case made real: `site` is what the step may change, everything else is ours."""

    def __init__(self, case: Case, folder: Path, wrap: Callable[[Transport], Transport] = lambda t: t) -> None:
        self.case = case
        self.root = folder / "site"
        self.folder = folder
        self.words = {"tmp": str(self.root), "folder": str(folder)}
        self.events: list[Event] = []
        self._wrap = wrap
        for name in ("site", "work", "vault", f"runs/{RUN}/playbook"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        self.environments = {"bench": self._environment(case.site, self.root),
                             "live": self._environment(case.live, self.root / "live")}
        self._make()
        for path, content in case.playbook.items():
            write_entry(folder / "runs" / RUN / "playbook" / path, filled(content, self.words))
        self.journal = Journal(sqlite_url(folder / "migrator.db"), lambda _executor: False)
        self.plan = self._plan()
        if not self._known():
            self._enter()
        self.desk = Desk(self.journal, Observers([self.events.append]), self.site,
                         lambda run: folder / "runs" / run, lambda _environment: folder / "vault")

    # the doors that a site asks

    inventory = None

    def host(self, _environment: str, name: str) -> Transport:
        return self._wrap(LocalTransport(name))

    def database(self, environment: str, name: str) -> Database:
        return open_database(name, self.environments[environment].databases[name], reach=LocalTransport("here").tunnel,
                             on_host=None, password=None)

    def site(self, name: str) -> Site:
        return Site(name, self.environments[name], self)

    # acting

    @property
    def step(self) -> PlannedStep:
        return self.plan.steps[-1]

    def prepare(self) -> None:
        """Apply the steps that the case needs before its own."""
        for step in self.plan.steps[:-1]:
            result = self.unit(step.id, Direction.FORWARD, 1).act()
            assert result["ok"], f"{step.id}: {result['message']}"

    def unit(self, step: str, direction: Direction, n: int) -> Unit:
        target = self.plan.step(step).targets[0]
        return Unit(self.desk, self.plan, Key(RUN, step, target, direction, n), "bench")

    def forward(self, n: int = 1) -> dict[str, Any]:
        return self.unit(self.step.id, Direction.FORWARD, n).act()

    def undo(self, n: int = 1) -> dict[str, Any]:
        return self.unit(self.step.id, Direction.UNDO, n).undo()

    def contexts(self) -> Contexts:
        return Contexts(self.desk, RUN, self.plan)

    # looking

    def state(self) -> dict[str, str]:
        """Every file of the site by path, and every database by its content; what we leave there would be seen."""
        return dict(self._look(self.root))

    def _look(self, root: Path) -> Iterator[tuple[str, str]]:
        for folder, names, files in os.walk(root):
            for name in sorted([*names, *files]):
                path = Path(folder, name)
                shown = str(path.relative_to(root))
                if path.suffix == ".db":
                    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
                        yield shown, hashlib.sha256("\n".join(_content(database)).encode()).hexdigest()
                elif path.is_symlink():
                    yield shown, f"link to {os.readlink(path)}"
                elif path.is_file():
                    if not shown.endswith((".db-wal", ".db-shm")):
                        yield shown, f"{path.stat().st_mode:o} {hashlib.sha256(path.read_bytes()).hexdigest()}"
                else:
                    yield shown, "folder"

    # making

    def _environment(self, described: dict[str, Any], root: Path) -> Environment:
        site = filled(described, self.words)
        trees = {name: {"at": "here", **tree} for name, tree in site.get("trees", {}).items()}
        databases = {name: {"url": f"sqlite:///{root}/{name}.db", "at": "here"} for name in site.get("databases", {})}
        services = {name: {"at": "here", **service} for name, service in site.get("services", {}).items()}
        return Environment.model_validate({
            "hosts": {"here": {"connect": "local", "work": str(self.folder / "work")}}, "roles": {"app": ["here"]},
            "databases": databases, "trees": trees, "services": services, "values": site.get("values", {}),
            "secrets": site.get("secrets", {}), "disposable": site.get("disposable", False),
            "vault": str(self.folder / "vault")})

    def _make(self) -> None:
        if any(self.root.iterdir()):
            return
        self._make_site(self.case.site, self.root)
        if self.case.live:
            self._make_site(self.case.live, self.root / "live")

    def _make_site(self, described: dict[str, Any], root: Path) -> None:
        """Files, and databases with their statements; a database without a statement is only declared."""
        root.mkdir(exist_ok=True)
        for path, text in described.get("files", {}).items():
            _write(root / path, filled(text, self.words))
        for name, statements in described.get("databases", {}).items():
            if statements:
                with closing(sqlite3.connect(root / f"{name}.db")) as database, database:
                    for statement in statements:
                        database.execute(filled(statement, self.words))

    def _plan(self) -> Plan:
        own = [*self.case.prepare, {self.case.kind: self.case.args}]
        steps = tuple(self._planned(f"s{number}", *next(iter(entry.items()))) for number, entry in enumerate(own, 1))
        return Plan(product="bench", title=self.case.title, playbook="bench", stage="bench", environment="bench",
                    environments={"bench": "bench", "live": "live" if self.case.live else "bench"},
                    path=tuple(self.case.hop or ("1", "2")), steps=steps,
                    digest="0" * 64, bindings="0" * 64, people={"approvers": {"it": ["somebody"]}})

    def _planned(self, name: str, kind: str, args: dict[str, Any]) -> PlannedStep:
        cls = kinds()[kind]
        return PlannedStep(
            id=name, kind=kind, args=filled(args, self.words), targets=("here",) if cls.per_host else ("-",),
            hop=Hop(*self.case.hop) if self.case.hop else None, timeout=60, retries=0, way_back=cls.way_back,
            skippable=cls.skippable, point_of_no_return=False, digest=name)

    def _known(self) -> bool:
        return any(row["id"] == RUN for row in self.journal.runs.list())

    def _enter(self) -> None:
        from sqlalchemy import insert

        from migrator.journal.tables import run

        self.journal.runs.keep_plan(self.plan)
        with self.journal.engine.execution_options(writes=True).begin() as connection:
            connection.execute(insert(run).values(
                id=RUN, plan=self.plan.id, digest=self.plan.digest, environment="bench", stage="bench", product="bench",
                title=self.plan.title, folder=str(self.folder), state="running", started_by="bench", tool_version="0",
                created="2026-01-01T00:00:00+00:00"))


def _content(database: sqlite3.Connection) -> list[str]:
    """Structure and rows as statements, in whatever order they were made.

    A copy's ledger is without its rows: they say when each chunk arrived, and how long it took. So is the control table
    of a sync: they count who has acted in it.
    """
    return sorted(line for line in database.iterdump()
                  if not line.startswith(('INSERT INTO "migrator_ledger"', 'INSERT INTO "migrator_sync"')))


def write_entry(path: Path, content: str | dict[str, str]) -> None:
    """A text file or, from a mapping, a tar file of text files whose bytes depend on nothing but the mapping."""
    if isinstance(content, str):
        _write(path, content)
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT) as tar:
        for name, text in content.items():
            member = tarfile.TarInfo(name)
            member.size = len(text.encode())
            tar.addfile(member, io.BytesIO(text.encode()))


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    if text.startswith("#!"):
        path.chmod(0o755)
