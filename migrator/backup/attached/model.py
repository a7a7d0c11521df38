"""A product's attachments.yaml as records: which query of which database names the files of which tree."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from migrator.playbook.inventory import Name, Strict

Make = Literal["postgresql", "mariadb", "sqlite"]


class Source(Strict):
    """A query and the tree in which the files lie that it names. A path that is NULL names none."""

    database: Name = Field("main", description="which database of the environment; main stands for the only one")
    tree: Name
    sql: str | dict[Make, str] = Field(description="query for path, and if known size and SHA-256 of each file; by "
                                                   "make of database where one text does not do for all")
    strip: str = Field("", description="what stored paths begin with and paths below the tree do not, as in "
                                       "/srv/app/files/")
    needs: list[str] = Field(default_factory=list, description="TABLE or TABLE.COLUMN without which this version of "
                                                               "the product does not store files so: not asked then")
    lacks: list[str] = Field(default_factory=list, description="the same of what only other versions have")
    extra: Literal["harmless", "suspect"] = Field("harmless", description="files that the query does not name")


class Attachments(Strict):
    """Every place where rows name files. The shortest one:

        format: 1
        attachments:
          - tree: files
            sql: SELECT path, size FROM attachment
    """

    format: Literal[1] = 1
    attachments: list[Source] = Field(default_factory=list)
