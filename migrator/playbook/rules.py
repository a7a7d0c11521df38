"""What holds between the parts of a playbook: ids, needs, gates, loops, and that nothing early changes live data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from migrator.errors import PlaybookError
from migrator.model.states import Touches
from migrator.playbook.kinds import Kinds
from migrator.playbook.model import ForEach, Playbook
from migrator.playbook.nearest import unknown
from migrator.playbook.tree import Tree
from migrator.playbook.unroll import Unrolled, rehearsed_loop
from migrator.text import _

Stages = Mapping[str, Sequence[Unrolled]]
"""The steps of every stage, loops written out."""


def wrong_names(playbook: Playbook, tree: Tree) -> Iterator[PlaybookError]:
    """Environments, approver groups and loops that a stage names and that are nowhere; a path that goes in circles."""
    versions = playbook.path.versions
    if len(set(versions)) < len(versions):
        yield tree.error(("path",), _("the path goes through a version twice"))
    for group, approvers in playbook.people.approvers.items():
        if approvers.at_least > (many := len(set(approvers.people))):
            yield tree.error(("people", "approvers", group, "at_least"),
                             _("{count} must agree, and only {many} are named").format(
                                 count=approvers.at_least, many=many))
    for name, stage in playbook.stages.items():
        if stage.environment not in playbook.environments:
            yield tree.error(("stages", name, "environment"),
                             unknown(_("environment"), stage.environment, playbook.environments))
        for number, group in enumerate(stage.gate.approvals):
            if group not in playbook.people.approvers:
                yield tree.error(("stages", name, "gate", "approvals", number),
                                 unknown(_("group of approvers"), group, playbook.people.approvers))
        for number, item in enumerate(stage.steps):
            if isinstance(item, ForEach) and item.use and rehearsed_loop(playbook, item.use) is None:
                yield tree.error(("stages", name, "steps", number, "use"),
                                 _("{use} names no single loop of another stage; write for example trial.hop")
                                 .format(use=item.use))


def repeated_ids(stages: Stages, tree: Tree) -> Iterator[PlaybookError]:
    """Ids that stand for two steps of one stage."""
    for items in stages.values():
        seen: set[str] = set()
        for item in items:
            if item.id in seen:
                yield tree.error((*item.route, "id"), _('the id "{id}" is used twice in this stage').format(id=item.id))
            seen.add(item.id)


def wrong_needs(playbook: Playbook, stages: Stages, tree: Tree) -> Iterator[PlaybookError]:
    """Needs of steps and gates that are nowhere, that come later, or that go round in a circle."""
    everywhere = {f"{stage}.{item.id}": item for stage, items in stages.items() for item in items}
    graph: dict[str, set[str]] = {name: set() for name in everywhere}
    for stage, items in stages.items():
        ids = [item.id for item in items]
        for item in items:
            for need in item.step.needs:
                graph[f"{stage}.{item.id}"].add(f"{stage}.{need}")
                if need not in ids:
                    yield tree.error((*item.route, "needs"), unknown(_("step"), need, ids))
        for number, need in enumerate(playbook.stages[stage].gate.needs):
            if need not in everywhere:
                yield tree.error(("stages", stage, "gate", "needs", number), unknown(_("step"), need, everywhere))
            for item in items:
                graph[f"{stage}.{item.id}"].add(need)
    circle = _circle(graph)
    if circle:
        yield tree.error((*everywhere[circle[0]].route, "needs"),
                         _("needs go round in a circle: {circle}").format(circle=" > ".join(circle)))
    else:
        yield from _too_late(stages, tree)


def early_changes(playbook: Playbook, stages: Stages, kinds: Kinds, tree: Tree) -> Iterator[PlaybookError]:
    """Steps that change the live system before go-live in a stage that nobody approves; preparing reads and adds."""
    names = list(stages)
    early = names[:names.index("go-live")] if "go-live" in names else ["prepare"]
    for name in early:
        if name not in stages or playbook.stages[name].environment != "live":
            continue
        if name != "prepare" and playbook.stages[name].gate.approvals:
            continue
        for item in stages[name]:
            if kinds[item.step.kind].touches == Touches.CHANGES:
                yield tree.error((*item.route, item.step.kind),
                                 _("{kind} changes the live system, which stages before go-live must not")
                                 .format(kind=item.step.kind), key=True)


def _circle(graph: dict[str, set[str]]) -> list[str]:
    try:
        TopologicalSorter({name: needs & graph.keys() for name, needs in graph.items()}).prepare()
    except CycleError as error:
        return list(reversed(error.args[1]))
    return []


def _too_late(stages: Stages, tree: Tree) -> Iterator[PlaybookError]:
    for items in stages.values():
        order = {item.id: number for number, item in enumerate(items)}
        for item in items:
            for need in item.step.needs:
                if order.get(need, -1) >= order[item.id]:
                    yield tree.error((*item.route, "needs"),
                                     _('needs "{need}", which runs later').format(need=need))
