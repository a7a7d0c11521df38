"""A person takes charge of a run that waits for a decision."""

from __future__ import annotations

from migrator.errors import WrongUse
from migrator.tasks.command import Call, command
from migrator.tasks.runs import RUN
from migrator.text import _


@command(run=RUN, retry="try the failed step again", skip="leave the step out; only where the playbook allows it",
         done="it was done by hand; the step's own check is asked before it is believed",
         go_on="go on although it is late", go_back="bring back what was done",
         to="with --go-back: the step from which it may come forward again", reason="why; needed where it goes round")
def decide(call: Call, run: str | None = None, retry: bool = False, skip: bool = False, done: bool = False,
           go_on: bool = False, go_back: bool = False, to: str | None = None, reason: str | None = None) -> int | None:
    """Decide how a run goes on that waits for a person: retry, skip, done by hand, go on, or go back."""
    from migrator.engine.run.deciding import decide as leave

    run_id = call.app.run_id(run)
    if to and not go_back:
        raise WrongUse(_("--to belongs to --go-back"), hint=f"inv run.decide --run {run_id} --go-back --to {to}")
    typed = {"retry": retry, "skip": skip, "done": done, "go on": go_on, "rollback": go_back}
    acts = [act for act, chosen in typed.items() if chosen]
    if len(acts) != 1:
        raise WrongUse(_("decide one thing"), hint="--retry, --skip, --done, --go-on, --go-back")
    step = leave(call.app.journal, run_id, acts[0], who=call.app.user, reason=reason, to=to)
    following = f"inv resume --run {run_id}"
    call.show(_("noted for {step} of run {run}: {decision}").format(step=step, run=run_id, decision=said(acts[0]))
              + "\n" + _("next: {command}").format(command=following),
              {"run": run_id, "step": step, "decision": acts[0], "who": call.app.user, "reason": reason or "",
               "to": to, "next": following})
    return None


def said(act: str) -> str:
    """A decision in words."""
    return {"retry": _("try again"), "skip": _("leave it out"), "done": _("done by hand"),
            "go on": _("go on although it is late"), "rollback": _("go back")}[act]
