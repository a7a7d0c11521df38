"""Conversions in SQLite: each value over and back, and what the mapping file must not say."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.errors import PlaybookError
from migrator.lens.places.endpoint import open_endpoint
from migrator.lens.side import Way
from tests.converting.cases import CASES, Case
from tests.converting.trial import told


@pytest.mark.parametrize("case", [case for case in CASES if "sqlite" in case.only], ids=lambda case: case.name)
def test_values_go_over_and_back(case: Case, tmp_path: Path) -> None:
    old, new = (open_endpoint(name, f"sqlite:///{tmp_path / name}.db") for name in ("old", "new"))
    group, found = told(case, old, new)
    assert group.faith.name == case.faith
    assert found[Way.FORWARD] == [*case.forward, (None, None, None)]
    assert found[Way.BACKWARD] == [*case.backward, (None, None, None)]


@pytest.mark.parametrize(("old", "new", "said", "at", "message"), [
    ("varchar(9)", "date", "format: '%y'", "format", "%y is not understood"),
    ("varchar(9)", "date", "format: '%Y-%m'", "format", "is not understood"),
    ("varchar(9)", "date", "format: '%Y%Y%m%d'", "format", "%Y is not understood"),
    ("timestamp", "timestamp", "zone: Mars/Olympus", "zone", "neither a known zone"),
    ("timestamp", "timestamp", "zone: '8'", "zone", "neither a known zone"),
    ("date", "timestamp", "at: noon", "at", "noon is no time of day"),
    ("integer", "integer", "times: 0", "times", "0 is no number to multiply with"),
    ("integer", "integer", "times: many", "times", "many is no number"),
    ("integer", "integer", "zone: '+08:00'", "zone", "zone means nothing between integer and integer"),
    ("date", "integer", "", "old", "nobody can say how"),
    ("varchar(9)", "integer", "decimal: '5'", "decimal", "cannot stand there"),
    ("varchar(9)", "integer", "decimal: ',', thousands: ','", "decimal", "cannot stand there"),
])
def test_what_makes_no_sense_is_told_with_its_place(old: str, new: str, said: str, at: str, message: str,
                                                    tmp_path: Path) -> None:
    ends = [open_endpoint(name, f"sqlite:///{tmp_path / name}.db") for name in ("old", "new")]
    with pytest.raises(PlaybookError) as caught:
        told(Case("wrong", old, new, said, ""), *ends)
    assert message in caught.value.message
    assert str(caught.value.where).endswith(f"convert.{at}")
