"""What a database server says when it refuses, told as our errors; passwords never come through."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from migrator.errors import DatabaseError, LoginRefused, MigratorError, Unreachable
from migrator.secret import MASK, scrub
from migrator.text import _

if TYPE_CHECKING:
    from sqlalchemy import URL
    from sqlalchemy.exc import DBAPIError

_REFUSED = re.compile(r"authentication failed|no password supplied|no pg_hba.conf entry|role .* does not exist"
                      r"|not permitted to log in|permission denied for database|Access denied")
_UNREACHED = re.compile(r"connection refused|could not connect|timed? ?out|timeout expired|server closed the connection"
                        r"|could not translate host|failed to resolve|name or service not known|no route to host"
                        r"|network is unreachable|is starting up|shutting down|can't connect|lost connection"
                        r"|gone away|connection (was )?reset|no such file or directory", re.IGNORECASE)
_MYSQL_REFUSED = {1044, 1045, 1130, 1698, 1251}
_MYSQL_UNREACHED = {2002, 2003, 2005, 2006, 2013}


def in_our_words(error: DBAPIError, name: str, url: URL) -> MigratorError:
    """LoginRefused, Unreachable or DatabaseError with the server's own message, never with the statement."""
    number, message = _said(error)
    if url.password:
        message = message.replace(str(url.password), MASK)
    message = scrub(message)
    user, address = url.username or "", f"{url.host or 'socket'}:{url.port or ''}".rstrip(":")
    if number in _MYSQL_REFUSED or (number is None and _REFUSED.search(message)):
        return LoginRefused(_("the database refused the user {user}: {message}").format(user=user, message=message),
                            where=name, hint=_("check user, password and database in the inventory"))
    if number in _MYSQL_UNREACHED or (_connecting(error) and _UNREACHED.search(message)):
        return Unreachable(_("the database does not answer at {address}: {message}").format(
            address=address, message=message), where=name, hint=_("is the server running, and is the address right?"))
    return DatabaseError(message, where=name)


def _said(error: DBAPIError) -> tuple[int | None, str]:
    """MySQL's error number (None elsewhere) and the message."""
    arguments: tuple[object, ...] = getattr(error.orig, "args", ())
    if len(arguments) == 2 and isinstance(arguments[0], int):
        return arguments[0], str(arguments[1])
    return None, " ".join(str(error.orig).split())


def _connecting(error: DBAPIError) -> bool:
    """Whether the server was not there, rather than answering with an error of its own."""
    return getattr(error.orig, "sqlstate", None) in (None, "57P01", "57P02", "57P03", "08006", "08001", "08003")
