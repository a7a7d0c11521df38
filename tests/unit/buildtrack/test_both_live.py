"""5.1 and 7.0 are used at once, each on its own file, while an applier keeps both in step."""

from __future__ import annotations

from pathlib import Path

from migrator.lens.places.endpoint import open_endpoint
from migrator.lens.places.reflect import read_schema
from tests.buildtrack import story
from tests.buildtrack.both import met
from tests.buildtrack.in_step import served
from tests.buildtrack.installation import Installation


def test_both_versions_are_used_at_once(seeded_51: Installation, finished_61: Installation, upgraded_70: Installation,
                                        tmp_path: Path) -> None:
    old, new = seeded_51.copy(tmp_path / "old"), upgraded_70.copy(tmp_path / "new")
    between = read_schema(open_endpoint("6.1", url(finished_61)))
    with served(met(old, url(old), between, new, url(new))) as town:
        story.people_work_in_both(town, at_once=False)
        story.what_7_0_cannot_hold_waits(town)
        story.users_move_over_and_back_and_over_again(town, at_once=False)


def url(system: Installation) -> str:
    return f"sqlite:///{system.data}/buildtrack.db"
