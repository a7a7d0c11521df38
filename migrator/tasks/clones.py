"""Copies: made harmless, compared with their original, asked what they tried to send, removed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from migrator.app import App
from migrator.errors import Exit, WrongUse
from migrator.tasks.command import Call, command, needed
from migrator.text import _

if TYPE_CHECKING:
    from migrator.backup.sets.set import BackupSet
    from migrator.clone.container.contained import Contained
    from migrator.clone.harmless import Terms
    from migrator.clone.making import Making
    from migrator.clone.neutral.model import Neutral
    from migrator.site import Site

DOCKER = "docker"
OF = "the original: an environment of the inventory"
ENV = "the copy: an environment of the inventory, or the name of one in containers"


@command(of=OF, env=ENV, into="docker: containers on a network that leads nowhere; left out: the environment --env",
         set="backup set to copy from (default: the newest proven one)", direct="take a set now instead",
         least="percent by which the copy must be like its original", image="image of the machines (docker)",
         mask_first="mask copies of the databases beside them, so that no value of theirs leaves its server unmasked",
         unmasked="do not mask: only where the original holds nothing personal", start="start its services at the end",
         egress="allow to start where egress is not closed: repeat the copy's name")
def make(call: Call, of: str | None = None, env: str | None = None, into: str | None = None, set: str | None = None,
         direct: bool = False, least: str | None = None, image: str | None = None, mask_first: bool = False,
         unmasked: bool = False, start: bool = False, egress: str | None = None) -> int | None:
    """Make a copy: restored, masked, neutralised, scanned for leaks, compared; only then may it be started."""
    needed({"of": of, "env": env})
    if into not in (None, DOCKER):
        raise WrongUse(_("--into is docker, or left out for an environment of the inventory"))
    live, name = call.app.site(str(of)), str(env)
    terms = _terms(call.app, live, least, masked=not unmasked)
    if start and into is None and egress != name:
        raise WrongUse(_("what {name} sends is not held back, so it is not started").format(name=name),
                       hint=_("make it with --into docker, or close its egress yourself and add --egress {name}")
                       .format(name=name))
    contained = _contained(call.app, name)
    if into is None:
        _making(call.app, live, name).require_apart()
    elif name in call.app.inventory.environments and not contained.inventory.exists():
        raise WrongUse(_("{name} is an environment of the inventory already").format(name=name),
                       hint=_("give the copy in containers another name"))
    kept = _masked(call, live, terms) if mask_first else _kept(call, live, set, direct=direct)
    if into == DOCKER:
        contained.make(live.environment, image=image, product=_product(call.app, live), say=call.show)
    making = _making(App(str(call.app.home), str(call.app.inventory_file)), live, name)
    done = making.make(kept, terms, say=call.show)
    started = making.start() if start else []
    call.show(_("{name} is a harmless copy of {of}").format(name=name, of=live.name),
              {"clone": name, "of": live.name, "set": kept.id, "started": started, **done.as_json()})
    return None


@command(env=ENV)
def remove(call: Call, env: str | None = None) -> int | None:
    """Remove a copy: its containers and all that belongs to them, or what an environment of the inventory became."""
    from migrator.clone.making import made

    needed({"env": env})
    name, contained = str(env), _contained(call.app, str(env))
    if contained.inventory.exists() or name not in call.app.inventory.environments:
        contained.remove()
    else:
        _making(call.app, call.app.site(made(contained.folder).get("of", name)), name).remove(say=call.show)
    call.show(_("{name} is removed").format(name=name), {"removed": name})
    return None


@command(of=OF, env=ENV, least="percent that is demanded; below it, the exit code is 10")
def parity(call: Call, of: str | None = None, env: str | None = None, least: str | None = None) -> int | None:
    """Compare a copy with its original: a score and every difference that was not made on purpose."""
    from migrator.clone.harmless import masked_columns
    from migrator.clone.making import made
    from migrator.clone.parity.parity import parity as compare
    from migrator.model.finding import blocking

    needed({"of": of, "env": env})
    live, copy = call.app.site(str(of)), call.app.site(str(env))
    masked = masked_columns(made(_contained(call.app, copy.name).folder).get("masked", {}))
    found = compare(live, copy, rules=_neutral(call.app, live), masked=masked)
    findings = found.findings(float(least) if least else None)
    call.show("\n".join(f.message for f in [*findings[1:], findings[0]]), found.as_json())
    return Exit.FINDINGS_BLOCK if blocking(findings) else None


@command(env=ENV, of=OF)
def check(call: Call, env: str | None = None, of: str | None = None) -> int | None:
    """Say whether a copy could reach anybody: integrations that are left, or that neutralise.yaml does not list."""
    from migrator.clone.neutral.neutralise import harmless
    from migrator.model.finding import blocking

    needed({"env": env})
    copy = call.app.site(str(env))
    findings = harmless(copy.reading(), _neutral(call.app, call.app.site(of) if of else copy))
    call.show("\n".join(f.message for f in findings), [f.as_json() for f in findings])
    return Exit.FINDINGS_BLOCK if blocking(findings) else None


@command(env="a copy in containers")
def tried(call: Call, env: str | None = None) -> int | None:
    """Show what a copy in containers tried to send: when, where to, by which protocol, how often."""
    needed({"env": env})
    found = _contained(call.app, str(env)).enclosure.attempts()
    lines = [f"{a.when}  {a.protocol:5} {a.to}:{a.port}  {a.count} x  {a.first}" for a in found]
    call.show("\n".join(lines) or _("{name} has tried to send nothing").format(name=env), [a.as_json() for a in found])
    return None


def _contained(app: App, name: str) -> Contained:
    from migrator.clone.container.contained import Contained
    from migrator.transport.local import LocalTransport

    return Contained.named(name, app.home / "clones", LocalTransport("docker"))


def _making(app: App, live: Site, name: str) -> Making:
    from migrator.clone.making import Making

    return Making(app.site(name), live, app.vault(name), app.home / "clones" / name)


def _kept(call: Call, live: Site, name: str | None, *, direct: bool) -> BackupSet:
    """The set to copy from, opened by the original's key."""
    from migrator.backup.parts.unlock import unlocked
    from migrator.backup.sets.catalog import find, newest_proven
    from migrator.backup.taking.take import take_set

    vault = call.app.vault(live.name)
    if direct:
        return unlocked(live, take_set(live, vault, _fresh(live), say=call.show))
    return unlocked(live, find(vault, name) if name else newest_proven(vault, live.name))


