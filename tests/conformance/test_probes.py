"""A kind that says what it will ask says all of it: its reading phases then ask no host anything alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.commands.shell import Command
from migrator.engine.run.asking import answers, knowing, probes
from migrator.step import Step, kinds
from migrator.transport.base import Result
from migrator.transport.local import LocalTransport
from tests.conformance.bench import Bench
from tests.conformance.case import Case, cases


def says_all(case: Case) -> bool:
    """Whether its kind has probes, and it does not measure databases and trees: that takes long and is asked alone."""
    measures = any(need.get("of") for need in case.args.get("need", ()))
    return case.acts and kinds()[case.kind].probes is not Step.probes and not measures


SAYING = [case for case in cases() if says_all(case)]


class Noting(LocalTransport):
    """Notes the commands that are asked alone."""

    def __init__(self, name: str, alone: list[Command]) -> None:
        super().__init__(name)
        self._alone = alone

    def read(self, command: Command, *, input: bytes = b"", timeout: float = 60, check: bool = True) -> Result:
        self._alone.append(command)
        return super().read(command, input=input, timeout=timeout, check=check)


@pytest.mark.parametrize("case", SAYING, ids=str)
def test_what_is_asked_was_said_before(case: Case, tmp_path: Path) -> None:
    alone: list[Command] = []
    bench = Bench(case, tmp_path, wrap=lambda transport: Noting(transport.name, alone))
    bench.prepare()
    kind, context = kinds()[case.kind](), bench.contexts().reading(bench.step, bench.step.targets[0])
    said = probes(kind, context)
    first = knowing(context, answers(context.site, [*said.check, *said.before]))
    last = knowing(context, answers(context.site, said.verify))
    alone.clear()
    kind.check(first)
    kind.plan(first)
    kind.before(first)
    kind.verify(last)
    assert alone == []
