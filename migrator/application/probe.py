"""A question whose answer shows whether something has taken effect: a command, a query or a file."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import Field, model_validator

from migrator.commands import files
from migrator.commands.shell import Command, words
from migrator.playbook.inventory import Strict
from migrator.site import Site
from migrator.transport.asked import Question

LONGEST = 80
"""Characters of a question that are shown."""


class Probe(Strict):
    """Exactly one of `command`, `sql` and `file`."""

    command: list[str] | None = Field(None, description="holds when it ends with 0 and prints `equals`, if given")
    sql: str | None = Field(None, description="a reading statement; holds when its first value is `equals`")
    file: str | None = Field(None, description="holds when something lies at this path of the host")
    database: str = Field("main", description="name in the inventory, for sql")
    equals: str | None = Field(None, description="what must come out, as text without blanks around it")
    user: str | None = Field(None, description="user of the host that a command is asked as")

    @model_validator(mode="after")
    def _one(self) -> Probe:
        if sum(part is not None for part in (self.command, self.sql, self.file)) != 1:
            raise ValueError("give exactly one of command, sql and file")
        if self.sql is not None and self.equals is None:
            raise ValueError("a probe by sql needs `equals`")
        return self


def holds(probe: Probe, site: Site, host: str) -> bool:
    """Whether the answer is the wanted one, now; a command is asked on `host`."""
    if probe.file is not None:
        return bool(site.host(host).read(files.exists(site.host(host).expand(probe.file))).stdout)
    if probe.sql is not None:
        rows = site.database(probe.database).query(probe.sql)
        return bool(rows) and str(rows[0][0]).strip() == probe.equals
    result = site.host(host).read(command_of(probe), check=False)
    return result.exit_code == 0 and probe.equals in (None, result.text.strip())


def questions(probes: Iterable[Probe], site: Site, host: str) -> list[Question]:
    """What `holds` asks the host itself for these probes."""
    asked = []
    for probe in probes:
        if probe.file is not None:
            asked.append(Question(host, files.exists(site.host(host).expand(probe.file))))
        elif probe.command is not None:
            asked.append(Question(host, command_of(probe)))
    return asked


def command_of(probe: Probe) -> Command:
    """The command of a probe by command."""
    return words(*(probe.command or ())).as_user(probe.user)


def shown(probe: Probe) -> str:
    """The question as people read it; of a long one the beginning."""
    whole = " ".join((" ".join(probe.command) if probe.command else probe.sql or probe.file or "").split())
    asked = whole if len(whole) <= LONGEST else whole[:LONGEST - 1] + "…"
    return f"{asked} = {probe.equals}" if probe.equals is not None else asked
