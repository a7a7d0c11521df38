"""Set what makes an integration harmless, and ask whether it is so."""

from __future__ import annotations

import re
from collections.abc import Iterator

from migrator.clone.neutral.model import InColumn, InDatabase, InFile, Integration
from migrator.clone.neutral.words import set_cells, unlike_cells
from migrator.clone.traces import file_in
from migrator.configure.edit import edit
from migrator.configure.value import Value
from migrator.errors import FindingsBlock, MigratorError
from migrator.playbook.lookups import resolve, scope
from migrator.site import Site
from migrator.text import _

BY_NAME = "secret:"


def set_harmless(site: Site, integration: Integration) -> dict[str, int]:
    """Make one integration harmless; how much had to be changed, by place. Done twice, nothing is changed.

    Raises FindingsBlock, with the place, for a file or table that is not there or cannot be changed.
    """
    changed: dict[str, int] = {}
    for file in integration.files:
        changed[file.file] = changed.get(file.file, 0) + _set_file(site, file, integration.name)
    for rule in integration.columns:
        if _there(site, rule.database, rule.table, optional=rule.optional, integration=integration.name):
            database = site.database(rule.database)
            sql, values = set_cells(database.make, _filled(site, rule))
            changed[f"{rule.table}.{rule.column}"] = database.execute([sql], values)[0]
    for number, statement in enumerate(integration.statements, 1):
        if not statement.table or _there(site, statement.database, statement.table, optional=True,
                                         integration=integration.name):
            changed[_("statement {number}").format(number=number)] = site.database(statement.database).execute(
                [statement.sql], _parameters(site, statement))[0]
    return {place: count for place, count in changed.items() if count}


def not_harmless(site: Site, integration: Integration) -> Iterator[str]:
    """The places where an integration is not as it must be, asked of the copy as it is now."""
    for file in integration.files:
        before = _content(site, file)
        if before is not None and edited(site, file, before) != before:
            yield file.file
    for rule in integration.columns:
        if rule.table in site.database(rule.database).schema().tables:
            database = site.database(rule.database)
            if count := int(database.query(*unlike_cells(database.make, _filled(site, rule)))[0][0]):
                yield _("{count} rows of {table}.{column}").format(count=count, table=rule.table, column=rule.column)
    for number, statement in enumerate(integration.statements, 1):
        database = site.database(statement.database)
        if not statement.table or statement.table in database.schema().tables:
            rows = database.query(statement.left, _parameters(site, statement))
            if rows and int(rows[0][0] or 0):
                yield _("statement {number} leaves {count}").format(number=number, count=rows[0][0])


def _set_file(site: Site, rule: InFile, integration: str) -> int:
    before = _content(site, rule)
    if before is None:
        if rule.optional:
            return 0
        raise _cannot(integration, rule.file, _("the copy has no such file"))
    try:
        after = edited(site, rule, before)
    except MigratorError as error:
        raise _cannot(integration, rule.file, error.message) from None
    if after == before:
        return 0
    host, path, owner = file_in(site, rule.file)
    found = host.stat(path)
    host.write_file(path, after, mode=found.mode if found else 0o600, user=owner)
    return len(rule.set) + len(rule.remove) or 1


def _content(site: Site, rule: InFile) -> bytes | None:
    host, path, _owner = file_in(site, rule.file)
    return host.read_file(path) if host.stat(path) else None


def edited(site: Site, rule: InFile, before: bytes) -> bytes:
    """The content of a file as the rule wants it in this copy. Raises NotEditable, WrongUse for an unknown secret."""
    if rule.format is not None and (rule.set or rule.remove):
        changes: dict[str, Value | None] = {key: _value(site, value) for key, value in rule.set.items()}
        return edit(before, rule.format, {**changes, **dict.fromkeys(rule.remove)})
    expression, value = re.compile(str(rule.pattern), re.MULTILINE), str(_value(site, rule.value))

    def replaced(match: re.Match[str]) -> str:
        group = 1 if expression.groups else 0
        start, end = match.span(group)
        return match[0] if start < 0 else match[0][:start - match.start()] + value + match[0][end - match.start():]

    return expression.sub(replaced, before.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")


def _value(site: Site, value: Value) -> Value:
    """With look-ups such as ${env.values.port} and named secrets of the copy filled in."""
    if isinstance(value, str) and value.startswith(BY_NAME):
        return site.secret(value.removeprefix(BY_NAME)).reveal()
    filled: Value = resolve(value, scope(name=site.name, environment=site.environment))
    return filled


def _filled(site: Site, rule: InColumn) -> InColumn:
    return rule.model_copy(update={"value": _value(site, rule.value) if isinstance(rule.value, str) else rule.value})


def _parameters(site: Site, statement: InDatabase) -> dict[str, Value]:
    return {name: _value(site, value) for name, value in statement.parameters.items()}


def _there(site: Site, database: str, table: str, *, optional: bool, integration: str) -> bool:
    if table in site.database(database).schema().tables:
        return True
    if optional:
        return False
    raise _cannot(integration, f"{database}: {table}", _("the copy has no such table"))


def _cannot(integration: str, place: str, why: str) -> FindingsBlock:
    return FindingsBlock(_("{integration} cannot be made harmless at {place}: {why}").format(
        integration=integration, place=place, why=why),
        hint=_("correct neutralise.yaml, or write optional: true where this may be missing; nothing was started"))
