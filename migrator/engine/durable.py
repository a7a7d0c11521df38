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
from typing import Any, ParamSpec, Protocol, TypeVar

from sqlalchemy import make_url
from sqlalchemy.exc import DatabaseError

from migrator.engine.story import Drained
from migrator.errors import JournalError
from migrator.text import _

P = ParamSpec("P")
R = TypeVar("R")
log = logging.getLogger(__name__)
ENGINE_VERSION = "engine-1"
"""Fixed by hand: runs in flight survive new releases. A story whose order of steps changes gets a new name instead."""
FORWARD, BACK = "run.v2", "rollback.v2"
FLEET = "fleet"
"""The queue that every worker listens to; one run per environment at a time."""
ENDED = ("SUCCESS", "ERROR")


class Alive(Protocol):
    """Who this process is to the others, and which of them live."""

    executor: str

    def claim(self) -> str: ...

    def alive(self, executor: str) -> bool: ...


class Recorder:
    """Tells a story inside a workflow: every call of `step` happens once for good, results are JSON."""

    def __init__(self, drain: threading.Event) -> None:
        self._drain = drain
        self._fresh = False

    def step(self, name: str, act: Callable[..., R], *arguments: Any) -> R:
        """The recorded result of `act`; leaves the story untold from here on when the process is draining."""
        from dbos import DBOS

        if self._drain.is_set():
            raise Drained
        self._fresh = False
        return DBOS.run_step({"name": name}, self._acted(act), *arguments)

    def park(self) -> None:
        """Leave the story, which costs neither process nor thread meanwhile; whoever takes it up again goes on here."""
        if self._fresh:
            raise Drained

    def _acted(self, act: Callable[..., R]) -> Callable[..., R]:
        """The act as it is called when its result is not recorded yet."""
        plain = _plain(act)

        def acted(*arguments: Any) -> Any:
            self._fresh = True
            return plain(*arguments)

        acted.__qualname__ = acted.__name__ = act.__name__
        return acted


def _in_our_words(act: Callable[P, R]) -> Callable[P, R]:
    """The same act, with a JournalError where the engine's own database refuses it: a full disk, a damaged file."""
    @functools.wraps(act)
    def acted(*arguments: P.args, **named: P.kwargs) -> R:
        try:
            return act(*arguments, **named)
        except (sqlite3.Error, DatabaseError) as error:
            raise JournalError(
                _("the engine's database cannot be used: {why}").format(why=getattr(error, "orig", error)),
                where=_("the engine's database"),
                hint=_("see its owner, its rights and the free space there; resume afterwards")
            ) from error

    return acted


class Durable:
    """Starts, resumes and drains stories; one per process. `arrive` is called with the run before a story is told."""

    def __init__(self, url: str, alive: Alive, stories: dict[str, Callable[[Recorder, str], Any]],
                 arrive: Callable[[str], object] = str) -> None:
        """`url` is that of the engine's database: sqlite or postgresql."""
        self._url = url
        self._alive = alive
        self._stories = stories
        self._arrive = arrive
        self._drain = threading.Event()
        self._telling: set[str] = set()
        self._workflows: dict[str, Callable[[str], Any]] = {}
        self.failure: Exception | None = None
        """What a story of this process broke off with; the engine itself cannot note it when its disk is full."""

    @_in_our_words
    def launch(self, *, fleet: int = 0) -> None:
        """Make the engine ready in this process; it takes up no run by itself. Raises JournalError.

        With `fleet` it also takes as many runs at a time from the queue that all workers share.
        """
        from dbos import DBOS, DBOSPortableJSONSerializer

        _refuse_pickle()
        logging.getLogger("dbos").setLevel(logging.ERROR)
        _prepare(self._url)
        DBOS(config={
            "name": "migrator",
            "system_database_url": self._url,
            "application_version": ENGINE_VERSION,
            "executor_id": self._alive.claim(),
            "log_level": "ERROR",
            "serializer": DBOSPortableJSONSerializer(),
            "notification_listener_polling_interval_sec": 0.2,
        })
        for name, story in self._stories.items():
            self._workflows[name] = DBOS.workflow(name=name, max_recovery_attempts=None)(self._told(story))
        DBOS.listen_queues([self._alive.executor, *([FLEET] if fleet else [])])
        DBOS.launch()
        if fleet:
            DBOS.register_queue(FLEET, partition_concurrency=1, worker_concurrency=fleet, polling_interval_sec=0.2)

    @_in_our_words
    def start(self, run: str) -> str:
        """Tell a run's story here from its beginning; gives its workflow. Raises JournalError."""
        return self._begin(FORWARD, run, run)

    @_in_our_words
    def start_back(self, run: str) -> str:
        """Tell here how a run that has ended goes back; gives the workflow. Raises JournalError."""
        return self._begin(BACK, self._way_back(run, len(self._ways_back(run)) + 1), run)

    @_in_our_words
    def resume(self, run: str) -> str:
        """Take up the story of a run that nobody drives, its newest way back first; gives the workflow."""
        from dbos import DBOS

        for workflow in [*reversed(self._ways_back(run)), run]:
            if self.status(workflow) not in (None, *ENDED):
                # A queue of our own: every process that is awake takes from the engine's, and would leave meanwhile.
                DBOS.register_queue(self._alive.executor, polling_interval_sec=0.2)
                DBOS.resume_workflow(workflow, queue_name=self._alive.executor)
                return workflow
        return self._begin(FORWARD, run, run)

    @_in_our_words
    def status(self, workflow: str) -> str | None:
        """The engine's own word for where a story stands (PENDING, SUCCESS, ERROR ...), None when it never began."""
        from dbos import DBOS

        found = DBOS.list_workflows(workflow_ids=[workflow], load_input=False, load_output=False)
        return found[0].status if found else None

    def drain(self) -> None:
        """Ask the stories to stop at their next step; what runs now is finished first."""
        self._drain.set()

    def draining(self) -> bool:
        """Whether this process has been asked to leave."""
        return self._drain.is_set()

    def drained(self) -> bool:
        """Whether the stories have stopped as asked, with nothing of them running any more."""
        return self._drain.is_set() and not self._telling

    def _begin(self, story: str, workflow: str, run: str) -> str:
        from dbos import DBOS, SetWorkflowID

        with SetWorkflowID(workflow):
            DBOS.start_workflow(self._workflows[story], run)
        return workflow

    def _ways_back(self, run: str) -> list[str]:
        """The workflows in which a run went back after it had ended, oldest first."""
        names: list[str] = []
        while self.status(name := self._way_back(run, len(names) + 1)):
            names.append(name)
        return names

    def _way_back(self, run: str, n: int) -> str:
        return f"{run}.back.{n}"

    def _told(self, story: Callable[[Recorder, str], Any]) -> Callable[[str], Any]:
        def workflow(run: str) -> Any:
            self._telling.add(run)
            try:
                self._arrive(run)
                return _in_our_words(story)(Recorder(self._drain), run)
            except Exception as error:
                log.exception("the story of run %s broke off", run)
                self.failure = error
                raise
            finally:
                self._telling.discard(run)

        workflow.__qualname__ = story.__name__
        return workflow


def _prepare(url: str) -> None:
    """A file that readers and writers share without waiting for each other; a server's database is there already."""
    where = make_url(url)
    if where.get_backend_name() == "sqlite" and where.database:
        Path(where.database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with sqlite3.connect(where.database) as connection:
            connection.execute("PRAGMA journal_mode=WAL")


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
