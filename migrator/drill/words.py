"""A drill in sentences, for the terminal and for its page alike."""

from __future__ import annotations

from migrator import clock
from migrator.drill.forecast import Forecast
from migrator.drill.objectives import HOUR, Measured
from migrator.drill.record import DrillRecord
from migrator.drill.records import KnownDrill
from migrator.text import _
from migrator.units import show_seconds


def verdict(record: DrillRecord) -> str:
    """What became of it, in one sentence."""
    if record.rto is None:
        return _("The drill failed: {environment} did not come back; it stopped at the phase {phase}.").format(
            environment=record.environment, phase=phase_label(record.broken))
    said = _("{environment} came back in {time}, and every check passed.").format(
        environment=record.environment, time=show_seconds(record.rto.seconds))
    return said if record.met else f"{said} {_('A target was missed.')}"


def target(measured: Measured | None) -> str:
    """Whether a target was met, and which."""
    if measured is None:
        return _("not reached")
    if measured.target is None:
        return _("no target was set")
    return (_("met, target {target}") if measured.met else _("MISSED, target {target}")).format(
        target=show_seconds(measured.target))


def recovery(measured: Measured | None) -> str:
    """The same for the time it took, which should be under an hour whatever the target."""
    if measured is None:
        return target(measured)
    return f"{target(measured)}; {_('under one hour') if measured.seconds < HOUR else _('NOT under one hour')}"


def loss(measured: Measured | None) -> str:
    """The same for what was lost, with what it was measured by."""
    if measured is None:
        return _("not reached")
    since = (_("by the newest heartbeat, {at}") if measured.since == "heartbeat"
             else _("no heartbeat was found: by the taking of the set, {at}"))
    return f"{target(measured)}; {since.format(at=clock.local(measured.at, form='%Y-%m-%d %H:%M:%S'))}"


def outlook(forecast: Forecast) -> str:
    """The day on which the target breaks, or why none can be told."""
    if forecast.day is None:
        return _("When growth breaks the target cannot be told: {why}.").format(why=forecast.why)
    return _("At this growth the target breaks on {day} ({why}).").format(day=forecast.day, why=forecast.why)


def signature(known: KnownDrill) -> str:
    """Whether the record is signed, and whether that holds."""
    return {"none": _("not signed"), "valid": _("signed by {who}, valid"), "wrong": _("NOT VALID: {why}"),
            "unknown": _("signed, and the inventory names no allowed_signers to verify it with")}[
                known.signature].format(who=known.record.by, why=known.fault)


def phase_label(phase: str) -> str:
    """A phase as people call it."""
    return {"decide": _("decide"), "provision": _("provision"), "database": _("database"), "files": _("files"),
            "start": _("start"), "verify": _("verify"), "switch": _("switch"),
            "neutralise": _("adapt and make harmless"), "keep": _("keep what was there")}.get(phase, phase)


def phase_meaning(phase: str) -> str:
    """What is done in a phase."""
    return {"decide": _("from the failure to the set that is restored"),
            "provision": _("hosts answer, room is made, a kept release is laid out"),
            "database": _("databases restored and compared"), "files": _("file trees restored and compared"),
            "start": _("services started"), "verify": _("business checks until all have passed"),
            "switch": _("users let in; a drill without services for that leaves users where they are")}[phase]
