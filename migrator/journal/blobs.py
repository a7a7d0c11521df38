"""Contents by their SHA-256: the files of playbooks that workers on other machines need."""

from __future__ import annotations

import hashlib

from sqlalchemy import Connection, Engine, insert, select

from migrator.errors import JournalError
from migrator.journal.tables import blob
from migrator.journal.turn import take_turn
from migrator.journal.writer import Writer, written
from migrator.text import _


class Blobs:
    """Keeps each content once; what comes out is what went in, or an error."""

    def __init__(self, engine: Engine, writer: Writer) -> None:
        self._engine = engine
        self._writer = writer

    @written
    def keep(self, connection: Connection, content: bytes) -> str:
        """Keep a content, unless it is here already; gives its SHA-256."""
        digest = hashlib.sha256(content).hexdigest()
        take_turn(connection, f"blob {digest}")
        if connection.execute(select(blob.c.sha256).where(blob.c.sha256 == digest)).first() is None:
            connection.execute(insert(blob).values(sha256=digest, content=content))
        return digest

    def get(self, digest: str) -> bytes | None:
        """The content with this digest, None when it was never kept. Raises JournalError when it was changed."""
        with self._engine.begin() as connection:
            content = connection.execute(select(blob.c.content).where(blob.c.sha256 == digest)).scalar()
        if content is not None and hashlib.sha256(content).hexdigest() != digest:
            raise JournalError(_("a file of a playbook was changed in the journal"), where=digest,
                               hint=_("make the plan again; inv audit.verify tells what else was changed"))
        return content
