"""Business records in sheets and on paper: written out, and looked at again years later."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from migrator import clock
from migrator.errors import Exit, WrongUse
from migrator.here import from_here
from migrator.tasks.command import Call, command, needed
from migrator.text import _

if TYPE_CHECKING:
    from migrator.records.model import Records


@command(env="environment of the inventory", records="the records file (default: records.yaml of the product)",
         only="names of lists, with commas between; all if left out",
         values="parameters of the queries: before=2024,...",
         font="a TrueType font (.ttf, .ttc) to put into the PDFs; readers need one for Chinese otherwise",
         to="a new folder (default: records/ENV-MOMENT in the environment's vault)")
def export(call: Call, env: str | None = None, records: str | None = None, only: str | None = None,
           values: str | None = None, font: str | None = None, to: str | None = None) -> int | None:
    """Write business records as Excel and PDF, with an index and hashes, and read all of it back."""
    from migrator.records.export import export_records
    from migrator.records.index import read_index
    from migrator.screen.meter import Meter
    from migrator.screen.records import show_exported

    needed({"env": env})
    site = call.app.site(str(env)).reading()
    folder = Path(to) if to else call.app.vault(site.name) / "records" / f"{site.name}-{clock.stamp()[:19]}".replace(
        ":", "")
    names = [name.strip() for name in only.split(",")] if only else None
    export_records(site, _file(call, site.name, records), folder, values=_values(values), only=names,
                   font=Path(font) if font else None, progress=Meter(as_json=call.json))
    lists = [{"name": one.name, "title": one.title, "rows": one.rows, "pages": len(one.pages), "digest": one.digest}
             for one in read_index(folder).lists]
    call.show(show_exported(site.name, lists, from_here(folder)),
              {"event": "exported", "folder": str(folder), "lists": lists})
    return None


@command(folder="the folder of an export")
def check(call: Call, folder: str | None = None) -> int | None:
    """Read an export back: hashes, every row of the sheets, every page of the papers."""
    from migrator.records.check import faults

    needed({"folder": folder})
    wrong = faults(Path(str(folder)))
    call.show("\n".join(f"✗ {line}" for line in wrong) or "✓ " + _("all of it can be read, and is what was written"),
              {"event": "checked", "faults": wrong})
    return Exit.FINDINGS_BLOCK if wrong else None


def _file(call: Call, environment: str, records: str | None) -> Records:
    from migrator.records.read import read_records

    path = Path(records) if records else call.app.product_file(environment, "records.yaml")
    return read_records(path.read_bytes(), from_here(path))


def _values(text: str | None) -> dict[str, str]:
    pairs = [pair.partition("=") for pair in text.split(",")] if text else []
    for name, sign, _value in pairs:
        if not sign:
            raise WrongUse(_("a value is written NAME=VALUE, not {text}").format(text=name),
                           hint="--values before=2024")
    return {name.strip(): value for name, _sign, value in pairs}
