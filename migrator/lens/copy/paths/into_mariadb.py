"""Lines into MariaDB: LOAD DATA LOCAL into a staging table without keys, then a strict INSERT..SELECT.

LOAD DATA LOCAL turns errors into warnings, as IGNORE does, so nothing that it might bend goes through it: it only
brings texts, and a single warning or a missing row fails the chunk.

The server asks for a file; it gets the lines, whatever name it says, and can never get another file of this machine.
"""

from __future__ import annotations

from collections.abc import Iterable

from pymysql.constants import COMMAND
from pymysql.protocol import LoadLocalPacketWrapper, OKPacketWrapper

from migrator.errors import DatabaseError
from migrator.lens.copy.load import Load
from migrator.lens.copy.paths.lines import Lines
from migrator.lens.copy.paths.path import require_all
from migrator.lens.copy.paths.staging import Staging
from migrator.lens.copy.session import Session
from migrator.text import _

PACKET = 1024 * 1024
"""Bytes sent at a time, well below any server's max_allowed_packet but the smallest."""


class IntoMariadb:
    """LOAD DATA LOCAL, then INSERT..SELECT."""

    name = "LOAD DATA"

    def __init__(self, target: Session) -> None:
        self._target = target

    def take(self, load: Load, lines: Lines) -> int:
        staging = Staging(self._target, load)
        statement = (f"LOAD DATA LOCAL INFILE 'lines' INTO TABLE {staging.table.name} CHARACTER SET utf8mb4 "
                     "FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '\"' ESCAPED BY '' "
                     f"LINES TERMINATED BY '\\n' ({self._target.quoted(load.columns)})")
        with self._target.refusals():
            loaded, warnings = self._load(statement.replace("%%", "%"), lines)
        if warnings:
            _level, _code, said = tuple(self._target.run("SHOW WARNINGS LIMIT 1").one())
            raise DatabaseError(_("{count} values were changed on their way into {table}, the first: {said}").format(
                count=warnings, table=load.table, said=said), where=self._target.endpoint.name)
        require_all(load, lines.rows, loaded)
        return staging.unload()

    def _load(self, statement: str, blocks: Iterable[bytes]) -> tuple[int, int]:
        """Rows and warnings of a LOAD DATA LOCAL that is fed from here."""
        driver = self._target.driver
        driver._execute_command(COMMAND.COM_QUERY, statement)
        LoadLocalPacketWrapper(driver._read_packet())  # raises for any other answer
        try:
            for block in blocks:
                for start in range(0, len(block), PACKET):
                    driver.write_packet(block[start:start + PACKET])
        except BaseException:
            self._target.connection.invalidate()  # a half-sent file must not look like a whole one
            raise
        driver.write_packet(b"")
        ok = OKPacketWrapper(driver._read_packet())
        return ok.affected_rows, ok.warning_count
