"""A structure as a file: what the version between two hops looks like, without an installation of it."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from migrator.errors import PlaybookError
from migrator.lens.schema import Column, ForeignKey, Schema, Table
from migrator.lens.types import Family, Type
from migrator.text import _


def write_schema(schema: Schema, path: Path) -> None:
    """Keep a structure in a JSON file; what is not set is left out."""
    tables = {name: _lean(asdict(table)) for name, table in schema.tables.items()}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"make": schema.make, "tables": tables}, indent=1, ensure_ascii=False) + "\n",
                    encoding="utf-8")


def load_schema(path: Path) -> Schema:
    """The structure in a file. Raises PlaybookError when it is none."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return Schema(data["make"], {name: _table(table) for name, table in data["tables"].items()})
    except OSError as error:
        raise PlaybookError(_("the file cannot be read: {why}").format(why=error.strerror), where=str(path)) from None
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise PlaybookError(_("this is no structure of a database: {why}").format(why=error), where=str(path),
                            hint=_("inv map.schema --env ENV --write FILE makes one")) from None


def _table(data: dict[str, Any]) -> Table:
    columns = {name: Column(**{**column, "type": _type(column["type"])}) for name, column in data["columns"].items()}
    foreign = tuple(ForeignKey(tuple(f["columns"]), f["table"], tuple(f["refers"])) for f in data.get("foreign", ()))
    return Table(data["name"], columns, tuple(data.get("key", ())), tuple(map(tuple, data.get("uniques", ()))), foreign,
                 tuple(data.get("triggers", ())))


def _type(data: dict[str, Any]) -> Type:
    return Type(**{**data, "family": Family(data["family"]), "labels": tuple(data.get("labels", ()))})


def _lean(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _lean(item) for key, item in value.items()
                if key == "nullable" or item not in (None, False, (), [])}
    return [_lean(item) for item in value] if isinstance(value, (list, tuple)) else value
