"""The versions of a product as their databases show them: the file `fingerprints.yaml` of a playbook."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from migrator.database.base import Schema
from migrator.errors import PlaybookError
from migrator.playbook.inventory import Strict
from migrator.playbook.loader import parse
from migrator.playbook.validate import validate
from migrator.text import _

Make = Literal["sqlite", "postgresql", "mariadb"]
Marker = Annotated[str, Field(pattern=r"^[^\s.]+(\.[^\s.]+){0,2}$")]
"""A table, or `table.column`; in PostgreSQL a schema other than `public` comes before."""


class Looks(Strict):
    """How the database of one version looks. What a site adds changes the fingerprint and not the markers."""

    fingerprints: dict[Make, list[str]] = Field(default_factory=dict, description="of the product as it is delivered")
    needs: list[Marker] = Field(default_factory=list, description="tables and columns that this version has")
    forbids: list[Marker] = Field(default_factory=list, description="tables and columns that this version has not")

    def of(self, make: str) -> list[str]:
        """The fingerprints on one make of database."""
        return {str(known): prints for known, prints in self.fingerprints.items()}.get(make, [])

    def statements(self) -> dict[str, bool]:
        """Each marker, and whether it is there in this version."""
        return {**dict.fromkeys(self.needs, True), **dict.fromkeys(self.forbids, False)}


class Known(Strict):
    """What is known of all versions."""

    format: Literal[1]
    versions: dict[str, Looks]


def read_known(content: bytes, file: str) -> Known:
    """The file as a record. Raises PlaybookError with the position of what is wrong."""
    return validate(Known, parse(content, file))


def keep(version: str, make: str, schema: Schema) -> bytes:
    """The content of a file that keeps the whole structure of a version, taken from a fresh installation of it."""
    record = {"version": version, "make": make, **schema.as_json()}
    return json.dumps(record, indent=1, ensure_ascii=False, sort_keys=True).encode()


def kept(files: Mapping[str, bytes], make: str) -> dict[str, Schema]:
    """The structures of one make in such files, by version. Raises PlaybookError for a file that holds none."""
    records = [_record(name, content) for name, content in files.items()]
    return {version: schema for version, its_make, schema in records if its_make == make}


def _record(name: str, content: bytes) -> tuple[str, str, Schema]:
    try:
        data = json.loads(content)
        return str(data["version"]), str(data["make"]), Schema.from_json(data)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise PlaybookError(_("this file keeps no structure of a database"), where=name) from None
