"""How often hosts are asked, and when: once each before anything acts, once before an act and once after it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from migrator.commands.shell import Command
from migrator.engine.run.asking import answers, at_once
from migrator.engine.run.performer import Performer
from migrator.engine.run.preflight import preflight
from migrator.engine.run.story import At
from migrator.errors import Unreachable
from migrator.model.states import AttemptState
from migrator.transport.asked import Question
from migrator.transport.base import Result
from migrator.transport.local import LocalTransport
from tests.unit.engine.office import Office, step

MAKE = "printf made > \"$1\""


class Counting(LocalTransport):
    """Notes how it is asked; a host named in `away` cannot be reached."""

    def __init__(self, name: str, heard: list[tuple[str, str]], away: set[str]) -> None:
        super().__init__(name)
        self._heard = heard
        self._away = away

    def ask(self, commands: Iterable[Command], *, timeout: float = 20) -> dict[Command, Result]:
        self._heard.append((self.name, "together"))
        if self.name in self._away:
            raise Unreachable("nobody answers", where=self.name)
        return super().ask(commands, timeout=timeout)

    def read(self, command: Command, *, input: bytes = b"", timeout: float = 60, check: bool = True) -> Result:
        self._heard.append((self.name, "alone"))
        return super().read(command, input=input, timeout=timeout, check=check)


@pytest.fixture
def away() -> set[str]:
    return set()


@pytest.fixture
def heard(office: Office, away: set[str], monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    asked: list[tuple[str, str]] = []
    transports: dict[str, LocalTransport] = {}

    def host(_environment: str, name: str) -> LocalTransport:
        return transports.setdefault(name, Counting(name, asked, away))

    monkeypatch.setattr(office, "host", host)
    return asked


@pytest.fixture
def guarded(tmp_path: Path) -> Callable[[str], object]:
    """A step on both hosts that makes a file of its own, unless the file is there."""
    return lambda name: step(name, targets=("one", "two"), run=["sh", "-c", MAKE, "sh", str(tmp_path / name)],
                             creates=str(tmp_path / name))


def test_before_anything_acts_each_host_is_asked_once(
    office: Office, heard: list[tuple[str, str]], tmp_path: Path
) -> None:
    looks = [step(f"s{n}", "host.space", targets=("one", "two"), need=[{"path": str(tmp_path), "free": f"{n}B"}])
             for n in range(4)]
    result = preflight(office.desk, "plan-x", office.plan(*looks))
    assert result.problems == []
    assert sorted(heard) == [("one", "together"), ("two", "together")]


def test_an_act_is_asked_for_once_before_and_once_after(
    office: Office, heard: list[tuple[str, str]], guarded: Callable[[str], object], tmp_path: Path
) -> None:
    run = office.run(office.plan(guarded("first"), guarded("second")))  # type: ignore[arg-type]
    assert Performer(office.desk, "me", lambda: False).go(run, At().as_json())["what"] == "end"
    assert (tmp_path / "first").read_text() == "made"
    for host in ("one", "two"):
        assert heard.count((host, "together")) == 4
        # The only thing asked alone is the job's own end.
        assert heard.count((host, "alone")) <= 2
    rows = office.journal.attempts.of_run(run)
    assert {row["state"] for row in rows} == {AttemptState.OK}, "verify was not told what had been seen before the act"


def test_a_host_that_is_away_is_tried_once_and_said_of_every_step(
    office: Office, heard: list[tuple[str, str]], away: set[str], tmp_path: Path
) -> None:
    away.add("two")
    looks = [step(f"s{n}", "host.space", targets=("one", "two"), need=[{"path": str(tmp_path)}]) for n in range(3)]
    result = preflight(office.desk, "plan-x", office.plan(*looks))
    assert [f.message for f in result.problems] == ["two: nobody answers"] * 3
    assert heard.count(("two", "together")) == 1
    assert ("two", "alone") not in heard


def test_all_hosts_are_asked_and_answers_stand_under_their_host(office: Office) -> None:
    asked = [Question(host, Command(f"echo {word}")) for host in ("one", "two") for word in ("a", "b")]
    known = answers(office.site("live"), asked)
    assert {host: [result.text for result in said.results.values()] for host, said in known.items()} == {
        "one": ["a\n", "b\n"], "two": ["a\n", "b\n"]}


def test_results_keep_their_order_and_an_error_is_raised() -> None:
    assert at_once(lambda n: n * n, range(50)) == [n * n for n in range(50)]
    with pytest.raises(ZeroDivisionError):
        at_once(lambda n: 1 // n, [1, 0])
