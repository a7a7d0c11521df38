"""The JSON schema of `playbook.yaml`, made from the records and the step kinds, for editors."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from migrator.playbook.kinds import Kinds
from migrator.playbook.model import Playbook
from migrator.playbook.steps import COMMON

_LOOKUP = {"type": "string", "pattern": r"\$\{[a-z]+\.[^}]+\}"}
_REF = "#/$defs/{model}"


def playbook_schema(kinds: Kinds) -> dict[str, Any]:
    """The schema: every step is one of the known kinds, and its arguments may hold look-ups instead of values."""
    used: set[type[BaseModel]] = {Playbook, *(kind.Args for kind in kinds.values())}
    models = sorted(used, key=lambda model: (model.__module__, model.__qualname__))
    keys, definitions = models_json_schema([(model, "validation") for model in models], ref_template=_REF)
    schemas: dict[str, Any] = definitions["$defs"]
    arguments = {name: keys[(kind.Args, "validation")] for name, kind in kinds.items()}
    for model in {schema["$ref"].rsplit("/", 1)[1] for schema in arguments.values()}:
        schemas[model] = _or_lookup(schemas[model])
    schemas["Step"] = {"anyOf": [_step(schemas["Step"], name, schema, kinds) for name, schema in arguments.items()]}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "playbook.yaml",
            **_or_integer({"$defs": schemas, **schemas.pop("Playbook")})}


def _step(step: dict[str, Any], kind: str, arguments: dict[str, Any], kinds: Kinds) -> dict[str, Any]:
    common = {name: step["properties"][name] for name in COMMON if name != "at" or kinds[kind].per_host}
    promise = next(iter((kinds[kind].__doc__ or "").splitlines()), "")
    return {"type": "object", "required": ["id", kind], "additionalProperties": False,
            "properties": {**common, kind: {**arguments, "description": promise} if promise else arguments}}


def _or_lookup(schema: dict[str, Any]) -> dict[str, Any]:
    """Arguments that are no text may be given as a look-up, which is filled in and judged when the step runs."""
    properties = {name: value if value.get("type") == "string" else {"anyOf": [value, _LOOKUP]}
                  for name, value in schema.get("properties", {}).items()}
    return {**schema, "properties": properties}


def _or_integer(schema: Any) -> Any:
    """Where text is meant, plain digits may stand without quotes."""
    if isinstance(schema, list):
        return [_or_integer(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {key: _or_integer(value) for key, value in schema.items()}
    return {**inner, "type": ["string", "integer"]} if schema.get("type") == "string" else inner
