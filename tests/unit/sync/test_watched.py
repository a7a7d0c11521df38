"""What is watched is enough: whatever is written, every row that says something else for it is reached."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Row, delete, false, func, or_

from fixtures.proofs.lens.case import Case, cases
from fixtures.proofs.lens.composition import Chain, Composition
from fixtures.proofs.lens.ground import Ground, files
from fixtures.proofs.lens.history import Edit, History, histories
from fixtures.proofs.lens.player import edit, fill
from fixtures.proofs.lens.proof import by_chance
from fixtures.proofs.lens.trial import QUIET
from fixtures.proofs.lens.world import World, chained_world, world
from migrator.errors import WrongUse
from migrator.lens.lens import in_pair, source_row
from migrator.lens.pair import Pair
from migrator.lens.put.remember import create_memories
from migrator.lens.side import Side, Way
from migrator.sync.capture import install
from migrator.sync.watch.dirty import dirty_table
from migrator.sync.watch.looked_at import looked_at
from migrator.sync.watch.watched import Watched, watched

EXAMPLES = {False: 1, True: 8}
"""Histories of a case, by whether its rows are looked up in other tables."""
ON_SQLITE = {case.name: case for case in cases() if "sqlite" in case.makes}
Said = dict[tuple[Any, ...], tuple[Any, bool]]
"""What a row says on both sides, by its key, and whether all of it could be said."""


@pytest.fixture(scope="module")
def ground() -> Iterator[Ground]:
    with files() as found:
        yield found


@pytest.mark.parametrize("name", ON_SQLITE)
def test_no_change_goes_unseen(name: str, ground: Ground) -> None:
    with world(ON_SQLITE[name], ground) as made:
        see_every_change(made)


@pytest.mark.parametrize("what", list(by_chance(random.Random(9), 4, "sqlite")), ids=lambda what: what.name)
def test_no_change_goes_unseen_in_what_is_put_together(what: Composition, ground: Ground) -> None:
    place = chained_world(what, ground) if isinstance(what, Chain) else world(what, ground)
    with contextlib.suppress(WrongUse), place as made:  # two hops that cannot be one
        see_every_change(made)


def see_every_change(made: World) -> None:
    with made.meeting.connect(Side.NEW) as connection, connection.begin():
        create_memories(connection, made.lens)
    for side in Side:
        install(made.meeting.end(side), made.lens, side)

    looking = any(True for side in Side for pair in made.lens.pairs for _use in looked_at(made.lens, pair, side))
    tables = {side: watched(made.lens, side) for side in Side}

    @settings(max_examples=EXAMPLES[looking], derandomize=True, database=None, deadline=None,
              suppress_health_check=QUIET, phases=[Phase.generate, Phase.shrink], print_blob=False)
    @given(played=st.one_of(*(_played(made, side) for side in Side)))
    def law(played: tuple[History, tuple[Edit, ...]]) -> None:
        history, others = played
        made.clear()
        fill(made, history.side, dict(history.rows))
        for edits in (*(one.edits for one in history.rounds if one.side is history.side), *((one,) for one in others)):
            _seen(made, tables[history.side], history.side, edits)

    law()


def _played(made: World, side: Side) -> st.SearchStrategy[tuple[History, tuple[Edit, ...]]]:
    of_side = histories(made.case, made.make).filter(lambda history: history.side is side)
    return st.tuples(of_side, reference_edits(made.case, side))


def reference_edits(case: Case, side: Side) -> st.SearchStrategy[tuple[Edit, ...]]:
    """Edits of the tables that histories leave alone, because others look them up: one row changes, goes and comes."""
    return st.tuples(*(st.sampled_from(range(len(rows))).map(partial(_comes_and_goes, case, side, name))
                       for name, rows in case.rows[side].items())).map(lambda found: sum(found, ()))


def _comes_and_goes(case: Case, side: Side, name: str, nth: int) -> tuple[Edit, ...]:
    rows = case.rows[side][name]
    changes = tuple(Edit("change", name, nth, {column: other}) for column, value in rows[nth].items()
                    if not case.tables[side][name][column].key for other in (_another(value), rows[0][column]))
    return *changes, Edit("remove", name, nth), Edit("add", name, 0, rows[nth])


def _another(value: Any) -> Any:
    """A value of the same kind that no row has."""
    return value + 100 if isinstance(value, int) else f"{value}x"


def _seen(made: World, tables: tuple[Watched, ...], side: Side, edits: tuple[Edit, ...]) -> None:
    with made.meeting.connect(side) as connection, connection.begin():
        for one in tables:
            connection.execute(delete(dirty_table(one)))
    before = {pair.name: _said(made, pair, side) for pair in made.lens.pairs}
    edit(made, side, edits)
    for pair in made.lens.pairs:
        after, reached = _said(made, pair, side), _reached(made, tables, pair, side)
        for key in before[pair.name].keys() | after.keys():
            was, sayable = before[pair.name].get(key, (None, True))
            now, _sayable = after.get(key, (None, True))
            assert was == now or not sayable or key in reached, (
                f"{pair.name} {key} of the {side} side says {now} instead of {was}, and nobody knows: {edits}")


def _said(made: World, pair: Pair, side: Side) -> Said:
    """What the rows of a pair say, here and there; maps of identities say nothing that a change could change."""
    way = Way.out_of(side)
    row = source_row(pair, way, made.lens.tables, lenient=True)
    groups = [group for group in pair.groups if not group.always]
    cells = [cell for group in groups for cell in (*group.ends[side].values(row), *group.over(way, row))]
    doubts = [func.coalesce(doubt.condition, false()) for group in groups for doubt in group.doubtful(way, row)]
    key = [row.scope.base.c[name] for name in pair.faces[side].key]
    belongs = in_pair(pair, side, row)
    query = row.scope.select(*key, or_(false(), *doubts), *map(func.quote, cells)).where(belongs)
    with made.meeting.connect(Side.NEW) as connection, connection.begin():
        return {tuple(found[:len(key)]): (tuple(found[len(key) + 1:]), not found[len(key)])
                for found in connection.execute(query)}


def _reached(made: World, tables: tuple[Watched, ...], pair: Pair, side: Side) -> set[Row[Any]]:
    found: set[Row[Any]] = set()
    with made.meeting.connect(side) as connection, connection.begin():
        for one in tables:
            for reaching, reached in one.reaches:
                if reaching is pair:
                    found |= set(connection.execute(reached(dirty_table(one))))
    return found
