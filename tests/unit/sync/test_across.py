"""Two SQLite files through two connections that know nothing of each other, as two servers do."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from migrator.lens.places.endpoint import open_endpoint
from migrator.lens.places.meeting import Meeting
from migrator.sync.across.heavy import heavy
from tests.crossing.story import Story
from tests.crossing.world import World


@pytest.fixture
def story(tmp_path: Path) -> Story:
    ends = [replace(open_endpoint(name, f"sqlite:///{tmp_path / name}.db"), server=name) for name in ("old", "new")]
    assert not Meeting(*ends).shared
    return Story.begin(World(Meeting(*ends)))


def test_everything_that_a_row_needs_goes_over(story: Story) -> None:
    story.require_made()
    story.write_on_both()
    story.quarrel()


def test_an_applier_may_die_between_any_two_commits(story: Story) -> None:
    assert story.die() > 4


def test_what_would_go_over_as_a_whole_is_named(story: Story) -> None:
    found = heavy(story.lens, story.world.meeting, large=1)
    assert [finding.evidence["table"] for finding in found] == ["person"]
    assert heavy(story.lens, story.world.meeting, large=2) == []
