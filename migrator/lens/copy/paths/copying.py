"""The two ends of PostgreSQL's COPY."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from migrator.lens.copy.session import Session

BLOCK = 256 * 1024
"""Bytes that are handed on at a time; COPY gives them row by row."""


class Sent:
    """The rows of a query as COPY gives them, block by block; `rows` is their number once all are taken."""

    def __init__(self, source: Session, query: str, form: str) -> None:
        self.rows = 0
        self._source = source
        self._statement = f"COPY ({query}) TO STDOUT ({form})".replace("%%", "%")

    def __iter__(self) -> Iterator[bytes]:
        with self._source.refusals(), self._source.driver.cursor() as cursor:
            with cursor.copy(self._statement) as rows:
                yield from _gathered(rows)
            self.rows = cursor.rowcount


def taken(target: Session, table: str, columns: Iterable[str], form: str, blocks: Iterable[bytes]) -> int:
    """Give blocks to COPY; how many rows it has made of them. `table` is quoted already."""
    statement = f"COPY {table} ({target.quoted(columns)}) FROM STDIN ({form})".replace("%%", "%")
    with target.refusals(), target.driver.cursor() as cursor:
        with cursor.copy(statement) as rows:
            for block in blocks:
                rows.write(block)
        return int(cursor.rowcount)


def _gathered(rows: Iterable[bytes | memoryview]) -> Iterator[bytes]:
    gathered: list[bytes | memoryview] = []
    size = 0
    for row in rows:
        gathered.append(row)
        size += len(row)
        if size >= BLOCK:
            yield b"".join(gathered)
            gathered, size = [], 0
    if gathered:
        yield b"".join(gathered)
