"""Lines out of MariaDB: put together by its own expressions, and read from the connection as bytes.

The driver's cursors take each row apart in Python; a line is one column, so its bytes are taken as they come. The form
of the packets: MariaDB's client/server protocol, "Result Set Packets" and "Protocol Data Types".
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pymysql.constants import COMMAND
from pymysql.err import raise_mysql_exception
from sqlalchemy import Select

from migrator.errors import DatabaseError
from migrator.lens.copy.load import Load
from migrator.lens.copy.paths.copying import BLOCK
from migrator.lens.copy.paths.lines import Lines, as_line
from migrator.lens.copy.session import Session
from migrator.text import _

_WHOLE = 0xFFFFFF
"""Length of a packet that goes on in the next one."""
_NULL, _ERROR, _END = 0xFB, 0xFF, 0xFE
_WIDTHS = {0xFC: 3, 0xFD: 4, 0xFE: 9}
"""Bytes before a value, by the first of them; below these the first byte is the length itself."""


class FromMariadb:
    """SELECT, unbuffered."""

    name = "SELECT"

    def __init__(self, source: Session) -> None:
        self._source = source

    def lines(self, load: Load, rows: Select[Any]) -> Lines:
        return _Streamed(self._source, self._source.rendered(as_line(load, rows)).replace("%%", "%"), load.table)


class _Streamed:
    def __init__(self, source: Session, query: str, table: str) -> None:
        self.rows = 0
        self._source = source
        self._query = query
        self._table = table

    def __iter__(self) -> Iterator[bytes]:
        gathered: list[bytes] = []
        size = 0
        with self._source.refusals():
            for line in self._lines():
                gathered.append(line)
                size += len(line)
                self.rows += 1
                if size >= BLOCK:
                    yield b"\n".join(gathered) + b"\n"
                    gathered, size = [], 0
        if gathered:
            yield b"\n".join(gathered) + b"\n"

    def _lines(self) -> Iterator[bytes]:
        driver = self._source.driver
        driver._execute_command(COMMAND.COM_QUERY, self._query)
        for _column in range(driver._read_packet().read_length_encoded_integer()):
            driver._read_packet()
        driver._read_packet()  # the end of the columns
        read = driver._rfile.read
        ended = False
        try:
            while not ended:
                packet = _packet(read)
                first = packet[0]
                if first in (_NULL, _ERROR) or (first == _END and len(packet) < 9):
                    ended = first != _NULL
                    self._special(packet)
                else:
                    yield packet[_WIDTHS.get(first, 1):]
        finally:
            if not ended:
                self._source.connection.invalidate()  # what was not read would be taken for the next answer

    def _special(self, packet: bytes) -> None:
        """Raise for a packet that is neither a line nor their end."""
        if packet[0] == _ERROR:
            raise_mysql_exception(packet)
        if packet[0] == _NULL:
            raise DatabaseError(_("a row for {table} is larger than the server sends").format(table=self._table),
                                where=self._source.endpoint.name, hint=_("raise its max_allowed_packet"))


def _packet(read: Any) -> bytes:
    """The next packet, put together where it came in parts."""
    parts: list[bytes] = []
    while True:
        head = read(4)
        length = int.from_bytes(head[:3], "little")
        part = read(length)
        if len(head) < 4 or len(part) < length:
            raise_mysql_exception(_LOST)
        if length < _WHOLE and not parts:
            return bytes(part)
        parts.append(part)
        if length < _WHOLE:
            return b"".join(parts)


_LOST = b"\xff" + (2013).to_bytes(2, "little") + b"#HY000Lost connection to the server during the query"
