"""The two sides of an upgrade, and which way data goes between them."""

from __future__ import annotations

from enum import StrEnum


class Side(StrEnum):
    """The old version's data, or the new version's. In statements this is also the name of the schema that stands for
    wherever that data really lies.
    """

    OLD = "old"
    NEW = "new"

    @property
    def other(self) -> Side:
        """The opposite side."""
        return Side.NEW if self is Side.OLD else Side.OLD


class Way(StrEnum):
    """Forward makes new data from old, backward old data from new."""

    FORWARD = "forward"
    BACKWARD = "backward"

    @property
    def source(self) -> Side:
        """The side that is read."""
        return Side.OLD if self is Way.FORWARD else Side.NEW

    @property
    def target(self) -> Side:
        """The side that is made."""
        return self.source.other

    @property
    def reverse(self) -> Way:
        """The way back."""
        return Way.BACKWARD if self is Way.FORWARD else Way.FORWARD

    @classmethod
    def out_of(cls, side: Side) -> Way:
        """The way that reads this side."""
        return cls.FORWARD if side is Side.OLD else cls.BACKWARD
