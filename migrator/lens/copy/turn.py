"""One copy at a time into one database: the right to copy hangs on a connection, so it is free when its holder died."""

from __future__ import annotations

import hashlib

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from migrator.errors import Locked
from migrator.lens.copy.keys import WAY
from migrator.lens.copy.session import Session
from migrator.text import _

PATIENCE = 30
"""Seconds in which a server notices that a holder has died in the middle of a statement."""
_WITHIN = text("select set_config('lock_timeout', :patience, true)")
_ASK = {"postgresql": text("select true from (select pg_advisory_lock(hashtextextended(:name, 0))) as held"),
        "mariadb": text("select get_lock(:name, :patience)")}


def take_turn(target: Session) -> None:
    """Be the only copy into this database until the connection ends. SQLite has its own lock on the file.

    Raises Locked when another process goes on copying.
    """
    if target.make not in _ASK:
        return
    name = hashlib.sha256(f"migrator copy {target.schema(WAY.target)}".encode()).hexdigest()[:32]
    try:
        with target.connection.begin():
            if target.make == "postgresql":
                target.connection.execute(_WITHIN, {"patience": f"{PATIENCE}s"})
                held = target.connection.scalar(_ASK[target.make], {"name": name})
            else:
                held = target.connection.scalar(_ASK[target.make], {"name": name, "patience": PATIENCE})
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) != "55P03":  # lock_not_available
            raise
        held = False
    if not held:
        raise Locked(_("another process copies into this database"), where=target.endpoint.name,
                     hint=_("wait until it has ended, or end it; then start this again: it goes on where that stopped"))
