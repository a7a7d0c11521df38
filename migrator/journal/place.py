"""Where journal and engine keep their data: files of this machine, or the PostgreSQL that all machines share."""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from migrator.errors import WrongUse
from migrator.secret import Secret, resolve
from migrator.text import _

VARIABLE = "MIGRATOR_DATABASE"
BY_NAME = "env:"


def database_url(home: Path) -> URL:
    """The journal's database: what MIGRATOR_DATABASE names, else a file in the home folder.

    The password comes by libpq's own means, or its place in the URL names the variable that holds it:
    `postgresql://migrator:env:PASSWORD@server/migrator`. Raises WrongUse when it names none of PostgreSQL.
    """
    return _shared() or make_url(sqlite_url(home / "migrator.db"))


def engine_url(home: Path) -> URL:
    """The engine's database: the same PostgreSQL, else another file in the home folder."""
    return _shared() or make_url(sqlite_url(home / "engine.db"))


def sqlite_url(path: Path) -> str:
    """The URL of a file of this machine, whose folder is made."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    return f"sqlite:///{path}"


def _shared() -> URL | None:
    named = os.environ.get(VARIABLE)
    if not named:
        return None
    hint = f"export {VARIABLE}=postgresql://USER:env:PASSWORD@HOST/DATABASE"
    try:
        url = make_url(named)
    except ArgumentError:  # its text is not shown: it may hold a password
        raise WrongUse(_("{variable} holds no database URL").format(variable=VARIABLE), hint=hint) from None
    if url.get_backend_name() not in ("postgresql", "postgres"):  # libpq takes both names
        raise WrongUse(_("{variable} names a database of the make {make}; it must be postgresql").format(
            variable=VARIABLE, make=url.get_backend_name()), hint=hint)
    return url.set(drivername="postgresql+psycopg", password=_password(url))


def _password(url: URL) -> str | None:
    """The password to log in with, known as a secret from here on; None leaves it to libpq."""
    for value in (url.password, os.environ.get("PGPASSWORD")):
        if value:
            Secret(str(value))
    if url.password and str(url.password).startswith(BY_NAME):
        return resolve(str(url.password)).reveal()
    return str(url.password) if url.password else None
