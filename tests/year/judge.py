"""A slow, plain judge of every message that left in a year: hours, caps, consent, wishes. It shares no code with the rules of the gate."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from zoneinfo import ZoneInfo

from hsched_core.domain.contact import Channel, ConsentEvent, Purpose
from tests.year.life import Sent
from tests.year.platform import POLICY, Platform

QUIET_FROM, QUIET_UNTIL = 21, 8  # hours of the client's wall clock
WEEK, ANSWERED_WITHIN = timedelta(days=7), timedelta(minutes=15)
CAPS = ((2, 5), (1, 3), (2, 4))  # a day and in seven days: all, texts, offers


def violations(platform: Platform) -> Iterator[str]:
    """Every rule that a message broke at the moment at which it left."""
    for client, sent in _by_client(platform).items():
        person = platform.town.people[client]
        zones = [ZoneInfo(one) for one in ([person.known.zone] if person.known.zone else POLICY.common_zones)]
        said = platform.store.tables.consents[client]
        for number, one in enumerate(sent):
            if not _said_yes(said, one):
                yield "consent"
            if one.channel in person.known.safe.never:
                yield "safe contact"
            if person.known.safe.is_minor and not (person.known.safe.reaches_guardian or person.known.safe.decides_alone):
                yield "guardian"
            if not _is_answer(platform, one):
                yield from _hours(one, zones)
                yield from _caps(sent[: number + 1], zones)


def _by_client(platform: Platform) -> dict[str, list[Sent]]:
    found: dict[str, list[Sent]] = defaultdict(list)
    for one in platform.life.sent:
        if one.template != "call":  # the front desk's own
            found[one.client].append(one)
    return found


def _is_answer(platform: Platform, one: Sent) -> bool:
    inbound = platform.store.tables.inbound.get(one.client, [])
    return any(word.reference == one.answers and one.at - word.at <= ANSWERED_WITHIN for word in inbound)


def _said_yes(words: list[ConsentEvent], one: Sent) -> bool:
    answer = False
    for word in sorted(words, key=lambda said: (said.at, not said.given)):
        if word.at <= one.at and word.channel in (None, one.channel) and word.purpose in (None, one.purpose):
            answer = word.given
    return answer


def _hours(one: Sent, zones: list[ZoneInfo]) -> Iterator[str]:
    for zone in zones:
        if not QUIET_UNTIL <= one.at.astimezone(zone).hour < QUIET_FROM:
            yield "quiet hours"


def _caps(sent: list[Sent], zones: list[ZoneInfo]) -> Iterator[str]:
    last = sent[-1]
    kinds = (
        sent,
        [one for one in sent if one.channel is Channel.TEXT] if last.channel is Channel.TEXT else [],
        [one for one in sent if one.purpose is Purpose.OFFER] if last.purpose is Purpose.OFFER else [],
    )
    for lines, (a_day, a_week) in zip(kinds, CAPS, strict=True):
        for zone in zones:
            if sum(one.at.astimezone(zone).date() == last.at.astimezone(zone).date() for one in lines) > a_day:
                yield "cap of a day"
        if sum(last.at - one.at < WEEK for one in lines) > a_week:
            yield "cap of a week"
    if len(sent) > 1 and last.at - sent[-2].at < timedelta(hours=1):
        yield "pause between"
