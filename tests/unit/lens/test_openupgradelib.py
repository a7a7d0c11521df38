"""Every verb of openupgradelib has its place on our page, and operations know which verbs they stand for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from migrator.lens.declared.operation import operations

PAGE = Path(__file__).parents[3] / "docs" / "lens" / "openupgradelib.md"
OF_THE_FILE = {"tables", "rows", "only-old"}
VERBS = set(re.findall(r"\w+", """
add_fields add_ir_model_fields add_xmlid check_values_selection_field chunked clean_transient_models column_exists
convert_field_to_html convert_to_company_dependent copy_columns copy_fields_multilang
cow_templates_mark_if_equal_to_upstream cow_templates_replicate_upstream date_to_datetime_tz
deactivate_workflow_transitions delete_model_workflow delete_record_translations delete_records_safely_by_xml_id
delete_sql_constraint_safely disable_invalid_filters drop_columns float_to_integer get_legacy_name get_model2table
lift_constraints load_data logged_query logging m2o_to_x2m map_values merge_models message migrate move_field_m2o
reactivate_workflow_transitions remove_tables_fks rename_columns rename_fields rename_models rename_property
rename_tables rename_xmlids safe_unlink set_defaults set_xml_ids_noupdate_value table_exists update_field_multilang
update_module_moved_fields update_module_moved_models update_module_moved_translations update_module_names
update_workflow_workitems warn_possible_dataloss
""")) | {"merge_records"}
"""What the library's module `openupgrade` calls public (`__all__`), and the verb with a module of its own."""


def rows(section: str) -> dict[str, str]:
    """The cells behind the verbs of one section's table, by verb."""
    _before, page = PAGE.read_text("utf-8").split(f"## {section}\n")
    found = {}
    for line in re.findall(r"^\| (`.*) \|$", page.split("\n## ")[0], re.MULTILINE):
        verbs, *cells = line.split(" | ")
        found |= dict.fromkeys(re.findall(r"`(\w+)`", verbs), cells[-1])
    return found


DATA = rows("Verbs that change data")


def test_every_verb_is_told_once() -> None:
    told = [*DATA, *rows("Verbs that ask, and what answers"), *rows("Verbs that are not about data")]
    assert sorted(told) == sorted(VERBS)


@pytest.mark.parametrize("verb", DATA)
def test_what_stands_for_a_verb_exists(verb: str) -> None:
    named = set(re.findall(r"`([\w-]+)`", DATA[verb]))
    assert named <= {*operations(), *OF_THE_FILE}
    assert named, "no word of the mapping file stands for it"


@pytest.mark.parametrize(("name", "verb"), [(name, verb) for name, operation in operations().items()
                                           for verb in operation.verbs])
def test_an_operation_is_named_where_its_verbs_are(name: str, verb: str) -> None:
    assert f"`{name}`" in DATA[verb]
