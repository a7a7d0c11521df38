"""config.edit: set and remove keys of one configuration file."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import Field

from migrator import hands
from migrator.commands import files
from migrator.commands.by_hand import copied
from migrator.commands.shell import words
from migrator.configure.edit import Format, edit
from migrator.configure.errors import NotEditable
from migrator.configure.masked import masked_difference
from migrator.configure.value import Value
from migrator.errors import HostError, MigratorError
from migrator.model.finding import Finding, blocks, informs, later
from migrator.model.outcome import Change, Outcome
from migrator.model.states import Touches
from migrator.step import Args, Step, StepContext, register
from migrator.text import _

MOST_BYTES = 512 * 1024
BY_NAME = "secret:"


class ConfigEditArgs(Args):
    file: str = Field(description="path on the host, absolute or from ~/; usually ${env.trees.NAME.path}/...")
    format: Format = Field(description="how the file is written; it is not guessed from the name")
    set: dict[str, Value] = Field(default_factory=dict, description="new values by key; secret:NAME for a secret")
    remove: list[str] = Field(default_factory=list, description="keys that must not be there")
    user: str | None = Field(None, description="user of the host who may read and write the file")


@dataclass(frozen=True)
class Edit:
    """A file as it is, and as it shall be."""

    path: str
    mode: int
    now: bytes
    then: bytes
    shown: str
    """The difference for people, secrets masked."""

    @property
    def changed_lines(self) -> list[str]:
        """The lines that go and come, without those around them."""
        return [line for line in self.shown.splitlines() if line[:1] in "+-" and line[:4] not in ("+++ ", "--- ")]


@register
class ConfigEdit(Step[ConfigEditArgs]):
    """Sets and removes keys of a configuration file, and leaves every other byte of it as it is.

    Formats are ini (`section.key`), properties (`key`), yaml and json (`a.b.0.c`) and xml
    (`server/connector[@name='http']/@port`). The plan shows the difference. The file is replaced atomically, its mode
    and owner stay. The way back writes the very bytes that were there before.

        - id: listen
          at: app
          config.edit:
            file: "${env.trees.home.path}/config.ini"
            format: ini
            set: {tracker.web: "${env.values.url}", mail.password: "secret:mail"}
            remove: [main.html_version]
    """

    kind = "config.edit"
    Args = ConfigEditArgs
    touches = Touches.CHANGES
    per_host = True

    def check(self, ctx: StepContext[ConfigEditArgs]) -> list[Finding]:
        if ctx.ahead and ctx.host.stat(ctx.args.file) is None:
            return [later("config.not-there-yet", _("{file} is not there yet").format(file=ctx.args.file))]
        planned = _edit_or_why(ctx)
        return [planned] if isinstance(planned, Finding) else []

    def plan(self, ctx: StepContext[ConfigEditArgs]) -> list[Change]:
        planned = _edit(ctx)
        if planned.now == planned.then:
            return []
        return [Change(_keys(ctx), where=f"{ctx.target}:{planned.path}", after=planned.shown, seconds=1)]

    def before(self, ctx: StepContext[ConfigEditArgs]) -> dict[str, Any]:
        planned = _edit(ctx)
        return {"path": planned.path, "mode": planned.mode, "sha256": _hash(planned.now)}

    def apply(self, ctx: StepContext[ConfigEditArgs]) -> Outcome:
        planned = _edit(ctx)
        if planned.now == planned.then:
            return Outcome(changed=False, summary=_("all keys were so already"))
        if _hash(planned.now) == ctx.record["sha256"]:
            # On its host and not in the journal, since such a file may hold passwords.
            ctx.host.run(files.keep(_kept(ctx)), input=planned.now)
        ctx.host.write_file(planned.path, planned.then, mode=planned.mode, user=ctx.args.user)
        for line in planned.changed_lines:
            ctx.say(line)
        return Outcome(changed=True, summary=_keys(ctx),
                       facts={"sha256": _hash(planned.then), "difference": planned.shown})

    def verify(self, ctx: StepContext[ConfigEditArgs]) -> list[Finding]:
        planned = _edit_or_why(ctx)
        if isinstance(planned, Finding):
            return [planned]
        if planned.now != planned.then:
            return [blocks("config.differs", _("{file} does not hold the keys").format(file=planned.path),
                           difference=planned.shown)]
        return [informs("config.as-set", _("{file} holds the keys as they were set").format(file=planned.path),
                        sha256=_hash(planned.now))]

    def undo(self, ctx: StepContext[ConfigEditArgs], record: Mapping[str, Any]) -> Outcome:
        if not record:
            return Outcome(changed=False)  # apply never began
        if _hash(_content(ctx, record["path"])) == record["sha256"]:
            return Outcome(changed=False)
        content = ctx.host.read_file(_kept(ctx))
        if _hash(content) != record["sha256"]:
            raise HostError(_("the copy of {file} is not what it was").format(file=record["path"]),
                            where=f"{ctx.target}: {_kept(ctx)}", hint=_("take the file from the backup"))
        ctx.host.write_file(record["path"], content, mode=record["mode"], user=ctx.args.user)
        return Outcome(changed=True, summary=_("{file} is as it was").format(file=record["path"]))

    def by_hand(self, ctx: StepContext[ConfigEditArgs], record: Mapping[str, Any]) -> list[str]:
        if not record:
            return []
        return [hands.on(ctx.target, copied(_written(ctx), record["path"], ctx.args.user))]

    def tidy(self, ctx: StepContext[ConfigEditArgs]) -> None:
        ctx.host.run(words("rm", "-f", "--", _kept(ctx)))


def _written(ctx: StepContext[ConfigEditArgs]) -> str:
    """Where the file as it was is kept on its host until the way back is walked or closed; as people write it."""
    return f"{ctx.site.environment.hosts[ctx.target].work}/kept/{ctx.run}.{ctx.step}"


def _kept(ctx: StepContext[ConfigEditArgs]) -> str:
    return ctx.host.expand(_written(ctx))


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _keys(ctx: StepContext[ConfigEditArgs]) -> str:
    return _("configuration keys: {keys}").format(keys=", ".join([*ctx.args.set, *ctx.args.remove]))


def _edit(ctx: StepContext[ConfigEditArgs]) -> Edit:
    path = ctx.args.file
    there = ctx.host.stat(path)
    if there is None:
        raise HostError(_("the file is not there"), where=f"{ctx.target}: {path}")
    if there.kind != "file":
        raise NotEditable(_("this is no plain file"), hint=_("name the file that the link leads to"))
    now = _content(ctx, path)
    secrets = {key: ctx.site.secret(value.removeprefix(BY_NAME)).reveal()
               for key, value in ctx.args.set.items() if isinstance(value, str) and value.startswith(BY_NAME)}
    then = edit(now, ctx.args.format, {**ctx.args.set, **secrets, **dict.fromkeys(ctx.args.remove)})
    return Edit(path, there.mode, now, then, masked_difference(now, then, ctx.args.format, secrets, path))


def _edit_or_why(ctx: StepContext[ConfigEditArgs]) -> Edit | Finding:
    try:
        return _edit(ctx)
    except MigratorError as error:
        return blocks("config.not-editable", f"{ctx.target}:{ctx.args.file}: {error.message}", error.hint or "")


def _content(ctx: StepContext[ConfigEditArgs], path: str) -> bytes:
    command = files.content(ctx.host.expand(path), MOST_BYTES).as_user(ctx.args.user)
    content = ctx.host.read(command).stdout
    if len(content) > MOST_BYTES:
        raise NotEditable(_("the file is larger than {bytes} bytes").format(bytes=MOST_BYTES))
    return content
