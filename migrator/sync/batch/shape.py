"""The shape of a pair's batch: which temporary tables hold it, and what their columns are called.

- keys: at the source, the keys of the pair's rows that are dirty
- aside: at the source, the same while they are carried piece by piece
- stage: at the target, what the source's rows become, with what the source has said of them
- seen: at the target, what those rows say there now
- last_written: at the target, when rows were last written on either side, where that decides
- plan: at the target, what is to be done about each
- settled: at both, what has been done
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from migrator.lens.group import Group
from migrator.lens.lens import Lens
from migrator.lens.memory import Memory
from migrator.lens.pair import Face, Pair
from migrator.lens.policy import Policy
from migrator.lens.schema import Column, Table
from migrator.lens.side import Side, Way
from migrator.sync.agreed import Agreed
from migrator.sync.batch.temporary import Kind, Temporary


@dataclass(frozen=True)
class Shape:
    """One pair, one way; `number` is the pair's place in the lens."""

    lens: Lens
    pair: Pair
    way: Way
    number: int

    @property
    def source(self) -> Face:
        """The pair as the source sees it."""
        return self.pair.faces[self.way.source]

    @property
    def target(self) -> Face:
        """The pair as the target sees it."""
        return self.pair.faces[self.way.target]

    def half(self, side: Side) -> Agreed:
        """A side's half of the agreement."""
        return self._halves[side]

    @cached_property
    def _halves(self) -> Mapping[Side, Agreed]:
        return {side: Agreed(self.pair, side) for side in Side}

    @cached_property
    def groups(self) -> list[Group]:
        """The groups about which is decided, each by its place."""
        return list(self.half(self.way.source).groups)

    @cached_property
    def policies(self) -> list[Policy]:
        """Who is right about each group when both sides have changed it."""
        return [self.pair.policy_of(group) for group in self.groups]

    @property
    def may_wait(self) -> bool:
        """Whether rows may name something that the target does not have, and leave it out then."""
        return any(self.way in group.waits for group in self.pair.groups)

    @cached_property
    def memories(self) -> list[Memory]:
        """The memories that a batch keeps true; identity maps are kept before."""
        return [memory for memory in self.lens.memories_of(self.pair).values() if not memory.group.always]

    @cached_property
    def made(self) -> Mapping[str, str]:
        """The stage's columns for what is made, by the names of the target's row."""
        filled = {column for group in self.pair.groups for column in group.ends[self.way.target].columns}
        filled |= {name for name, condition in self.target.rows.items() if not isinstance(condition, list)}
        filled |= {private.column for private in self.pair.private
                   if private.side is self.way.target and private.default is not None}
        return {name: f"c_{n}" for n, name in enumerate(self.target.names(), 1)
                if (name in filled or name in self.target.key) and not self._column(name)[1].generated}

    @property
    def written(self) -> list[str]:
        """The columns of the target's row that an update may change."""
        own = {private.column for private in self.pair.private if private.side is self.way.target}
        return [name for name in self.made if name not in own and name not in self.target.key]

    def key_texts(self, side: Side) -> list[str]:
        """The columns that hold a side's key as canonical texts: `s_1`.. the source's, `t_1`.. the target's."""
        sign = "s" if side is self.way.source else "t"
        return [f"{sign}_{n}" for n, _ in enumerate(self.pair.faces[side].key, 1)]

    @property
    def key_made(self) -> list[str]:
        """The stage's columns with the target's key as the target holds it."""
        return [self.made[name] for name in self.target.key]

    def values(self, place: int) -> list[str]:
        """The stage's columns for values of a group whose target's end is more than columns, as canonical texts."""
        group = self.groups[place]
        end = group.ends[self.way.target]
        read = end.read is not None or any(s.side is self.way.target and s.owner for s in group.satellites)
        return [f"v_{place}_{n}" for n, _ in enumerate(end.types, 1)] if read else []

    def remembered(self, number: int) -> dict[str, str]:
        """The stage's columns for what a memory would hold, by the memory's own."""
        memory = self.memories[number]
        names = [*memory.values(Side.OLD), *memory.values(Side.NEW)]
        return {name: f"m_{number}_{n}" for n, name in enumerate(names, 1)}

    @cached_property
    def keys(self) -> Temporary:
        return Temporary(f"migrator_keys_{self.number}", self.way.source, {"tries": Kind.FLAG}, {
            f"key_{n}": (self.source.main, self.source.main.columns[name])
            for n, name in enumerate(self.source.key, 1)}, tuple(f"key_{n}" for n, _ in enumerate(self.source.key, 1)))

    @cached_property
    def aside(self) -> Temporary:
        return replace(self.keys, name=f"migrator_aside_{self.number}", ours={}, index=())

    @cached_property
    def absent(self) -> Temporary:
        return Temporary(f"migrator_asked_{self.number}", self.way.target,
                         dict.fromkeys(self.key_texts(self.way.source), Kind.KEY))

    @cached_property
    def stage(self) -> Temporary:
        ours = dict.fromkeys([*self.key_texts(self.way.source), *self.key_texts(self.way.target)], Kind.KEY)
        ours |= {"here": Kind.FLAG, "waits": Kind.FLAG, "said": Kind.TEXT, "base": Kind.TEXT}
        ours |= {name: Kind.TEXT for place, _ in enumerate(self.groups) for name in self.values(place)}
        for number, _ in enumerate(self.memories):
            ours |= dict.fromkeys(self.remembered(number).values(), Kind.TEXT) | {f"worth_{number}": Kind.FLAG}
        return Temporary(f"migrator_stage_{self.number}", self.way.target, ours,
                         {cell: self._column(name) for name, cell in self.made.items()},
                         tuple(self.key_texts(self.way.source)))

    @cached_property
    def locked(self) -> Temporary:
        return Temporary(f"migrator_locked_{self.number}", self.way.target, {"stage": Kind.NUMBER}, {}, ("stage",))

    @cached_property
    def seen(self) -> Temporary:
        return Temporary(f"migrator_seen_{self.number}", self.way.target, {
            "stage": Kind.NUMBER, "now": Kind.TEXT, "differs": Kind.TEXT, "mine": Kind.FLAG, "fixed": Kind.FLAG}, {},
            ("stage",))

    @cached_property
    def plan(self) -> Temporary:
        ours = {"stage": Kind.NUMBER, "act": Kind.KEY, "take": Kind.TEXT, "leave": Kind.TEXT, "clash": Kind.TEXT,
                "base": Kind.TEXT, "now": Kind.TEXT, "why": Kind.TEXT, "kind": Kind.KEY, "asked": Kind.KEY}
        return Temporary(f"migrator_plan_{self.number}", self.way.target, ours, {}, ("stage",))

    @cached_property
    def settled(self) -> Temporary:
        ours = dict.fromkeys([*self.key_texts(self.way.source), *self.key_texts(self.way.target)], Kind.KEY)
        ours |= {"act": Kind.KEY, "leave": Kind.TEXT, "clash": Kind.TEXT, "kind": Kind.KEY, "why": Kind.TEXT,
                 "said": Kind.TEXT}
        for number, _ in enumerate(self.memories):
            ours |= dict.fromkeys(self.remembered(number).values(), Kind.TEXT) | {f"worth_{number}": Kind.FLAG}
        return Temporary(f"migrator_settled_{self.number}", self.way.source, ours, {},
                         tuple(self.key_texts(self.way.source)))

    @cached_property
    def last_written(self) -> Mapping[Side, Temporary]:
        return {side: Temporary(f"migrator_written_{side}_{self.number}", self.way.target, dict.fromkeys(
            self.key_texts(side), Kind.KEY) | {"at": Kind.NUMBER}, {}, tuple(self.key_texts(side))) for side in Side}

    def _column(self, name: str) -> tuple[Table, Column]:
        found = self.target.find(name)
        assert found is not None
        return found[0], found[0].columns[found[1]]
