"""One side's connection, in a thread of its own, so that both servers work at the same time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any, TypeVar

from sqlalchemy import Connection, Executable, inspect, text
from sqlalchemy.exc import DBAPIError

from migrator.database.refusals import in_our_words
from migrator.lens.lens import Lens
from migrator.lens.memory import PLACE, Memory
from migrator.lens.pair import Pair
from migrator.lens.places.carry import Carried
from migrator.lens.places.endpoint import Endpoint
from migrator.lens.places.meeting import Meeting
from migrator.lens.places.snapshot import snapshot
from migrator.lens.side import Side
from migrator.lens.verify.view import View

T = TypeVar("T")
BATCH = 5_000
"""Rows that are held of a long answer."""
_QUICKER = """
select set_config(name, case name when 'jit' then 'off' else '64MB' end, true) from pg_settings
where name = 'jit' or name = 'work_mem' and cast(setting as bigint) < 65536
"""
"""For PostgreSQL. Each range is a statement of its own: to compile its many expressions would take longer than to run
them; and the planner cannot know how few slots there are, so that it would rather sort on disk than count in memory.
"""


class Reader:
    """Asks one side; every question is answered from the data of one moment. Raises DatabaseError when one is refused.
    """

    def __init__(self, side: Side, end: Endpoint, connection: Connection, thread: ThreadPoolExecutor,
                 tables: Carried) -> None:
        self.side = side
        self._end = end
        self._tables = tables
        self._connection = connection
        self._thread = thread
        self._moment = ExitStack()

    @property
    def name(self) -> str:
        """What people call the database."""
        return self._end.name

    def view(self, pair: Pair, memories: Mapping[str, Memory]) -> View:
        """The rows of a pair, as this side says them; carries here what is looked up beside them."""
        return self._run(lambda: View(pair, self.side, self._tables, memories))

    def ask(self, question: Executable) -> Future[list[Any]]:
        """All rows of a short answer, later."""
        return self._later(lambda: list(self._connection.execute(question)))

    def one(self, question: Executable) -> Any:
        """The first value of the first row; None where there is no row."""
        rows = self.ask(question).result()
        return rows[0][0] if rows else None

    def stream(self, question: Executable) -> Iterator[Any]:
        """The rows of a long answer, a batch at a time; to be read to its end or not at all."""
        batches = self._run(lambda: self._connection.execute(
            question, execution_options={"stream_results": True, "max_row_buffer": BATCH}).partitions(BATCH))
        while batch := self._run(lambda: next(batches, None)):
            yield from batch

    def renew(self) -> None:
        """Look at the data as they are from now on."""
        self._run(self._begin)

    def leave(self) -> None:
        """Look no more."""
        self._run(self._moment.close)

    def _begin(self) -> None:
        self._moment.close()
        self._connection.rollback()  # what was carried here has been committed; a look at it may still be open
        self._moment.enter_context(snapshot(self._connection))
        if self._connection.dialect.name == "postgresql":
            self._connection.execute(text(_QUICKER))

    def _run(self, act: Callable[[], T]) -> T:
        return self._later(act).result()

    def _later(self, act: Callable[[], T]) -> Future[T]:
        def told() -> T:
            try:
                return act()
            except DBAPIError as error:
                raise in_our_words(error, self._end.name, self._end.url) from None

        return self._thread.submit(told)


@contextmanager
def reader(lens: Lens, meeting: Meeting, side: Side) -> Iterator[Reader]:
    """A reader of a side; `renew` begins its first look, and tables are carried to it before that."""
    with ThreadPoolExecutor(1, f"verify {side}") as thread, ExitStack() as stack:
        connection = thread.submit(stack.enter_context, meeting.connect(side)).result()
        found = Reader(side, meeting.end(side), connection, thread, Carried(lens, meeting, side, connection))
        try:
            yield found
        finally:
            found.leave()
            thread.submit(stack.close).result()


def memories_there(lens: Lens, meeting: Meeting) -> frozenset[str]:
    """The names of the lens's memories that have been made."""
    end = meeting.end(PLACE)
    with end.connect() as connection:
        there = inspect(connection).get_table_names(schema=None if end.make == "sqlite" else end.namespace)
    return frozenset(memory.name for memory in lens.memories) & frozenset(there)
