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
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from sqlalchemy import URL
from sqlalchemy.exc import DatabaseError

from migrator.engine.processes.alive import Alive
from migrator.engine.run.story import Drained
from migrator.errors import JournalError, WrongUse
from migrator.secret import scrubbed
from migrator.text import _

P = ParamSpec("P")
R = TypeVar("R")
log = logging.getLogger(__name__)
TEXTS = ("message", "why", "hint")
"""Keys of results under which people are told something; a command's output may be part of it."""
ENGINE_VERSION = "engine-1"
"""Fixed by hand: runs in flight survive new releases. A story whose order of steps changes gets a new name instead."""
FORWARD, BACK = "run.v2", "rollback.v2"
FLEET = "fleet"
"""The queue that every worker listens to; one run per environment at a time."""
ENDED = ("SUCCESS", "ERROR")


class BrokenOff(Drained):
    """An act raised, which is its `cause`. It is no Exception: one would be recorded for good as what the act gave."""

    def __init__(self, cause: Exception) -> None:
        super().__init__()
        self.cause = cause


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
            try:
                return plain(*arguments)
            except Exception as error:
                raise BrokenOff(error) from error

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
                hint=_("see its owner, its rights and the free space there; resume afterwards")) from error

    return acted


@dataclass(frozen=True)
class Story:
    """Where a story stands: the engine's own word for it, the executor that began or tells it, and how it goes."""

    state: str
    executor: str | None
    told_as: str

    @property
    def begun(self) -> bool:
        """Somebody has taken it from its queue, and it has not ended."""
        return self.state == "PENDING"


class Durable:
    """Starts, resumes and drains stories; one per process.

    A story is told within the `visit` of its run, and not at all when that gives False.
    """

    def __init__(self, url: URL, alive: Alive, stories: dict[str, Callable[[Recorder, str], Any]],
                 visit: Callable[[str], AbstractContextManager[bool]] = lambda run: nullcontext(True)) -> None:
        """`url` is that of the engine's database: sqlite or postgresql."""
        self._url = url
        self._alive = alive
        self._stories = stories
        self._visit = visit
        self._drain = threading.Event()
        self._polling: list[threading.Event] = []
        self._telling: set[str] = set()
        self._workflows: dict[str, Callable[[str], Any]] = {}
        self.failures: dict[str, Exception] = {}
        """What stories of this process broke off with, by run. Such a story has not ended: it can be taken up again."""

    @_in_our_words
    def launch(self, *, fleet: int = 0) -> None:
        """Make the engine ready in this process; it takes up no run by itself. Raises JournalError.

        With `fleet` it also takes as many runs at a time from the queue that all workers share.
        """
        from dbos import DBOS, DBOSPortableJSONSerializer

        _refuse_pickle()
        logging.getLogger("dbos").setLevel(logging.ERROR)
        _prepare(self._url)
        engine = DBOS(config={
            "name": "migrator",
            "system_database_url": self._url.render_as_string(hide_password=False),
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
        self._polling = engine.background_thread_stop_events
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
    def enqueue(self, run: str, *, partition: str) -> None:
        """Have some worker tell a run's story from its beginning, one of each partition at a time."""
        from dbos import DBOS, SetEnqueueOptions, SetWorkflowID

        with SetWorkflowID(run), SetEnqueueOptions(queue_partition_key=partition):
            DBOS.enqueue_workflow(FLEET, self._workflows[FORWARD], run)

    @_in_our_words
    def resume(self, run: str, *, queue: str | None = None) -> str:
        """Take up the story of a run that nobody drives, its newest way back first; gives the workflow.

        It is told in this process, or by whoever takes it from the `queue`.
        """
        from dbos import DBOS

        for workflow in [*reversed(self._ways_back(run)), run]:
            story = self.stories([workflow]).get(workflow)
            if story and story.state not in ENDED:
                self._require_known(run, story)
                if queue is None:
                    # One of our own: every process that is awake takes from the engine's, and would leave meanwhile.
                    queue = self._alive.executor
                    DBOS.register_queue(queue, polling_interval_sec=0.2)
                DBOS.resume_workflow(workflow, queue_name=queue)
                return workflow
        return self._begin(FORWARD, run, run)

    @_in_our_words
    def stories(self, runs: Sequence[str]) -> dict[str, Story]:
        """Where the stories of these runs stand; runs whose story was neither begun nor queued are left out."""
        from dbos import DBOS

        found = DBOS.list_workflows(workflow_ids=list(runs), load_input=False, load_output=False) if runs else []
        return {story.workflow_id: Story(story.status, story.executor_id, story.name) for story in found}

    @_in_our_words
    def status(self, workflow: str) -> str | None:
        """The engine's own word for where a story stands (PENDING, SUCCESS, ERROR ...), None when it never began."""
        story = self.stories([workflow]).get(workflow)
        return story.state if story else None

    def tells(self, run: str) -> bool:
        """Whether a story of the run is being told in this process at this moment."""
        return run in self._telling

    def drain(self) -> None:
        """Ask the stories to stop at their next step, and take none up; what runs now is finished first."""
        self._drain.set()
        for queue in self._polling:
            queue.set()

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

    def _require_known(self, run: str, story: Story) -> None:
        if story.told_as not in self._workflows:
            raise WrongUse(_("run {run} was begun by another version of this program and goes in another order").format(
                run=run), hint=_("resume it, or bring it back, with the version that began it"))

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
            if self._drain.is_set():
                raise Drained
            self._telling.add(run)
            try:
                with self._visit(run) as admitted:
                    return _in_our_words(story)(Recorder(self._drain), run) if admitted else None
            except (BrokenOff, Exception) as error:
                log.exception("the story of run %s broke off", run)
                self.failures[run] = error.cause if isinstance(error, BrokenOff) else error
                raise Drained from error
            finally:
                self._telling.discard(run)

        workflow.__qualname__ = story.__name__
        return workflow


def _prepare(url: URL) -> None:
    """A file that readers and writers share without waiting for each other; a server's database is there already."""
    if url.get_backend_name() == "sqlite" and url.database:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with sqlite3.connect(url.database) as connection:
            connection.execute("PRAGMA journal_mode=WAL")


def _plain(act: Callable[..., R]) -> Callable[..., R]:
    """The same act with its result as JSON gives it back, so that a first telling equals a replay; without secrets."""

    def acted(*arguments: Any) -> Any:
        return scrubbed(json.loads(json.dumps(act(*arguments))), TEXTS)

    acted.__qualname__ = acted.__name__ = act.__name__
    return acted


def _refuse_pickle() -> None:
    """Disarm the engine's fallback: a row marked as pickle would otherwise run code of whoever wrote it."""
    from dbos import _serialization

    def refuse(*_arguments: Any) -> Any:
        raise ValueError("pickled data is refused")

    _serialization.DefaultSerializer.serialize = refuse  # type: ignore[method-assign, assignment]
    _serialization.DefaultSerializer.deserialize = refuse  # type: ignore[method-assign, assignment]
