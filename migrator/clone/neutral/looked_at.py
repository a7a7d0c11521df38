"""Where integrations are looked for: configuration files of the trees, telling columns, and what waits to be sent."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from migrator.clone.neutral.model import Neutral
from migrator.commands import config_files
from migrator.database.base import OURS, Database
from migrator.site import Site

CONFIGURATION = ("*.ini", "*.conf", "*.cfg", "*.cnf", "*.yaml", "*.yml", "*.json", "*.xml", "*.properties", "*.toml",
                 "*.env", ".env", "*.config", "crontab", "*.cron", "*.htaccess")
"""Names of configuration files, whatever the product."""
LARGEST = 1024 * 1024
_TELLING = re.compile(r"(?i)(^|_)(url|uri|host|hostname|server|endpoint|webhook|smtp|callback|gateway|token|"
                      r"secret|api_?key|licen[cs]e|setting|config|value|val|param)s?$")
_TEXT = re.compile(r"(?i)char|text|clob|json|name|citext|enum|string")
_QUEUE = re.compile(r"(?i)(^|_)(e?mail|sms|message|msg|notification|notice|webhook|push|fax|outbound)s?_?"
                    r"(queue|outbox|spool|outgoing|pending|to_send)s?$|(^|_)outbox$")


@dataclass(frozen=True)
class File:
    """A configuration file of the copy: its name, TREE/PATH, and its text."""

    name: str
    text: str


def files_of(site: Site, rules: Neutral) -> Iterator[File]:
    """Every file that is named as configuration files are, that the rules name, or that they want looked at."""
    named = [*rules.adapt, *(rule.file for each in rules.integrations for rule in each.files), *rules.look.files]
    for name, tree in site.environment.trees.items():
        host = site.host(tree.at)
        patterns = [entry.partition("/")[2] for entry in named if entry.partition("/")[0] == name]
        found = host.read(config_files.listed(host.expand(tree.path), [*CONFIGURATION, *patterns], tree.exclude,
                                              LARGEST).as_user(tree.owner), timeout=600)
        for path in sorted(set(found.stdout.decode("utf-8", "surrogateescape").split("\0")) - {""}):
            if not _left_out(f"{name}/{path}", rules):
                whole = posixpath.join(host.expand(tree.path), path)
                content = host.read(config_files.whole(whole, LARGEST).as_user(tree.owner)).stdout
                if b"\0" not in content:
                    yield File(f"{name}/{path}", content.decode("utf-8", "surrogateescape"))


def columns_of(database: Database, rules: Neutral) -> list[tuple[str, str]]:
    """Table and name of every text column that is named as places of addresses and keys are, or that the rules name."""
    tables = database.schema().tables
    named = {(table, column) for table, columns in rules.look.columns.items() for column in columns}
    named |= {(rule.table, rule.column) for integration in rules.integrations for rule in integration.columns}
    return [(table, column.name) for table, columns in sorted(tables.items()) if not _ours(table) for column in columns
            if ((table, column.name) in named or (_TELLING.search(column.name) and _TEXT.search(column.type)))
            and not _left_out(table, rules) and not _left_out(f"{table}.{column.name}", rules)]


def queues_of(database: Database, rules: Neutral) -> list[str]:
    """Tables that are named as those are in which messages wait to be sent."""
    return [table for table in sorted(database.schema().tables)
            if not _ours(table) and _QUEUE.search(table) and not _left_out(table, rules)]


def _ours(table: str) -> bool:
    return table.rpartition(".")[2].startswith(OURS)


def _left_out(place: str, rules: Neutral) -> bool:
    return any(fnmatchcase(place, pattern) for pattern in rules.look.not_here)
