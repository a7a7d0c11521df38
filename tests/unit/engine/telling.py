"""A process that tells a story of three acts with the real durable engine: `python telling.py FOLDER ORDER [trusting]`.

ORDER is start, resume, list, or idle: be there, with nothing of one's own to tell, while the file `idle` exists. An act
writes its name to the file `done`, its process to `tellers`, stays in it while the file `hold` exists, and raises where
the file `break` exists.
`trusting` leaves the engine's fallback to pickle as it was delivered.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from pathlib import Path

from sqlalchemy import make_url

from migrator.engine.processes import durable
from migrator.engine.processes.durable import FORWARD, Durable, Recorder
from migrator.engine.processes.liveness import Liveness

RUN = "r"
POLL = 0.02


def main(folder: Path, order: str, *trusting: str) -> int:
    if trusting:
        durable._refuse_pickle = lambda: None
    alive = Liveness(folder / "executors")
    engine = Durable(make_url(f"sqlite:///{folder}/engine.db"), alive, {FORWARD: lambda t, _run: _story(t, folder)})
    signal.signal(signal.SIGTERM, lambda *_: engine.drain())
    engine.launch()
    if order == "list":
        return _list()
    if order == "idle":
        return _idle(folder)
    if order == "start":
        engine.start(RUN)
    else:
        engine.resume(RUN)
    while engine.status(RUN) not in ("SUCCESS", "ERROR") and not engine.failures:
        if engine.drained():
            return 20
        time.sleep(POLL)
    return 1 if engine.failures else 0


def _story(teller: Recorder, folder: Path) -> list[object]:
    return [teller.step(name, _act, str(folder), name) for name in ("one", "two", "three")]


def _act(folder: str, name: str) -> tuple[str, ...]:
    with (Path(folder) / "done").open("a") as done:
        done.write(f"{name}\n")
    with (Path(folder) / "tellers").open("a") as tellers:
        tellers.write(f"{os.getpid()}\n")
    while (Path(folder) / "hold").exists():
        time.sleep(POLL)
    if (Path(folder) / "break").exists():
        raise ValueError("broken")
    return (name,)


def _idle(folder: Path) -> int:
    (folder / f"ready.{os.getpid()}").touch()
    while (folder / "idle").exists():
        time.sleep(POLL)
    return 0


def _list() -> int:
    from dbos import DBOS

    with contextlib.suppress(ValueError):  # what is not opened is refused
        DBOS.list_workflow_steps(RUN)
    return 0


if __name__ == "__main__":
    os._exit(main(Path(sys.argv[1]), *sys.argv[2:]))
