"""A frozen plan: the steps of one stage in order, with the digests that approvals and rehearsals bind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from migrator.model.version import Hop


@dataclass(frozen=True)
class PlannedStep:
    """One step as it will run; `args` are unresolved, look-ups are filled in when it runs.

    `targets` are host names of the environment, one attempt each; `("-",)` when the step acts on none.
    `digest` is the same for a live step and its rehearsal. The order of the steps keeps what they need.
    """

    id: str
    kind: str
    args: dict[str, Any]
    targets: tuple[str, ...]
    hop: Hop | None
    timeout: float | None
    """Seconds that apply may take on one target."""
    retries: int
    way_back: str
    skippable: bool
    point_of_no_return: bool
    digest: str
    needs: tuple[str, ...] = ()
    estimate: float | None = None
    """Seconds as measured in the rehearsal, times `scale`; None when it was not rehearsed."""
    way_back_estimate: float | None = None
    scale: float = 1.0
    """What the measured seconds were multiplied by, since there is more data here, or less, than was rehearsed."""
    in_window: bool = True
    """Whether it is work of the maintenance window; False of what watches the system when users are back."""


@dataclass(frozen=True)
class Plan:
    """What one run will do. `digest` covers playbook, arguments, files and this tool's version; `bindings`
    covers hosts, databases and paths of the environment. `content` maps every file of the playbook to its SHA-256.

    A plan for a fleet is made once: `bindings` covers all its sites, so that people approve it once, and `at` gives
    the plan of one of them.
    """

    product: str
    title: str
    playbook: str
    stage: str
    environment: str
    environments: dict[str, str]
    path: tuple[str, ...]
    steps: tuple[PlannedStep, ...]
    digest: str
    bindings: str
    on_failure: str = "rollback"
    gate: dict[str, Any] = field(default_factory=dict)
    people: dict[str, Any] = field(default_factory=dict)
    rules: dict[str, Any] = field(default_factory=dict)
    budget: dict[str, Any] = field(default_factory=dict)
    """Downtime, way back and reserve that are allowed; empty of a stage whose time nothing limits."""
    window: dict[str, Any] = field(default_factory=dict)
    """When the stage may run, as the playbook writes it; empty when it may at any time."""
    content: dict[str, str] = field(default_factory=dict)
    site_bindings: str = ""
    """The digest of the bindings of the one site that `at` has chosen; empty where there is no fleet."""

    @property
    def bound_to(self) -> str:
        """The digest of what this very run is bound to."""
        return self.site_bindings or self.bindings

    def at(self, site: str, bindings: str, targets: Mapping[str, Sequence[str]]) -> Plan:
        """A fleet's plan for one site, with the targets of the steps where the site has others; same id, same digest.

        The site takes the place of the fleet under every alias of the playbook that stands for it.
        """
        names = {alias: site if name == self.environment else name for alias, name in self.environments.items()}
        steps = tuple(replace(step, targets=tuple(targets[step.id])) if step.id in targets else step
                      for step in self.steps)
        return replace(self, environment=site, environments=names, steps=steps, site_bindings=bindings)

    @property
    def id(self) -> str:
        """Eight characters that people type: `3f9c-21ab`; another stage or environment is another plan."""
        import hashlib

        short = hashlib.sha256(f"{self.digest} {self.bindings} {self.stage}".encode()).hexdigest()
        return f"{short[:4]}-{short[4:8]}"

    def step(self, name: str) -> PlannedStep:
        """The step with this id; raises KeyError."""
        return next(s for s in self.steps if s.id == name)

    def place(self, name: str | None) -> int:
        """The place of a step in the order, from 0; that of the first one for None or a name that is no step's."""
        return next((place for place, step in enumerate(self.steps) if step.id == name), 0)

    def as_json(self) -> dict[str, Any]:
        data = asdict(self)
        for step, own in zip(data["steps"], self.steps, strict=True):
            step["hop"] = own.hop.as_json() if own.hop else None
        return data

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Plan:
        steps = tuple(_step_from_json(s) for s in data["steps"])
        return replace(cls(**{**data, "steps": (), "path": tuple(data["path"])}), steps=steps)


def _step_from_json(data: dict[str, Any]) -> PlannedStep:
    hop = data["hop"]
    return PlannedStep(**{**data, "targets": tuple(data["targets"]), "needs": tuple(data["needs"]),
                          "hop": Hop.from_json(hop) if hop else None})
