"""Small iCalendar files."""

from __future__ import annotations


def calendar(*lines: str) -> str:
    """A calendar with one event of these lines."""
    event = ["BEGIN:VEVENT", "UID:one", "DTSTAMP:20260101T000000Z", *lines, "END:VEVENT"]
    return "".join(f"{line}\r\n" for line in
                   ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//test//EN", *event, "END:VCALENDAR"])
