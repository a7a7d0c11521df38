"""What MariaDB's foreign keys do to rows unseen: their own triggers do not fire, so the parent's must speak for them.

Before a row is deleted or its key changes, the rows that its foreign keys will delete or change are noted, and those
that these take along in turn. They are read as the server will find them (with a lock), not as the transaction's
snapshot shows them; yet not FOR UPDATE, which is refused for a table that the statement itself reads. Each is noted by
an INSERT of its own, because INSERT..SELECT would have writers wait for the counter of the dirty table until the end of
the statement.
"""
# ruff: noqa: S608 - names are quoted by the dialect

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import text

from migrator.errors import FindingsBlock
from migrator.lens.copy.session import Session
from migrator.lens.side import Side
from migrator.sync.capture.trigger import cells, columns, dirty
from migrator.sync.watch.watched import Watched
from migrator.text import _

DEEPEST = 15
"""Levels to which the server itself follows foreign keys before it refuses."""
MOST = 400
"""Paths along foreign keys that a trigger holds at most."""
_CHANGES = ("CASCADE", "SET NULL")


@dataclass(frozen=True)
class Link:
    """A foreign key of a child: its columns, those that they name in the parent, and what happens to the child."""

    name: str
    child: str
    parent: str
    columns: tuple[tuple[str, str], ...]
    """Of the child and of the parent."""
    on_update: str
    on_delete: str


def links(session: Session, side: Side) -> list[Link]:
    """The foreign keys within the side's database that do something to the child."""
    found: dict[tuple[str, str], list[tuple[str, ...]]] = {}
    for child, name, *said in session.connection.execute(_LINKS, {"space": session.schema(side)}):
        found.setdefault((child, name), []).append(tuple(said))
    return [Link(name, child, rows[0][0], tuple((row[1], row[2]) for row in rows), rows[0][3], rows[0][4])
            for (child, name), rows in found.items()]


@dataclass(frozen=True)
class Taken:
    """What a trigger does about the rows that go along, and of which tables these are."""

    acts: str
    notes: frozenset[str]


def cascades(session: Session, side: Side, watched: Sequence[Watched]) -> dict[tuple[str, str], Taken]:
    """What the triggers of parents do, by table and event (update, delete). Raises FindingsBlock where it is too much.
    """
    found, known = {}, links(session, side)
    for parent in sorted({link.parent for link in known}):
        for event in ("update", "delete"):
            tree = _Tree(session, side, known, watched)
            if acts := tree.acts(parent, event):
                found[parent, event] = Taken(acts, frozenset(tree.notes))
    return found


class _Tree:
    """Puts together what happens to children, and to theirs."""

    def __init__(self, session: Session, side: Side, links: Sequence[Link], watched: Sequence[Watched]) -> None:
        self.notes: set[str] = set()
        self._known = links
        self._session = session
        self._side = side
        self._watched = {one.table.name: one for one in watched}
        self._paths = 0

    def acts(self, parent: str, event: str) -> str:
        """Statements for a row of the parent that is about to be deleted, or to have another key; empty for none."""
        if event == "delete":
            return " ".join(self._of_deleted(parent, "OLD", 1))
        return " ".join(self._if_changed(link) for link in self._links(parent, "on_update"))

    def _if_changed(self, link: Link) -> str:
        named = [self._quoted(column) for _child, column in link.columns]
        same = " AND ".join(f"OLD.{name} <=> NEW.{name}" for name in named)
        new = {column: f"NEW.{self._quoted(column)}" for _child, column in link.columns}
        acts = self._of_link(link, "OLD", link.on_update, new, 1)
        return f"IF NOT ({same}) THEN {acts} END IF;" if acts else ""

    def _of_deleted(self, parent: str, row: str, depth: int) -> Iterator[str]:
        for link in self._links(parent, "on_delete"):
            if acts := self._of_link(link, row, "DELETE" if link.on_delete == "CASCADE" else "SET NULL", {}, depth):
                yield acts

    def _of_updated(self, parent: str, row: str, new: Mapping[str, str], depth: int) -> Iterator[str]:
        for link in self._links(parent, "on_update"):
            if any(column in new for _child, column in link.columns):
                values = {column: new.get(column, f"{row}.{self._quoted(column)}") for _child, column in link.columns}
                if acts := self._of_link(link, row, link.on_update, values, depth):
                    yield acts

    def _of_link(self, link: Link, parent: str, fate: str, new: Mapping[str, str], depth: int) -> str:
        """What is to be noted of the children of one row: DELETE, CASCADE with the parent's new values, or SET NULL."""
        if depth > DEEPEST:
            return ""
        self._count(link)
        row = f"r{depth}"
        values = {child: new[column] if fate == "CASCADE" else "NULL" for child, column in link.columns}
        watched = self._watched.get(link.child)
        acts = [] if watched is None else [self._entry(watched, row, fate, values)]
        acts += (self._of_deleted(link.child, row, depth + 1) if fate == "DELETE"
                 else self._of_updated(link.child, row, values, depth + 1))
        if not acts:
            return ""
        met = " AND ".join(f"c.{self._quoted(child)} = {parent}.{self._quoted(column)}"
                           for child, column in link.columns)
        children = self._session.table(self._side, link.child)
        return (f"FOR {row} IN (SELECT c.* FROM {children} c WHERE {met} LOCK IN SHARE MODE) "
                f"DO {' '.join(acts)} END FOR;")

    def _entry(self, watched: Watched, row: str, fate: str, values: Mapping[str, str]) -> str:
        self.notes.add(watched.table.name)
        when = ("was",) if fate == "DELETE" else ("was", "now")
        said = cells(self._session, watched, *when, of=lambda moment, name: (
            values[name] if moment == "now" and name in values else f"{row}.{self._quoted(name)}"))
        return (f"INSERT INTO {dirty(self._session, watched)} ({columns(self._session, watched, *when)}) "
                f"VALUES ({said});")

    def _links(self, parent: str, rule: str) -> list[Link]:
        return [link for link in self._known if link.parent == parent and getattr(link, rule) in _CHANGES]

    def _count(self, link: Link) -> None:
        self._paths += 1
        if self._paths > MOST:
            raise FindingsBlock(_("foreign keys delete or change rows of {table} along too many paths to watch them all"
                                  ).format(table=link.child), where=self._session.endpoint.name,
                                hint=_("have the foreign key {name} restrict instead").format(name=link.name))

    def _quoted(self, name: str) -> str:
        return self._session.quoted([name])


_LINKS = text("""
    select k.table_name, k.constraint_name, k.referenced_table_name, k.column_name, k.referenced_column_name,
           r.update_rule, r.delete_rule
    from information_schema.referential_constraints r
    join information_schema.key_column_usage k
      on k.constraint_schema = r.constraint_schema and k.constraint_name = r.constraint_name
     and k.table_name = r.table_name
    where r.constraint_schema = :space and k.table_schema = :space and r.unique_constraint_schema = :space
      and (r.update_rule in ('CASCADE', 'SET NULL') or r.delete_rule in ('CASCADE', 'SET NULL'))
    order by k.table_name, k.constraint_name, k.ordinal_position""")
