"""What a client can tell from an offer's message: the link, and which freed hour is meant."""

import re
from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from hsched_sandbox.ehr.records import Appointment

LINK = re.compile(r"https?://[^\s<>\"]+/[ov]/[A-Za-z0-9_-]+")  # of any message of hsched's
OFFER = "/o/"
CLOCK = re.compile(r"(?<!\d)(\d{1,2})[:.](\d{2})\s*(?:([ap])\.?m\.?)?", re.IGNORECASE)
DAY = re.compile(r"(?<![\d:])(\d{1,2})(?![\d:])")


def link_in(text: str) -> str | None:
    """The address where the offer is answered."""
    return next((found for found in LINK.findall(text) if OFFER in found), None)


def without_links(text: str) -> str:
    """The words alone: an address is another one in every practice, and the words are the same."""
    return LINK.sub("", text)


def hour_meant(text: str, freed: Iterable[Appointment], zone: ZoneInfo) -> Appointment | None:
    """The freed hour that begins at a time and on a day of the month that the message names; the soonest, where several do."""
    told = without_links(text)
    times = {_hour(found) for found in CLOCK.finditer(told)}
    days = {int(found[1]) for found in DAY.finditer(CLOCK.sub("", told))}
    meant = [one for one in freed if _fits(one.starts_at.astimezone(zone), times, days)]
    return min(meant, key=lambda one: one.starts_at, default=None)


def _hour(found: re.Match[str]) -> tuple[int, int]:
    hour, minute, half = int(found[1]), int(found[2]), (found[3] or "").lower()
    return (hour % 12 + (12 if half == "p" else 0) if half else hour), minute


def _fits(start: datetime, times: set[tuple[int, int]], days: set[int]) -> bool:
    return (start.hour, start.minute) in times and start.day in days
