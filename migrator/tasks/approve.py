"""Approvals: named people agree to one very plan."""

from __future__ import annotations

from pathlib import Path

from migrator.errors import WrongUse
from migrator.here import from_here
from migrator.model.plan import Plan
from migrator.model.standing import Standing
from migrator.model.states import RunState
from migrator.tasks.command import PLAYBOOK, Call, command, needed
from migrator.text import _

PLAN = "the plan's id, as inv plan shows it"


@command(playbook=PLAYBOOK, stage="stage to approve",
         out="folder in which to write the texts for people who sign on another machine")
def request(call: Call, playbook: str | None = None, stage: str = "go-live", out: str | None = None) -> int | None:
    """Freeze a plan and say who must approve it, with the commands for them to type."""
    from migrator.screen.approvals import show_request

    frozen = call.app.plan(call.app.playbook(playbook), stage)
    standings = call.app.approving.standings(frozen)
    texts = {standing.group: _written(call, frozen, standing, Path(out)) for standing in standings} if out else {}
    call.show(show_request(frozen, standings, texts, signed=call.app.signers() is not None),
              {"plan": frozen.id, "approvals": [standing.group for standing in standings],
               "missing": {standing.group: standing.missing for standing in standings},
               "texts": {group: {who: str(path) for who, path in paths.items()} for group, paths in texts.items()}})
    return None


@command(plan=PLAN, as_="group to approve for", who="the approver's name (default: the login name)",
         reject="refuse instead", reason="why",
         key="SSH key to sign with (default: ~/.ssh/id_ed25519, else one of the agent)",
         text="a text of inv approve.request that was signed elsewhere",
         signature="its signature, as ssh-keygen wrote it")
def sign(call: Call, plan: str | None = None, as_: str | None = None, who: str | None = None, reject: bool = False,
         reason: str = "", key: str | None = None, text: str | None = None,
         signature: str | None = None) -> int | None:
    """Approve a plan, or refuse it; it counts for this very plan and is void when anything in it changes."""
    from migrator.screen.approvals import show_noted

    needed({"plan": plan, "as": as_})
    frozen = call.app.journal.runs.plan(str(plan))
    approving = call.app.approving
    if text or signature:
        needed({"text": text, "signature": signature})
        if reject or reason or key:
            raise WrongUse(_("what is decided and why stands in the text that was signed"),
                           hint=_("leave out --reject, --reason and --key"))
        decision = approving.bring(frozen, group=str(as_), who=who, text=_read(text), signature=_read(signature))
    else:
        decision = approving.decide(frozen, group=str(as_), who=who or call.app.user, approve=not reject,
                                    reason=reason, key=Path(key) if key else None)
    standings = approving.standings(frozen)
    following = _following(call, frozen)
    call.show(show_noted(frozen, decision, standings, following),
              {"plan": plan, "group": as_, "who": decision.who, "decision": decision.decision,
               "missing": {standing.group: standing.missing for standing in standings}, "next": following})
    return None


@command(plan=PLAN)
def list_(call: Call, plan: str | None = None) -> int | None:
    """List the decisions on a plan: signed or not, good until when, and how many are still missing."""
    from dataclasses import asdict

    from migrator.screen.approvals import show_standings

    needed({"plan": plan})
    standings = call.app.approving.standings(call.app.journal.runs.plan(str(plan)))
    call.show(show_standings(standings), [asdict(standing) for standing in standings])
    return None


def _following(call: Call, frozen: Plan) -> str:
    """What goes on once everybody agrees: the run of the plan that waits for it, else the plan itself."""
    waiting = next((str(row["id"]) for row in call.app.journal.runs.list(environment=frozen.environment)
                    if (row["plan"], row["state"]) == (frozen.id, RunState.WAITING)), None)
    if waiting:
        return f"inv resume --run {waiting}"
    return f"inv plan --playbook {from_here(frozen.playbook)} --stage {frozen.stage}"


def _written(call: Call, frozen: Plan, standing: Standing, folder: Path) -> dict[str, Path]:
    """One file for each person of the group who does not agree yet, for that person to sign."""
    folder.mkdir(parents=True, exist_ok=True)
    agreeing = {voice.who for voice in standing.voices if voice.agrees}
    paths = {}
    for who, text in call.app.approving.texts(frozen, standing.group).items():
        if who not in agreeing:
            paths[who] = folder / f"{frozen.id}.{standing.group}.{who}.txt".replace("/", "_")
            paths[who].write_text(text, encoding="utf-8", newline="")
    return paths


def _read(path: str | None) -> str:
    try:
        return Path(str(path)).read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        raise WrongUse(_("{file} is no text").format(file=path)) from None
