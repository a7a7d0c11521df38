"""Where in its server's log of changes a part of a set begins and ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class LogRecord:
    """`first` and `last` are positions in the log as the server writes them (`mariadb-bin.000007:342`, `2A/B4000000`);
    the next set goes on from `last`. `since` and `until` are moments by the server's clock, in UTC: every moment from
    `since` to `until` can be brought back, if everything before is there.

    `follows` tells that the part is the log alone, going on from the set that this one builds on; otherwise it is a
    whole database, after which the log of the next one begins. `server` is what a server must be like that replays
    the log.
    """

    first: str
    last: str
    since: str
    until: str
    server: Mapping[str, str]
    follows: bool = False
