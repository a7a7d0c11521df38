"""A product's records: lists that people need even without the software, each a query of its databases."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from migrator.playbook.inventory import Name, Strict


class Record(Strict):
    """One list: its rows become a sheet and a paper of this name."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$", max_length=64)]
    title: str
    columns: list[str] = Field(min_length=1, description="the heading of each column of the query, in its order")
    query: str = Field(description="SQL that reads; named parameters are :like_this")
    database: Name = "main"


class Records(Strict):
    """All lists of a product, in the order of the index."""

    format: Literal[1]
    values: dict[str, str] = Field(default_factory=dict, description="parameters of the queries, where none are given")
    records: list[Record] = Field(min_length=1)
