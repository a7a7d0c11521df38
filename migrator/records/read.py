"""The records file of a product, read."""

from __future__ import annotations

from migrator.playbook.loader import parse
from migrator.playbook.validate import refuse, validate
from migrator.records.model import Records
from migrator.text import _


def read_records(content: bytes, file: str) -> Records:
    """The lists of a file. Raises PlaybookError (several: PlaybookErrors) with the positions of what is wrong."""
    tree = parse(content, file)
    records = validate(Records, tree)
    names = [record.name.lower() for record in records.records]
    if twice := [tree.error(("records", number, "name"), _('the name "{name}" is used twice').format(name=name))
                 for number, name in enumerate(names) if name in names[:number]]:
        refuse(twice)
    return records
