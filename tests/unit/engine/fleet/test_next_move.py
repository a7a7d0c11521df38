"""What a fleet does next: the laws that no mix of states may break, and the words of each rule."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from migrator.engine.fleet.next_move import Done, Enqueue, Hold, Stop, next_move
from migrator.model.fleet import OF_RUN, SiteState
from migrator.model.states import RunState

P, U, W, D, F, L = SiteState


@st.composite
def fleets(draw: st.DrawFn) -> tuple[list[int], list[SiteState], int]:
    sizes = draw(st.lists(st.integers(1, 6), min_size=1, max_size=5))
    states = draw(st.lists(st.sampled_from(SiteState), min_size=sum(sizes), max_size=sum(sizes)))
    return sizes, states, draw(st.integers(1, 8))


@given(fleets())
def test_what_is_enqueued_was_pending_and_all_before_its_batch_is_settled(
        fleet: tuple[list[int], list[SiteState], int]) -> None:
    sizes, states, limit = fleet
    move = next_move(sizes, states, limit)
    if isinstance(move, Enqueue):
        batches = [number for number, size in enumerate(sizes) for _site in range(size)]
        batch = batches[move.sites[0]]
        assert move.sites == tuple(n for n, state in enumerate(states) if state is P and batches[n] == batch)
        assert all(state.settled for n, state in enumerate(states) if batches[n] < batch)


@given(fleets())
def test_nothing_begins_once_as_many_have_failed_as_may(fleet: tuple[list[int], list[SiteState], int]) -> None:
    sizes, states, limit = fleet
    assert isinstance(next_move(sizes, states, limit), Stop) == (states.count(F) >= limit)


@given(fleets())
def test_it_is_done_only_when_every_site_is_settled(fleet: tuple[list[int], list[SiteState], int]) -> None:
    sizes, states, limit = fleet
    if next_move(sizes, states, limit) == Done():
        assert all(state.settled for state in states)


@given(st.lists(st.integers(1, 5), min_size=1, max_size=5), st.data())
def test_a_fleet_in_which_all_goes_well_ends_and_takes_each_site_once(sizes: list[int], data: st.DataObject) -> None:
    states = [P] * sum(sizes)
    begun: list[int] = []
    while (move := next_move(sizes, states, 1)) != Done():
        if isinstance(move, Enqueue):
            begun += move.sites
            states = [U if n in move.sites else state for n, state in enumerate(states)]
        else:
            assert move == Hold()
            states[data.draw(st.sampled_from([n for n, state in enumerate(states) if state is U]))] = D
    assert begun == list(range(sum(sizes)))


@pytest.mark.parametrize(("sizes", "states", "limit", "move"), [
    ([1, 2], [P, P, P], 1, Enqueue((0,))),
    ([1, 2], [U, P, P], 1, Hold()),
    ([1, 2], [W, P, P], 1, Hold()),
    ([1, 2], [D, P, P], 1, Enqueue((1, 2))),
    ([1, 2], [F, P, P], 1, Stop(1)),
    ([1, 2], [F, P, P], 2, Enqueue((1, 2))),
    ([1, 2], [L, D, P], 1, Enqueue((2,))),
    ([3], [F, F, U], 2, Stop(2)),
    ([3], [F, D, L], 2, Done()),
])
def test_a_limit_of_one_stops_at_the_first_and_a_parked_site_holds_its_batch(
        sizes: list[int], states: list[SiteState], limit: int, move: object) -> None:
    assert next_move(sizes, states, limit) == move


def test_every_state_of_a_run_says_where_its_site_stands() -> None:
    assert set(OF_RUN) == set(RunState)
    assert {state for state in RunState if OF_RUN[state] is F} == {
        RunState.STOPPED, RunState.FAILED, RunState.BROUGHT_BACK, RunState.HANDS_NEEDED}
