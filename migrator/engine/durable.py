"""The seam to DBOS, the durable engine underneath: the only file that imports it.

What it gives: a story (a function over recorded steps) goes on after a crash at the first step that has no recorded
result. What is ours: who may adopt a run, how a run is drained, and that nothing is ever unpickled.
"""

from __future__ import annotations

import functools
import json
import logging
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from sqlalchemy.exc import DatabaseError

from migrator.engine.liveness import Liveness
from migrator.engine.story import Drained
from migrator.errors import JournalError
from migrator.text import _

P = ParamSpec("P")
R = TypeVar("R")
log = logging.getLogger(__name__)
ENGINE_VERSION = "engine-1"
"""Fixed by hand: runs in flight survive new releases. A story whose order of steps changes gets a new name instead."""
WAKE = "wake"


class Recorder:
    """Tells a story inside a workflow: every call of `step` happens once for good, results are JSON."""

    def __init__(self, drain: threading.Event) -> None:
        self._drain = drain

    def step(self, name: str, act: Callable[..., R], *arguments: Any) -> R:
        """The recorded result of `act`; leaves the story untold from here on when the process is draining."""
        from dbos import DBOS

        if self._drain.is_set():
            raise Drained
        return DBOS.run_step({"name": name}, _plain(act), *arguments)

    def wait(self, seconds: float) -> None:
        """Sleep until somebody wakes the run, `seconds` at the most; costs no living process."""
        from dbos import DBOS

        DBOS.recv(WAKE, timeout_seconds=seconds)


def _in_our_words(act: Callable[P, R]) -> Callable[P, R]:
    """The same act, with a JournalError where the engine's own database refuses it: a full disk, a damaged file."""
    @functools.wraps(act)
    def acted(*arguments: P.args, **named: P.kwargs) -> R:
        try:
            return act(*arguments, **named)
        except (sqlite3.Error, DatabaseError) as error:
            raise JournalError(
                _("the engine's database cannot be used: {why}").format(why=getattr(error, "orig", error)),
                where="engine.db", hint=_("see its owner, its rights and the free space there; resume afterwards")
            ) from error

    return acted


class Durable:
    """Starts, resumes and drains stories; one per process."""

    def __init__(self, database: Path, liveness: Liveness, stories: dict[str, Callable[[Recorder, str], Any]]) -> None:
        self._database = database
        self._liveness = liveness
        self._stories = stories
        self._drain = threading.Event()
        self._left = threading.Event()
        self.failure: Exception | None = None
        """What a story of this process broke off with; the engine itself cannot note it when its disk is full."""
        self._workflows: dict[str, Callable[[str], Any]] = {}

    @_in_our_words
    def launch(self) -> None:
        """Make the engine ready in this process; it takes up no run by itself. Raises JournalError."""
        from dbos import DBOS, DBOSPortableJSONSerializer

        _refuse_pickle()
        logging.getLogger("dbos").setLevel(logging.ERROR)
        self._database.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with sqlite3.connect(self._database) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
        DBOS(config={
            "name": "migrator",
            "system_database_url": f"sqlite:///{self._database}",
            "application_version": ENGINE_VERSION,
            "executor_id": self._liveness.claim(),
            "log_level": "ERROR",
            "serializer": DBOSPortableJSONSerializer(),
            "notification_listener_polling_interval_sec": 0.2,
        })
        for name, story in self._stories.items():
            self._workflows[name] = DBOS.workflow(name=name, max_recovery_attempts=None)(self._told(story))
        DBOS.listen_queues([self._liveness.executor])
        DBOS.launch()

    @_in_our_words
    def start(self, story: str, workflow: str, run_id: str) -> None:
        """Begin a story under an id; a story that already began under it goes on instead. Raises JournalError."""
        from dbos import DBOS, SetWorkflowID

        with SetWorkflowID(workflow):
            DBOS.start_workflow(self._workflows[story], run_id)

    @_in_our_words
    def resume(self, workflow: str) -> bool:
        """Take up a story whose executor is dead, and wake it if it waits; False when there is nothing to take up."""
        from dbos import DBOS

        found = DBOS.list_workflows(workflow_ids=[workflow])
        if not found or found[0].status in ("SUCCESS", "ERROR"):
            return False
        owner = found[0].executor_id
        if owner and owner != self._liveness.executor and self._liveness.alive(owner):
            return False
        # A queue of our own: every process that is awake takes from the engine's, and would leave in the midst of it.
        DBOS.register_queue(self._liveness.executor, polling_interval_sec=0.2)
        DBOS.send(workflow, "resumed", topic=WAKE)
        DBOS.resume_workflow(workflow, queue_name=self._liveness.executor)
        return True

    @_in_our_words
    def status(self, workflow: str) -> str | None:
        """The engine's own word for where a story stands (PENDING, SUCCESS, ERROR ...), None when it never began."""
        from dbos import DBOS

        found = DBOS.list_workflows(workflow_ids=[workflow], load_input=False, load_output=False)
        return found[0].status if found else None

    def drain(self) -> None:
        """Ask the story to stop at its next step; what runs now is finished first."""
        self._drain.set()

    def drained(self) -> bool:
        """Whether the story has stopped as asked, with nothing of it running any more."""
        return self._drain.is_set() and self._left.is_set()

    def _told(self, story: Callable[[Recorder, str], Any]) -> Callable[[str], Any]:
        def workflow(run_id: str) -> Any:
            try:
                return _in_our_words(story)(Recorder(self._drain), run_id)
            except Drained:
                self._left.set()
                raise
            except Exception as error:
                log.exception("the story of run %s broke off", run_id)
                self.failure = error
                raise

        workflow.__qualname__ = story.__name__
        return workflow


def _plain(act: Callable[..., R]) -> Callable[..., R]:
    """The same act with its result as JSON gives it back, so that a first telling equals a replay."""

    def acted(*arguments: Any) -> Any:
        return json.loads(json.dumps(act(*arguments)))

    acted.__qualname__ = acted.__name__ = act.__name__
    return acted


def _refuse_pickle() -> None:
    """Disarm the engine's fallback: a row marked as pickle would otherwise run code of whoever wrote it."""
    from dbos import _serialization

    def refuse(*_arguments: Any) -> Any:
        raise ValueError("pickled data is refused")

    _serialization.DefaultSerializer.serialize = refuse  # type: ignore[method-assign, assignment]
    _serialization.DefaultSerializer.deserialize = refuse  # type: ignore[method-assign, assignment]
