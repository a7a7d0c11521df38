"""sync.start leaves a process that carries changes over, and its way back ends it."""

from __future__ import annotations

import contextlib
import os
import signal
from dataclasses import replace
from pathlib import Path

from migrator.in_step import station
from migrator.mapped import met
from tests.conformance.bench import Bench
from tests.conformance.case import cases


def test_the_process_lives_until_the_way_back(tmp_path: Path) -> None:
    case = next(case for case in cases() if case.kind == "sync.start" and case.acts)
    bench = Bench(replace(case, args={**case.args, "applier": "background"}), tmp_path)
    before = bench.state()
    place = station(context := bench.contexts().reading(bench.step, "-"), met(context)[1])
    try:
        assert bench.forward()["ok"]
        pid = place.pid
        assert pid is not None
        assert b"://" not in Path(f"/proc/{pid}/cmdline").read_bytes()
        assert bench.forward(2)["ok"]
        assert place.pid == pid, "one that works is left alone"
        assert bench.undo()["ok"]
        assert place.pid is None
        assert bench.state() == before
    finally:
        if place.pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(place.pid, signal.SIGKILL)
