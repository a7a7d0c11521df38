"""The checks that a playbook names are read when it is checked, whichever kind of step names them."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.checks.suites_of import require_sound_suites
from migrator.errors import PlaybookError
from migrator.playbook.read import load_playbook
from migrator.step import kinds

PLAYBOOK = """\
format: 1
product: toy
title: Toy
path: {from: "1", to: "2"}
environments: {live: live}
stages:
  go-live:
    environment: live
    steps: [{id: one, %s}]
"""


@pytest.mark.parametrize("step", ["check.suite: {file: after.yaml}", "observe: {suite: after.yaml}"])
def test_a_fault_in_a_file_of_checks_has_its_place(step: str, tmp_path: Path) -> None:
    (tmp_path / "playbook.yaml").write_text(PLAYBOOK % step)
    suite = tmp_path / "after.yaml"
    suite.write_text("checks:\n  - {name: it, command: {argv: [cat, '${env.trees.app.path}/x']}}\n")
    require_sound_suites(load_playbook(tmp_path, kinds()), kinds())
    suite.write_text("checks:\n  - {name: it, command: {argv: [cat, '${env.trees.app.pth}/x'], usr: root}}\n")
    with pytest.raises(PlaybookError, match=f'{suite}:2:.*unknown key "usr", did you mean "user"'):
        require_sound_suites(load_playbook(tmp_path, kinds()), kinds())
