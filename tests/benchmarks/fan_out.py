"""Guarded steps over many hosts: migrator against OpenSSH, pyinfra and Ansible, on the same machines in the same run.

python tests/benchmarks/fan_out.py [--hosts 30] [--steps 20] [--rounds 3] [--peers FOLDER] [--only NAME,NAME]

A guarded step is: see that a file is missing, make it, see that it is there. Everybody starts as a new process, logs in
to all hosts, does all steps on them and ends; afterwards it is counted that every host has every file. Prints one JSON
line: the best and the median seconds of each, the processor seconds of its own processes and of the machines, the ratio
of migrator's best to each peer's best, and how many processors other work kept busy in the second before each start.

The peers live in an environment of their own, since they want other versions of paramiko than we do:

    python3 -m venv FOLDER && FOLDER/bin/pip install pyinfra ansible-core

Those that are missing there are reported as not installed. Ansible takes a minute or two, and so goes only once.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1] / "containers"), str(Path(__file__).parents[2])]

import rig_engine  # noqa: E402
from fan_out_ways import WAYS, Field, NotInstalled, Way  # noqa: E402
from rig import LoginKey, host_factory_in  # noqa: E402

SLOW = ("ansible",)


def main() -> None:
    """Start the machines, let everybody do the same work in turn, and print the figures."""
    flags = _flags()
    with _field(flags) as field:
        figures: dict[str, list[dict[str, float]]] = {}
        missing: list[str] = []
        for number in range(flags.rounds):
            for name in flags.only.split(",") if flags.only else WAYS:
                if name in missing or (number and name in SLOW):
                    continue
                try:
                    figures.setdefault(name, []).append(_measured(WAYS[name], field, f"{name}-{number}"))
                except NotInstalled:
                    missing.append(name)
                    figures.pop(name)
    print(json.dumps({"hosts": flags.hosts, "steps": flags.steps, **_summary(figures),
                      **({"not installed": missing} if missing else {})}))


def _flags() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--hosts", type=int, default=30)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peers", type=Path, default=Path(tempfile.gettempdir()) / "migrator-peers")
    parser.add_argument("--only", default="")
    return parser.parse_args()


@contextmanager
def _field(flags: argparse.Namespace) -> Iterator[Field]:
    """The machines, which end with us however we end, and a folder for what the tools want to read."""
    with tempfile.TemporaryDirectory(prefix="fan-out-") as name, rig_engine.watchdog():
        folder = Path(name)
        with host_factory_in(folder, LoginKey.generate(folder)) as factory:
            machines = [factory("host", name=f"host-{n}") for n in range(1, flags.hosts + 1)]
            yield Field(folder, machines, flags.steps, flags.peers)


def _measured(way: Way, field: Field, label: str) -> dict[str, float]:
    """One round of one contestant, from an empty folder on every host to the proof that all files are there."""
    target = f"/tmp/{label}"
    for machine in field.machines:
        machine.must(["mkdir", "-m", "777", target])
    command = way(field, target, label)
    busy, used, there, begun = _busy(), _used(), _used_there(field), time.perf_counter()
    command()
    seconds, processor = time.perf_counter() - begun, _used() - used
    there = _used_there(field) - there
    for machine in field.machines:
        made = len(machine.must(["ls", target]).split())
        assert made == field.steps, f"{label}: {machine.name} has {made} of {field.steps} files"
    print(f"{label}: {seconds:.2f} s, {processor:.2f} s of processor here and {there:.2f} s there, "
          f"{busy:.2f} processors busy before", file=sys.stderr, flush=True)
    return {"seconds": seconds, "processor": processor, "there": there, "busy": busy}


def _used() -> float:
    """Processor seconds of all our children that have ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return children.ru_utime + children.ru_stime


def _used_there(field: Field) -> float:
    """Processor seconds of all machines since they were started."""
    stats = (m.container.get_wrapped_container().stats(stream=False, one_shot=True) for m in field.machines)
    return float(sum(each["cpu_stats"]["cpu_usage"]["total_usage"] for each in stats)) / 1e9


def _busy() -> float:
    """How many processors were busy during one second in which we did nothing."""
    def idle() -> float:
        words = Path("/proc/stat").read_text().split("\n", 1)[0].split()
        return (int(words[4]) + int(words[5])) / os.sysconf("SC_CLK_TCK")

    before = idle()
    time.sleep(1)
    return max(0.0, (os.cpu_count() or 1) - (idle() - before))


def _summary(figures: dict[str, list[dict[str, float]]]) -> dict[str, object]:
    def each(what: str) -> dict[str, list[float]]:
        return {name: [turn[what] for turn in turns] for name, turns in figures.items()}

    best = {name: min(seconds) for name, seconds in each("seconds").items()}
    ours = best.get("migrator")
    return {
        "best": {name: round(seconds, 2) for name, seconds in best.items()},
        "median": {name: round(statistics.median(seconds), 2) for name, seconds in each("seconds").items()},
        "processor": {name: round(min(seconds), 2) for name, seconds in each("processor").items()},
        "processor of the machines": {name: round(min(seconds), 2) for name, seconds in each("there").items()},
        "ratio": {name: round(ours / seconds, 3) for name, seconds in best.items() if ours and name != "migrator"},
        "busy before": {name: [round(b, 2) for b in busy] for name, busy in each("busy").items()},
    }


if __name__ == "__main__":
    main()
