"""A process that tells a story of three acts with the real durable engine: `python telling.py FOLDER ORDER [trusting]`.

ORDER is start, resume or list. An act writes its name to the file `done` and stays in it while the file `hold` exists.
`trusting` leaves the engine's fallback to pickle as it was delivered.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from pathlib import Path

from migrator.engine import durable
from migrator.engine.durable import Durable, Recorder
from migrator.engine.liveness import Liveness

RUN = "r"
POLL = 0.02


def main(folder: Path, order: str, *trusting: str) -> int:
    if trusting:
        durable._refuse_pickle = lambda: None
    engine = Durable(folder / "engine.db", Liveness(folder / "executors"), {"story": lambda t, _run: _story(t, folder)})
    signal.signal(signal.SIGTERM, lambda *_: engine.drain())
    engine.launch()
    if order == "list":
        return _list()
    if order == "start":
        engine.start("story", RUN, RUN)
    elif not engine.resume(RUN):
        return 3
    while engine.status(RUN) not in ("SUCCESS", "ERROR"):
        if engine.drained():
            return 20
        time.sleep(POLL)
    return 1 if engine.failure else 0


def _story(teller: Recorder, folder: Path) -> list[object]:
    return [teller.step(name, _act, str(folder), name) for name in ("one", "two", "three")]


def _act(folder: str, name: str) -> tuple[str, ...]:
    with (Path(folder) / "done").open("a") as done:
        done.write(f"{name}\n")
    while (Path(folder) / "hold").exists():
        time.sleep(POLL)
    return (name,)


def _list() -> int:
    from dbos import DBOS

    with contextlib.suppress(ValueError):  # what is not opened is refused
        DBOS.list_workflow_steps(RUN)
    return 0


if __name__ == "__main__":
    os._exit(main(Path(sys.argv[1]), *sys.argv[2:]))
