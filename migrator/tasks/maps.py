"""Mappings: what the data would lose, carry it over, compare every cell, draft a first mapping file."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

from migrator.errors import Exit, WrongUse
from migrator.tasks.command import Call, command, needed
from migrator.text import _

if TYPE_CHECKING:
    from migrator.lens.lens import Lens
    from migrator.lens.places.meeting import Meeting
    from migrator.lens.schema import Schema

MAPPING = "the mapping file; several, with commas between, for a path of several hops"
BETWEEN = "for each version between two hops: a file of map.schema, an environment, or a URL"
OLD = "old side: an environment of the inventory, or a database URL"
NEW = "new side: an environment of the inventory, or a database URL"
DATABASE = "which database of the environments (default: the only one)"


def met(call: Call, mapping: str | None, old: str | None, new: str | None, database: str,
        between: str | None = None) -> tuple[Lens, Meeting]:
    """The lens of a mapping file between two sides (of several files, along a path), and where these meet."""
    from migrator.lens.declared.hops import compile_hops
    from migrator.lens.declared.mapping import Mapping
    from migrator.lens.places.reflect import read_schema

    needed({"mapping": mapping})
    meeting = sides(call, old, new, database)
    paths = [Path(name.strip()) for name in str(mapping).split(",")]
    for path in paths:
        if not path.is_file():
            raise WrongUse(_("there is no such mapping file"), where=str(path),
                           hint=_("inv map.suggest --old ENV --new ENV --write FILE drafts one"))
    structures = [_structure(call, name.strip(), database) for name in between.split(",")] if between else []
    return compile_hops([Mapping.load(path) for path in paths], read_schema(meeting.old), structures,
                        read_schema(meeting.new)), meeting


def _structure(call: Call, place: str, database: str) -> Schema:
    from migrator.lens.places.reflect import read_schema
    from migrator.lens.places.schema_file import load_schema

    return load_schema(Path(place)) if Path(place).is_file() else read_schema(call.app.endpoint(place, database))


def sides(call: Call, old: str | None, new: str | None, database: str) -> Meeting:
    """The two sides, each by the name of an environment or by a URL."""
    from migrator.lens.places.endpoint import shows_password
    from migrator.lens.places.meeting import Meeting

    needed({"old": old, "new": new})
    meeting = Meeting(call.app.endpoint(str(old), database), call.app.endpoint(str(new), database))
    for side, place in (("old", old), ("new", new)):
        if shows_password(str(place)):
            print(_("! --{side} shows a password to everybody on this machine who lists processes; "
                    "write env:NAME in its place").format(side=side), file=sys.stderr)
    return meeting


def typed(task: str, mapping: str | None, old: str | None, new: str | None, between: str | None, database: str) -> str:
    """The command to type for the same mapping and sides."""
    import shlex

    flags = {"mapping": mapping, "old": old, "new": new, "between": between,
             "database": None if database == "main" else database}
    return shlex.join(["inv", task, *(word for name, value in flags.items() if value
                                      for word in (f"--{name}", value))])


def number(flag: str, text: str, least: int) -> int:
    if not text.isdecimal() or int(text) < least:
        raise WrongUse(_('--{flag} is a number from {least} on, not "{text}"').format(
            flag=flag, least=least, text=text), hint=f"--{flag} 100")
    return int(text)


@command(env="an environment of the inventory, or a database URL", database=DATABASE, write="file to write")
def schema(call: Call, env: str | None = None, database: str = "main", write: str | None = None) -> int | None:
    """Keep the structure of a database in a file, for paths that lead over this version."""
    from migrator.lens.places.reflect import read_schema
    from migrator.lens.places.schema_file import write_schema

    needed({"env": env, "write": write})
    found = read_schema(call.app.endpoint(str(env), database))
    write_schema(found, Path(str(write)))
    call.show(_("{count} tables of {env} are written to {file}").format(count=len(found.tables), env=env, file=write),
              {"tables": len(found.tables), "file": write})
    return None


@command(mapping=MAPPING, old=OLD, new=NEW, between=BETWEEN, database=DATABASE,
         samples="how many keys are shown of each finding")
def census(call: Call, mapping: str | None = None, old: str | None = None, new: str | None = None,
           between: str | None = None, database: str = "main", samples: str = "5") -> int | None:
    """Count, before anything is written, which old rows would not survive; exit code 10 if some cannot be carried."""
    from migrator.lens.census.take import take
    from migrator.screen.counted import show_counted
    from migrator.screen.meter import Meter

    keys = number("samples", samples, 0)
    lens, meeting = met(call, mapping, old, new, database, between)
    taken = take(lens, meeting, samples=keys, progress=Meter(as_json=call.json))
    again, apply = (typed(task, mapping, old, new, between, database) for task in ("map.census", "map.apply"))
    following = _("mend the data or the mapping, then {command}").format(command=again) if taken.refused else apply
    call.show(show_counted(taken.as_json(), following), {"event": "counted", **taken.as_json()})
    return Exit.FINDINGS_BLOCK if taken.refused else None


@command(mapping=MAPPING, old=OLD, new=NEW, between=BETWEEN, database=DATABASE,
         back="carry what has changed on the new side home to the old one")
def apply(call: Call, mapping: str | None = None, old: str | None = None, new: str | None = None,
          between: str | None = None, database: str = "main", back: bool = False) -> int | None:
    """Copy all that is mapped to the new side, or go on where a copy was cut off; counts first what would be lost."""
    from dataclasses import asdict

    from migrator.lens.copy.copy import forward
    from migrator.lens.copy.home import backward
    from migrator.screen.copied import show_copied, show_put
    from migrator.screen.counted import show_tally
    from migrator.screen.meter import Meter

    lens, meeting = met(call, mapping, old, new, database, between)
    following = typed("map.verify", mapping, old, new, between, database)
    if back:
        written = asdict(backward(lens, meeting))
        call.show(show_put(written, following), {"event": "put", **written})
        return None
    copied = forward(lens, meeting, progress=Meter(as_json=call.json), counted=lambda census: call.show(
        show_tally(census.as_json()), {"event": "counted", **census.as_json()})).as_json()
    call.show(show_copied(copied, following), {"event": "copied", **copied})
    return None


@command(mapping=MAPPING, old=OLD, new=NEW, between=BETWEEN, database=DATABASE,
         most="how many differences are named; all are counted",
         again="systems in use: after how long rows that differ are looked at once more, such as 5s",
         fresh="begin anew, also where a verification was cut off")
def verify(call: Call, mapping: str | None = None, old: str | None = None, new: str | None = None,
           between: str | None = None, database: str = "main", most: str = "100", again: str | None = None,
           fresh: bool = False) -> int | None:
    """Prove cell by cell that the new side holds what the mapping makes of the old one; exit code 10 if it does not."""
    from migrator.lens.verify import compare
    from migrator.lens.verify.state import place
    from migrator.screen.meter import Meter
    from migrator.screen.verified import show_verified
    from migrator.units import seconds

    named = number("most", most, 0)
    lens, meeting = met(call, mapping, old, new, database, between)
    state = place(call.app.home / "verify", lens, meeting)
    if fresh:
        state.unlink(missing_ok=True)
    report = compare(lens, meeting, state=state, progress=Meter(as_json=call.json), most=named,
                     again=None if again is None else seconds(again)).as_json()
    command = typed("map.verify", mapping, old, new, between, database)
    following = _("inv rehearse --playbook FOLDER, with this mapping in a step data.verify") if report["equal"] \
        else _("mend the new side or the mapping, then {command}").format(command=command)
    call.show(show_verified(report, following), {"event": "verified", **report})
    return None if report["equal"] else Exit.FINDINGS_BLOCK


@command(old=OLD, new=NEW, database=DATABASE, write="file to write the draft to; it is printed if left out",
         sample="rows and different values that are looked at of each table and column")
def suggest(call: Call, old: str | None = None, new: str | None = None, database: str = "main",
            write: str | None = None, sample: str = "1000") -> int | None:
    """Draft a mapping file from both systems as they are: what names and rows show, and questions for the rest."""
    from migrator.lens.places.reflect import read_schema
    from migrator.lens.side import Side
    from migrator.lens.suggest.draft import draft
    from migrator.lens.suggest.sample import Samples
    from migrator.lens.suggest.writing import written
    from migrator.screen.drafted import show_drafted

    rows = number("sample", sample, 1)
    meeting = sides(call, old, new, database)
    if write and Path(write).exists():
        raise WrongUse(_("the file is there already, and may hold somebody's work"), where=write,
                       hint=_("name another with --write"))
    schemas = {side: read_schema(meeting.end(side)) for side in Side}
    drafted = draft(schemas[Side.OLD], schemas[Side.NEW], Samples(meeting, schemas, rows))
    text, found = written(drafted), drafted.as_json()
    if write:
        Path(write).write_text(text, encoding="utf-8")
    following = f"inv map.census --mapping {write or 'FILE'} --old {old} --new {new}"
    shown = show_drafted(found, following)
    if not write:  # so that the output can become the file
        shown = text + "".join(f"# {line}".rstrip() + "\n" for line in shown.splitlines())
    call.show(shown, {"event": "drafted", **found, "file": write, "text": text})
    return None
