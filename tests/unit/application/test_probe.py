"""A probe as people read it."""

from __future__ import annotations

from migrator.application.probe import LONGEST, Probe, shown


def test_a_long_question_is_shown_by_its_beginning() -> None:
    sql = "select case\n  when " + "a = 1 and " * 50 + "true then 'x' end"
    probe = Probe.model_validate({"sql": sql, "equals": "x"})
    assert shown(probe).startswith("select case when a = 1 and a = 1")
    assert shown(probe).endswith("… = x")
    assert len(shown(probe)) == LONGEST + len(" = x")


def test_a_short_question_is_shown_whole() -> None:
    assert shown(Probe.model_validate({"command": ["test", "-e", "/x"]})) == "test -e /x"
