"""Step kind app.install."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any, Literal

from pydantic import Field, model_validator

from migrator import hands
from migrator.application import packages
from migrator.application.release import MARK, Release
from migrator.commands import archive, files
from migrator.commands.by_hand import typed
from migrator.errors import PackageWrong
from migrator.model.finding import Finding, blocks, informs
from migrator.model.outcome import Change, Outcome
from migrator.model.states import Touches
from migrator.step import Args, Probes, Step, StepContext, register
from migrator.text import _
from migrator.transport.asked import Question


class InstallArgs(Args):
    package: str | list[str] | None = Field(None, description="package files of the playbook; several are unpacked in "
                                                              "this order; left out: all that `checksums` lists, which "
                                                              "lie beside it")
    into: str = Field(pattern="^/.*[^/]$", description="release folder on the host; it must not be there yet")
    sha256: str | None = Field(None, pattern="^[0-9a-fA-F]{64}$", description="expected checksum of a single package")
    checksums: str | None = Field(None, description="file of the playbook with lines as sha256sum writes them")
    how: Literal["unpack", "python"] = Field("unpack", description="python: a virtual environment from wheels")
    strip: int = Field(0, ge=0, le=9, description="leading folders to cut off the names in a tar file")
    requirements: list[str] = Field(default_factory=list, description="for python: what to install from the packages")
    python: str = Field("python3", description="for python: the interpreter on the host")
    current: str | None = Field(None, pattern="^/.*[^/]$", description="symbolic link to switch to the new folder")
    user: str | None = Field(None, description="user of the host who owns the release; the login user if left out")

    @model_validator(mode="after")
    def _something(self) -> InstallArgs:
        if not self.package and not self.checksums:
            raise ValueError("give `package`, or `checksums` to install all that it lists")
        return self


@register
class AppInstall(Step[InstallArgs]):
    """Lays a release of the application out in a folder of its own, beside what is there.

    The checksum of every package is compared before anything else happens, and again on the host. An archive that
    would write outside the folder is refused. The folder appears under its name when it is complete. With `how: python`
    it is a virtual environment made from the packages alone, without any network. The link `current` is switched last,
    in one move. The way back switches the link back and removes the folder.

    Example::

        - id: install
          at: app
          app.install:
            package: packages/roundup-2.6.0.tar.gz
            sha256: 39c8b0ae2b2d02bd7e7cf1a1d0a2bbd4d6a9d26ba5a3e0e3b5b5d0a4f1b6a2c3
            into: /opt/roundup/2.6.0
            strip: 1
            current: /opt/roundup/current
    """

    kind = "app.install"
    Args = InstallArgs
    touches = Touches.ADDS
    per_host = True
    files = ("package", "checksums")

    def probes(self, ctx: StepContext[InstallArgs]) -> Probes:
        args = ctx.args
        mark = Question(ctx.target, archive.mark_of(args.into, MARK).as_user(args.user))
        if not args.current:
            return Probes(check=[mark], before=[mark], verify=[mark])
        lies = Question(ctx.target, files.stat(args.current))
        leads = Question(ctx.target, files.link_target(args.current).as_user(args.user))
        return Probes(check=[mark, lies], before=[mark, leads], verify=[mark, leads])

    def check(self, ctx: StepContext[InstallArgs]) -> list[Finding]:
        try:
            release = _release(ctx)
            if ctx.args.how == "unpack":
                for package in release.packages:
                    packages.safe_to_unpack(package, release.strip)
        except PackageWrong as error:
            return [blocks("package.wrong", error.message, error.hint or "", file=str(error.where))]
        if release.found() == "foreign":
            return [blocks("install.in-the-way", _("{into} is there already and is not this release").format(
                into=ctx.args.into), _("name another folder, or move that one away"))]
        link = ctx.host.stat(ctx.args.current) if ctx.args.current else None
        if link and link.kind != "link":
            return [blocks("install.no-link", _("{path} is no symbolic link").format(path=ctx.args.current),
                           _("make it one that points to the present release"))]
        return []

    def plan(self, ctx: StepContext[InstallArgs]) -> list[Change]:
        changes = []
        if _release(ctx).found() != "ours":
            changes.append(Change(_("new release folder"), where=f"{ctx.target}:{ctx.args.into}", after=_shown(ctx)))
        if not _leads(ctx):
            changes.append(Change(_("link switches"), where=f"{ctx.target}:{ctx.args.current}", before=_link(ctx),
                                  after=ctx.args.into))
        return changes

    def before(self, ctx: StepContext[InstallArgs]) -> dict[str, Any]:
        return {"there": _release(ctx).found() == "ours", "link": _link(ctx)}

    def apply(self, ctx: StepContext[InstallArgs]) -> Outcome:
        release = _release(ctx)
        there = release.found() == "ours"
        if not there:
            release.bring(ctx.progress)
            ctx.job(release.build(), label="install")
        switched = not _leads(ctx)
        if ctx.args.current and switched:
            ctx.host.run(files.link(_target(ctx.args), ctx.args.current).as_user(ctx.args.user))
        return Outcome(not there or switched, _("{names} in {into}").format(
            names=_shown(ctx), into=ctx.args.into), {"into": ctx.args.into, "mark": release.mark})

    def verify(self, ctx: StepContext[InstallArgs]) -> list[Finding]:
        found = _release(ctx).found()
        if found != "ours" or not _leads(ctx):
            message = _("{into} is not this release, or the link does not lead to it").format(into=ctx.args.into)
            return [blocks("install.incomplete", message, found=found, link=_link(ctx))]
        return [informs("install.complete", _("{into} holds the release").format(into=ctx.args.into))]

    def undo(self, ctx: StepContext[InstallArgs], record: Mapping[str, Any]) -> Outcome:
        if not record:
            return Outcome(changed=False)  # apply never began
        release, changed = _release(ctx), False
        if ctx.args.current and _link(ctx) != record["link"]:
            was, link = record["link"], ctx.args.current
            ctx.host.run((files.link(was, link) if was else files.remove_tree(link)).as_user(ctx.args.user))
            changed = True
        if not record["there"]:
            ctx.job(release.remove(), label="remove")
            changed = True
        return Outcome(changed, _("{into} is as it was").format(into=ctx.args.into))

    def by_hand(self, ctx: StepContext[InstallArgs], record: Mapping[str, Any]) -> list[str]:
        args, commands = ctx.args, []
        if record and args.current:
            was = record["link"]
            commands.append(typed("ln", "-sfn", "--", was, args.current) if was else typed("rm", "-f", args.current))
        if record and not record["there"]:
            commands.append(typed("rm", "-rf", "--", args.into, *_release(ctx).beside))
        return [hands.on(ctx.target, command.as_user(args.user)) for command in commands]


def _names(ctx: StepContext[InstallArgs]) -> list[str]:
    args = ctx.args
    if args.package is None and args.checksums:
        beside = PurePosixPath(args.checksums).parent
        return [str(beside / name) for name in packages.checksums(ctx.file(args.checksums).decode())]
    return args.package if isinstance(args.package, list) else [args.package or ""]


def _shown(ctx: StepContext[InstallArgs]) -> str:
    """The packages as people read them: by name, or how many a list holds."""
    if ctx.args.package is None:
        return _("{count} packages of {list}").format(count=len(_names(ctx)), list=ctx.args.checksums)
    return ", ".join(_names(ctx))


def _release(ctx: StepContext[InstallArgs]) -> Release:
    """The release as declared; raises PackageWrong when a package is not the expected one."""
    args = ctx.args
    listed = packages.checksums(ctx.file(args.checksums).decode()) if args.checksums else {}
    found = []
    for name in _names(ctx):
        path = ctx.folder / name
        expected = args.sha256 if args.sha256 and len(_names(ctx)) == 1 else listed.get(path.name)
        if expected is None:
            raise PackageWrong(_("no checksum is given for {name}").format(name=path.name), where=ctx.step,
                               hint=_("give `sha256:` for one package, or `checksums:` with a line for each"))
        found.append(packages.verified(path, expected))
    return Release(host=ctx.host, folder=args.into, packages=found,
                   work=ctx.site.environment.hosts[ctx.target].work, strip=args.strip,
                   requirements=args.requirements, python=args.python, user=args.user)


def _link(ctx: StepContext[InstallArgs]) -> str:
    """Where `current` leads now; empty when there is no such link or none is asked for."""
    if not ctx.args.current:
        return ""
    return ctx.host.read(files.link_target(ctx.args.current).as_user(ctx.args.user)).text.strip()


def _leads(ctx: StepContext[InstallArgs]) -> bool:
    """Whether `current` leads to the release; also true where none is asked for."""
    link = ctx.args.current
    return not link or posixpath.normpath(posixpath.join(posixpath.dirname(link), _link(ctx))) == ctx.args.into


def _target(args: InstallArgs) -> str:
    """What the link says: the bare name of a release beside it, so that a copy of their folder has its own link."""
    beside = posixpath.dirname(args.current or "") == posixpath.dirname(args.into)
    return posixpath.basename(args.into) if beside else args.into
