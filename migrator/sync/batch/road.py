"""The road of one way: a connection at the source and one at the target, which may be the same."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Connection, Select

from migrator.lens.copy.session import Session
from migrator.lens.lens import Lens
from migrator.lens.memory import PLACE
from migrator.lens.places.meeting import Meeting
from migrator.lens.scope import Tables
from migrator.lens.side import Side, Way
from migrator.lens.sql.column import as_stored
from migrator.sync.batch.shape import Shape
from migrator.sync.batch.temporary import Temporary
from migrator.sync.guard import applying

Confirm = Callable[[Connection, Side], None]
"""Says in a transaction that we still may; raises where another has taken over."""
Rows = Callable[[Tables], Select[Any]]
"""A query at the source, by what stands there for each table."""


class Carriage(Protocol):
    """Brings the rows of one query into one temporary table, empty before, batch after batch."""

    def create(self) -> None:
        """Make what it needs on its connections."""

    def run(self) -> int:
        """Bring the rows; how many."""


class Handing(Protocol):
    """Tells the source what has been settled at the target."""

    def create(self) -> None:
        """Make what it needs on both connections."""

    def run(self) -> None:
        """Tell it, before the target commits."""

    def again(self) -> None:
        """Tell it once more what was settled in the last batch that the target has committed."""


@dataclass(frozen=True)
class Road(ABC):
    """Where the two ends of a way are reached."""

    lens: Lens
    way: Way
    source: Session
    target: Session

    @property
    def shared(self) -> bool:
        """Whether one connection sees both sides, so that a batch is one transaction."""
        return self.source.connection is self.target.connection

    @property
    def numbers_first(self) -> bool:
        """Whether numbers are kept by another server than the rows that get them: these must be committed before."""
        return not self.shared and self.way.source is PLACE

    @property
    def behind(self) -> bool:
        """Whether the source has missed what the target committed last: it was cut off between the two."""
        return False

    @abstractmethod
    def create(self) -> None:
        """Make what the road itself needs, in transactions that are open at both ends."""

    def at(self, side: Side) -> Session:
        """The connection at a side."""
        return self.source if side is self.way.source else self.target

    @abstractmethod
    def carriage(self, rows: Rows, into: Temporary, side: Side, *, numbering: bool = False) -> Carriage:
        """How rows that the source makes come into a temporary table at a side.

        numbering: of the other side's tables, rows found by their key aside, nothing but the highest numbers is asked.
        """

    @abstractmethod
    def handing(self, shape: Shape) -> Handing:
        """How what is settled of a pair at the target comes to the source."""

    @abstractmethod
    def at_target(self, confirm: Confirm) -> AbstractContextManager[None]:
        """Within the source's transaction: the one in which the target is written; it ends first."""

    @contextmanager
    def looking(self, *sides: Side) -> Iterator[None]:
        """A transaction at each of these sides in which nothing but temporary tables is written."""
        with ExitStack() as stack:
            for session in {id(session.connection): session for session in map(self.at, sides)}.values():
                stack.enter_context(session.refusals())
                stack.enter_context(session.connection.begin())
            yield

    def making(self) -> AbstractContextManager[None]:
        """A transaction at each end in which tables may be made."""
        return self.looking(*Side)

    @contextmanager
    def at_source(self, confirm: Confirm) -> Iterator[None]:
        """The transaction in which the source learns what has been done; where one sees both sides, the only one."""
        with self._writing(self.source, tuple(Side) if self.shared else (self.way.source,), confirm):
            yield

    @contextmanager
    def _writing(self, session: Session, sides: tuple[Side, ...], confirm: Confirm) -> Iterator[None]:
        with session.refusals(), session.connection.begin(), applying(session, *sides):
            yield
            for side in sides:
                confirm(session.connection, side)


class SharedRoad(Road):
    """Inside one server."""

    def create(self) -> None:
        """See `Road`."""

    def carriage(self, rows: Rows, into: Temporary, side: Side, *, numbering: bool = False) -> Carriage:
        """See `Road`."""
        return Filled(self.at(side), lambda: rows(self.lens.tables), into)

    def handing(self, shape: Shape) -> Handing:
        """See `Road`: the source sees it."""
        return Seen()

    @contextmanager
    def at_target(self, confirm: Confirm) -> Iterator[None]:
        """See `Road`: it is the source's."""
        yield


class Seen:
    """Nothing has to be told."""

    def create(self) -> None:
        """See `Handing`."""

    def run(self) -> None:
        """See `Handing`."""

    def again(self) -> None:
        """See `Handing`."""


class Filled:
    """Rows of a query at the connection that has the temporary table."""

    def __init__(self, session: Session, rows: Callable[[], Select[Any]], into: Temporary) -> None:
        self._session = session
        self._rows = rows
        self._into = into
        self._words = ""

    def create(self) -> None:
        """See `Carriage`."""

    def run(self) -> int:
        """See `Carriage`."""
        self._words = self._words or self._into.fill(self._session, as_stored(self._rows(), self._into.types))
        self._into.empty(self._session)
        return self._session.run(self._words).rowcount


@contextmanager
def shared_road(lens: Lens, meeting: Meeting, way: Way) -> Iterator[Road]:
    """The road inside one server. It starts from the target: of two SQLite files with write-ahead logs each commits by
    itself, that one first.
    """
    with meeting.connect(way.target) as connection:
        session = Session(meeting.end(way.target), connection)
        session.read_without_locks()
        yield SharedRoad(lens, way, session, session)
