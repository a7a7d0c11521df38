"""Handing over: what a batch has settled at the target is told to the source, and kept until it has been learned."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cached_property
from typing import Any

from sqlalchemy import BigInteger, Column, MetaData, Select, SmallInteger, Table, Text, delete, insert, literal, select
from sqlalchemy.dialects.mysql import LONGBLOB, VARBINARY
from sqlalchemy.types import TypeEngine

from migrator.database.base import OURS
from migrator.lens.copy.session import Session
from migrator.lens.put.remember import LONGEST_KEY
from migrator.sync.across.batches import Batches
from migrator.sync.across.post import Post
from migrator.sync.batch.shape import Shape
from migrator.sync.batch.temporary import Kind

_TYPES: Mapping[Kind, TypeEngine[Any]] = {
    Kind.NUMBER: BigInteger(), Kind.FLAG: SmallInteger(),
    Kind.KEY: Text().with_variant(VARBINARY(LONGEST_KEY), "mysql", "mariadb"),
    Kind.TEXT: Text().with_variant(LONGBLOB(), "mysql", "mariadb")}


class Handing:
    """One pair's settled rows."""

    def __init__(self, shape: Shape, source: Session, target: Session, batches: Batches) -> None:
        self._settled = shape.settled
        self._side = shape.way.target
        self._said = [shape.half(self._side).name, shape.way, dict(shape.settled.ours)]
        self._target = target
        self._batches = batches
        self._post = Post(target, source, lambda: self._rows(self._settled.clause), self._settled)

    def create(self) -> None:
        """Make the tables, in open transactions."""
        with self._target.refusals():
            self._kept.create(self._target.connection, checkfirst=True)
        self._post.create()

    def run(self) -> None:
        """Keep what was settled in the transaction that has written it, and tell the source."""
        rows = self._rows(self._settled.clause).add_columns(literal(self._batches.sent + 1))
        with self._target.refusals():
            self._target.connection.execute(delete(self._kept))
            self._target.connection.execute(insert(self._kept).from_select([*self._settled.ours, "n"], rows))
        self._post.run()

    def again(self) -> None:
        """Tell the source what was kept of the last batch, in open transactions."""
        rows = self._rows(self._kept).where(self._kept.c.n == self._batches.sent)
        self._settled.empty(self._target)
        with self._target.refusals():
            self._target.connection.execute(insert(self._settled.clause).from_select(list(self._settled.ours), rows))
        self._post.run()

    def _rows(self, table: Table) -> Select[tuple[object, ...]]:
        return select(*(table.c[name] for name in self._settled.ours))

    @cached_property
    def _kept(self) -> Table:
        said = hashlib.sha256(json.dumps(self._said, sort_keys=True).encode()).hexdigest()
        return Table(f"{OURS}settled_{said[:16]}", MetaData(), Column("n", BigInteger), *(
            Column(name, _TYPES[kind]) for name, kind in self._settled.ours.items()), schema=self._side)
