"""Commands of the sync as they are typed, on two SQLite files, with the processes that they leave behind."""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path

import pytest

from migrator import __version__
from migrator.lens.lens import Lens
from migrator.lens.places.endpoint import open_endpoint
from migrator.program import Migrator
from migrator.sync.service.station import Station
from migrator.tasks import namespace
from tests.copying.world import SAID, World
from tests.typed import Typed


class Keyboard:
    """Types commands about one pair of databases; whatever they leave running is killed by `leave`."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self._capsys = capsys
        self.world = World(*(open_endpoint(name, f"sqlite:///{folder / name}.db") for name in ("old", "new")))
        self.world.build()
        self.mapping = folder / "map.yaml"
        self.mapping.write_text(SAID)

    def lens(self) -> Lens:
        """As the mapping file says now."""
        return self.world.lens(self.mapping.read_text())

    def words(self, task: str, *flags: str, **places: str) -> list[str]:
        """The command's words; `places` are sides that are typed otherwise."""
        ends = [word for side in ("old", "new")
                for word in (f"--{side}", places.get(side, f"sqlite:///{self.folder / side}.db"))]
        return [task, "--mapping", str(self.mapping), *ends, "--home", str(self.folder / "home"), *flags]

    def type(self, task: str, *flags: str, **places: str) -> Typed:
        """Run a command in this process."""
        try:
            Migrator(version=__version__, namespace=namespace, name="migrator", binary="migrator").run(
                ["migrator", *self.words(task, *flags, **places)])
            code = 0
        except SystemExit as ending:
            code = int(ending.code or 0)
        said = self._capsys.readouterr()
        return Typed(code, said.out, said.err)

    @property
    def station(self) -> Station:
        return Station.of(self.folder / "home", self.world.meeting)

    def tables(self) -> list[str]:
        """Everything that either database is made of."""
        found = []
        for end in (self.world.old, self.world.new):
            with end.connect() as connection:
                found += [name for (name,) in connection.exec_driver_sql("select name from sqlite_master order by 1")]
        return found

    def on_old(self, statement: str) -> None:
        with self.world.old.connect() as connection, connection.begin():
            connection.exec_driver_sql(statement)

    def on_new(self, statement: str) -> None:
        with self.world.new.connect() as connection, connection.begin():
            connection.exec_driver_sql(statement)

    def leave(self) -> None:
        pid = self.station.pid
        if pid and pid != os.getpid():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
