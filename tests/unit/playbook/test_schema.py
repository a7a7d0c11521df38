"""The JSON schema: every kind with its arguments, the common keys, look-ups where values are not text."""

from __future__ import annotations

import json
from typing import Any

from migrator.playbook.schema import playbook_schema
from tests.unit.playbook.world import KINDS


def step_of(schema: dict[str, Any], kind: str) -> dict[str, Any]:
    step, = [s for s in schema["$defs"]["Step"]["anyOf"] if kind in s["properties"]]
    return dict(step)


def test_every_kind_is_a_step_of_its_own() -> None:
    schema = playbook_schema(KINDS)
    assert len(schema["$defs"]["Step"]["anyOf"]) == len(KINDS)
    step = step_of(schema, "app.upgrade")
    assert step["required"] == ["id", "app.upgrade"]
    assert step["additionalProperties"] is False
    assert {"id", "at", "timeout", "retries", "needs", "skippable", "point_of_no_return"} < set(step["properties"])
    assert "at" not in step_of(schema, "backup.take")["properties"]


def test_arguments_may_be_looked_up_and_digits_stand_for_text() -> None:
    schema = playbook_schema(KINDS)
    arguments = schema["$defs"]["UpgradeArgs"]["properties"]
    assert {"type": "boolean"}.items() <= arguments["wait"]["anyOf"][0].items()
    assert "pattern" in arguments["wait"]["anyOf"][1]
    assert schema["$defs"]["Path"]["properties"]["to"]["type"] == ["string", "integer"]


def test_all_references_lead_somewhere() -> None:
    schema = playbook_schema(KINDS)
    text = json.dumps(schema)
    names = {part.split('"')[0] for part in text.split('"#/$defs/')[1:]}
    assert names <= set(schema["$defs"])
    assert "Stage" in names
