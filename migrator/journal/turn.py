"""Turns: what two transactions must not do at the same moment, such as adding to one chain, they do in turn."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

SPACE = 0x4D49
"""Keeps our advisory locks apart from those of others in the same database."""


def take_turn(connection: Connection, name: str) -> None:
    """Wait until no other transaction has this turn, and keep it until this one ends.

    Reads that follow see what the one before has committed. On SQLite nothing is to do: a writing transaction is alone.
    """
    if connection.dialect.name != "postgresql":
        return
    transaction = connection.get_transaction()
    whose, taken = connection.info.get("turns", (None, set()))
    if whose is not transaction:
        whose, taken = connection.info["turns"] = transaction, set()
    if name not in taken:  # asked once in a transaction, which may hold what many threads write
        connection.execute(select(func.pg_advisory_xact_lock(SPACE, func.hashtext(name))))
        taken.add(name)
