"""One writer per process: threads that write at the same moment share one transaction, and one wait for the disk."""

from __future__ import annotations

import functools
import threading
from collections import deque
from collections.abc import Callable
from typing import Any, Concatenate, Generic, ParamSpec, Protocol, TypeVar

from sqlalchemy import Connection, Engine

from migrator.journal import audit
from migrator.journal.store import StoreBusy, StoreLost

TRIES = 20
"""How often one act is undone by the database, because others wait for each other with it, before it is given up."""
R = TypeVar("R")
P = ParamSpec("P")


class Writer:
    """Whoever comes first commits for all who wait meanwhile; nobody waits for others to come."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine.execution_options(writes=True)
        self._waiting: deque[_Write[Any]] = deque()
        self._turn = threading.Lock()

    def write(self, act: Callable[[Connection], R]) -> R:
        """Do this in a transaction, and give its result when that is committed; an error undoes nothing of others.

        `act` may be called again after its transaction was undone, so it reads and writes the connection and no more.
        """
        mine = _Write(act)
        self._waiting.append(mine)
        with self._turn:
            if not mine.done:
                self._lead(mine)
        return mine.result()

    def _lead(self, mine: _Write[Any]) -> None:
        batch = [self._waiting.popleft() for _place in range(len(self._waiting))]
        try:
            self._commit(batch)
        finally:  # when this thread is torn out of it, one of the others leads next
            self._waiting.extendleft(write for write in reversed(batch) if not write.done and write is not mine)

    def _commit(self, batch: list[_Write[Any]]) -> None:
        """All in one transaction; when it fails, each in its own, so that the fault stays with the one that has it."""
        try:
            with self._engine.begin() as connection:
                audit.house_last(connection)
                results = [write.act(connection) for write in batch]
                audit.settle(connection)
        except Exception as error:
            self._failed(batch, error)
        else:
            for write, result in zip(batch, results, strict=True):
                write.succeed(result)

    def _failed(self, batch: list[_Write[Any]], error: Exception) -> None:
        if isinstance(error, StoreLost):  # nobody knows whether it is written, so it is not written again
            for write in batch:
                write.fail(error)
        elif len(batch) > 1:
            for write in batch:
                self._commit([write])
        elif isinstance(error, StoreBusy) and batch[0].may_try_again():
            self._commit(batch)
        else:
            batch[0].fail(error)


class _Write(Generic[R]):
    """What one thread wants written, and what became of it."""

    def __init__(self, act: Callable[[Connection], R]) -> None:
        self.act = act
        self.done = False
        self._tries = TRIES
        self._result: R
        self._error: Exception | None = None

    def may_try_again(self) -> bool:
        self._tries -= 1
        return self._tries > 0

    def succeed(self, result: R) -> None:
        self._result, self.done = result, True

    def fail(self, error: Exception) -> None:
        self._error, self.done = error, True

    def result(self) -> R:
        """What the act gave; raises what it raised."""
        if self._error is not None:
            raise self._error
        return self._result


class Writing(Protocol):
    """Something that has a writer."""

    _writer: Writer


W = TypeVar("W", bound=Writing)


def written(method: Callable[Concatenate[W, Connection, P], R]) -> Callable[Concatenate[W, P], R]:
    """Call the method without its connection: it gets that of a transaction, and returns when this is committed."""
    @functools.wraps(method)
    def through_the_writer(self: W, /, *arguments: P.args, **named: P.kwargs) -> R:
        return self._writer.write(lambda connection: method(self, connection, *arguments, **named))

    return through_the_writer