def _masked(call: Call, live: Site, terms: Terms) -> BackupSet:
    """A set that is masked already, taken now."""
    from migrator.backup.parts.unlock import unlocked
    from migrator.clone.harmless import MASKING
    from migrator.clone.masked import masked_set

    if terms.masks is None:
        raise WrongUse(_("--mask-first and --unmasked contradict each other"))
    return unlocked(live, masked_set(live, call.app.vault(live.name), _fresh(live), terms.masks, live.secret(MASKING),
                                     trees=list(live.environment.trees), say=call.show))


def _fresh(live: Site) -> str:
    """A name for a set that is taken for a clone."""
    from migrator import clock

    return f"{live.name}.clone.{clock.stamp().partition('+')[0].replace(':', '')}"


def _terms(app: App, live: Site, least: str | None, *, masked: bool) -> Terms:
    from migrator.clone.harmless import Terms
    from migrator.mask.rules import Rules

    masks = Rules.load(app.product_file(live.name, "masking.yaml")) if masked else None
    return Terms((), masks, _neutral(app, live), float(least) if least else None)


def _neutral(app: App, live: Site) -> Neutral:
    from migrator.clone.neutral.read import NEUTRALISE_FILE, load_neutral

    return load_neutral(app.product_file(live.name, NEUTRALISE_FILE))


def _product(app: App, live: Site) -> Path:
    return app.inventory_file.parent / str(live.environment.product)
