"""Both sides in step where no connection sees them both: two databases of PostgreSQL, and two engines."""

from __future__ import annotations

from pathlib import Path

import pytest

from migrator.lens.places.endpoint import open_endpoint
from migrator.lens.places.meeting import Meeting
from tests.crossing.story import Story
from tests.crossing.world import World


@pytest.mark.parametrize(("old", "new", "deaths"), [
    ("postgresql", "mariadb", 0), ("postgresql", "postgresql", 5), ("sqlite", "postgresql", 0)])
def test_a_row_goes_over_with_all_that_it_needs(old: str, new: str, deaths: int, request: pytest.FixtureRequest,
                                                tmp_path: Path) -> None:
    def url(make: str) -> str:
        if make == "sqlite":
            return f"sqlite:///{tmp_path / 'old'}.db"
        name = {"postgresql": "postgres"}.get(make, make)
        made = request.getfixturevalue(f"{name}_database")(request.getfixturevalue(f"open_{name}_host"))
        return str(made.direct_url)

    meeting = Meeting(open_endpoint("old", url(old)), open_endpoint("new", url(new)))
    assert not meeting.shared
    story = Story.begin(World(meeting))
    if deaths:
        assert story.die() >= deaths
        return
    story.require_made()
    story.write_on_both()
    story.quarrel()
