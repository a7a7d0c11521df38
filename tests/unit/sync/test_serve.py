"""An applier by itself: it comes back after a lost connection, hands over when asked, and gives up only to people."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from migrator.errors import FindingsBlock, Locked, MigratorError, Unreachable
from migrator.lens.places.endpoint import open_endpoint
from migrator.sync.applier import Applier
from migrator.sync.service import serve as module
from migrator.sync.service.serve import Manner, serve
from migrator.sync.service.standing import Phase, Standing
from migrator.sync.service.station import Station
from migrator.sync.starting.start import start
from migrator.sync.state import Phase as Live
from tests.copying.world import World


class Bench:
    """A sync that has begun, and an applier whose turns are scripted: an error to raise, or something to do."""

    def __init__(self, world: World, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.world = world
        self.station = Station(folder / "station")
        self.told: list[str] = []
        self.standings: list[Standing] = []
        self.turns: Iterator[MigratorError | Callable[[], None]] = iter(())
        say = Station.say

        def noted(station: Station, standing: Standing) -> None:
            self.standings.append(standing)
            say(station, standing)

        def turn(_applier: Applier, _stop: object, _told: object) -> None:
            act = next(self.turns)
            if isinstance(act, MigratorError):
                raise act
            act()

        monkeypatch.setattr(Station, "say", noted)
        monkeypatch.setattr(Applier, "run", turn)
        monkeypatch.setattr(module, "FIRST", 0.01)

    def serve(self, *turns: MigratorError | Callable[[], None]) -> None:
        self.turns = iter(turns)
        serve(self.station, lambda: (self.world.lens(), self.world.meeting), self.told.append, Manner())

    @property
    def phases(self) -> list[Phase]:
        return [one.phase for one in self.standings]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """In step; the tests write nothing into it."""
    folder = tmp_path_factory.mktemp("serve")
    made = World(*(open_endpoint(name, f"sqlite:///{folder / name}.db") for name in ("old", "new")))
    made.build()
    start(made.lens(), made.meeting)
    return made


@pytest.fixture
def bench(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(world, tmp_path, monkeypatch)


def ask_to_stop() -> None:
    os.kill(os.getpid(), signal.SIGTERM)


def test_a_lost_connection_is_no_end(bench: Bench) -> None:
    bench.serve(Unreachable("the database does not answer"), Unreachable("still not"), ask_to_stop)
    assert bench.phases == [Phase.BEGINS, Phase.WORKS, Phase.WAITS, Phase.WORKS, Phase.WAITS, Phase.WORKS,
                            Phase.STOPPED]
    assert bench.standings[2].why == "the database does not answer"
    assert bench.station.pid is None


def test_what_people_have_to_mend_is_the_end(bench: Bench) -> None:
    with pytest.raises(FindingsBlock):
        bench.serve(FindingsBlock("a trigger is missing", hint="inv sync.start"))
    last = bench.station.standing()
    assert last is not None
    assert (last.phase, last.why, last.hint, last.code) == (Phase.BLOCKED, "a trigger is missing", "inv sync.start", 10)


def test_what_forbids_to_begin_is_for_whoever_has_begun(bench: Bench) -> None:
    def unreachable() -> tuple[object, object]:
        raise Unreachable("nobody there")

    with pytest.raises(Unreachable):
        serve(bench.station, unreachable, bench.told.append, Manner())  # type: ignore[arg-type]
    assert bench.phases == [Phase.BEGINS, Phase.BLOCKED]


def test_a_second_one_is_refused_before_it_looks_at_anything(bench: Bench) -> None:
    with bench.station.held(), pytest.raises(Locked):
        bench.serve()
    assert bench.standings == []


def test_signals_are_as_before_when_it_has_ended(bench: Bench) -> None:
    before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]
    bench.serve(lambda: os.kill(os.getpid(), signal.SIGINT))
    assert [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)] == before
    assert bench.phases[-1] is Phase.STOPPED


def test_somebody_who_waits_for_the_lease_gets_it(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []

    @contextmanager
    def open_applier(*_sides: object, holder: str, aim: float) -> Iterator[object]:
        opened.append(holder)
        if opened.count("applier") == 2:
            raise Locked("the switch has it")
        live = SimpleNamespace(state=SimpleNamespace(phase=Live.LIVE))
        yield SimpleNamespace(wanted="switch", run=lambda *_: opened.append("ran"), lease=live)

    monkeypatch.setattr(module, "open_applier", open_applier)
    monkeypatch.setattr(module, "HANDED_OVER", 0.0)
    told = bench.told

    class Enough(Exception):
        """Ends the test after the third turn."""

    def tell(line: str) -> None:
        told.append(line)
        if opened.count("ran") == 2:
            raise Enough

    with pytest.raises(Enough):
        serve(bench.station, lambda: (bench.world.lens(), bench.world.meeting), tell, Manner())
    assert [line for line in told if "lets" in line] == ["lets another process act: switch"] * 2
    assert "waits and tries again: the switch has it" in told
