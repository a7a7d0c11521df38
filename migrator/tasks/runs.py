"""Runs: where they stand, how they go on, how they go back, and what they leave to read."""

from __future__ import annotations

import functools
from pathlib import Path

from migrator.errors import Exit, WrongUse
from migrator.tasks.command import Call, command, needed
from migrator.text import _

RUN = "the run's id; the newest run if left out"


@command(run=RUN)
def status(call: Call, run: str | None = None) -> int | None:
    """Show where a run stands, step by step."""
    from migrator.screen.tables import show_status

    run_id = call.app.run_id(run)
    record = call.app.record(run_id) | {"edited": call.app.edited(run_id)}
    call.show(show_status(record), record)
    return None


@command(env="only runs on this environment", limit="how many")
def list_(call: Call, env: str | None = None, limit: str = "20") -> int | None:
    """List runs, the newest first."""
    from migrator.screen.tables import show_runs

    if not limit.isdecimal():
        raise WrongUse(_('--limit is a number, not "{text}"').format(text=limit), hint="--limit 20")
    runs = [dict(row) for row in call.app.journal.runs.list(environment=env, limit=int(limit))]
    call.show(show_runs(runs), runs)
    return None


@command(run=RUN, step="only this step's lines")
def log(call: Call, run: str | None = None, step: str | None = None) -> int | None:
    """Print everything that was told while a run went, commands' output included."""
    from migrator.screen.log import log_line

    for line in call.app.log_lines(call.app.run_id(run)):
        if step in (None, line.get("step")):
            call.show(log_line(line), line)
    return None


@command(run=RUN, accept_changes="take over the playbook as it is now, for the steps that have not begun")
def resume(call: Call, run: str | None = None, accept_changes: bool = False) -> int | None:
    """Go on with a run that was stopped, waits for people, or lost its process; a failed step is tried again."""
    from migrator.screen.tables import show_edited
    from migrator.tasks.watch import watched

    run_id = call.app.run_id(run)
    if edited := call.app.edited(run_id):
        call.show(show_edited(run_id, edited), {"run": run_id, "edited": edited, "accepted": accept_changes})
        if accept_changes:
            call.show(_("run {run} goes on with plan {plan}").format(run=run_id, plan=call.app.amend(run_id).id))
    return watched(call, run_id, call.app.resume)


@command(run=RUN, to="go back only until this step is the next one again; then the run waits for a decision",
         dry_run="only show what would be undone", yes="do not ask before a live environment is changed")
def rollback(call: Call, run: str | None = None, to: str | None = None, dry_run: bool = False,
             yes: bool = False) -> int | None:
    """Bring the target of a run back to what it was; works from any terminal, also after the run has passed."""
    from migrator.tasks.watch import confirm, watched

    run_id = call.app.run_id(run)
    if dry_run or call.dry:
        rows = call.app.to_undo(run_id, to)
        call.show("\n".join(_("would undo {step} on {target}").format(**row) for row in rows)
                  or _("run {run} has done nothing yet that would be undone").format(run=run_id), rows)
        return None
    if not yes:
        confirm(call, call.app.journal.runs.get(run_id)["environment"])
    back = functools.partial(call.app.roll_back, to=to)
    return watched(call, run_id, back, wanted=Exit.WAITING if to else Exit.BROUGHT_BACK)


@command(run=RUN, out="folder for the report; the run's own if left out",
         format="html, md, json, or several with commas")
def report(call: Call, run: str | None = None, out: str | None = None, format: str = "html") -> int | None:
    """Write the report of a run: one file that reads alone, in the language of --lang."""
    from migrator.report.render import write

    run_id = call.app.run_id(run)
    folder = Path(out) if out else call.app.run_folder(run_id)
    paths = write(call.app.record(run_id), folder, formats=format.split(","))
    call.show("\n".join(map(str, paths)), [str(path) for path in paths])
    return None


@command(env="the environment to free", reason="why its holder may lose it")
def unlock(call: Call, env: str | None = None, reason: str | None = None) -> int | None:
    """Free an environment, here and on its hosts, whose run has lost its process and will not be resumed."""
    needed({"env": env, "reason": reason})
    runs = call.app.unlock(str(env), str(reason))
    call.show(_("{env} was held by run {run} and is free now").format(env=env, run=", ".join(runs)) if runs
              else _("{env} is free").format(env=env), {"held": runs})
    return None


@command()
def verify(call: Call) -> int | None:
    """Recompute the audit trail's chain of hashes; exit code 10 when a row was changed, removed or swapped."""
    trail = call.app.journal.audit_trail()
    place = {"chain": trail.broken.chain or "-", "seq": trail.broken.seq} if trail.broken else None
    sentence = (_("{count} events, every chain holds; head {head}") if place is None
                else _("the chain {chain} is broken at event {seq}; {count} events in all, head {head}"))
    call.show(sentence.format(count=trail.count, head=trail.head, **(place or {})),
              {"count": trail.count, "head": trail.head, "broken": place})
    return Exit.DONE if trail.sound else Exit.FINDINGS_BLOCK
