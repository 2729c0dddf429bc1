"""By which channel a client can be written to now, and if by none, from when: the gate's own rules of contact, asked in advance.

The gate is asked again when a message is proposed and when it leaves. This only keeps what it would stop from being proposed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from hsched_core.domain.actions import SendMessage
from hsched_core.domain.contact import Channel, Outreach, Purpose, SafeContact
from hsched_core.policy import contact
from hsched_core.policy.facts import CalendarFacts, ContactFacts, Matter
from hsched_core.policy.gate import judge
from hsched_core.policy.practice import PracticePolicy

# Quiet hours are left to the gate: they go by the wall clock that the EHR tells at that moment.
RULES = tuple(rule for rule in contact.RULES if rule.check is not contact.quiet_hours)
PROBE = "probe"  # no template: the rules of contact do not look at the words
WRITTEN = (Channel.TEXT, Channel.EMAIL, Channel.PORTAL)  # as answered; calls are a person's time


@dataclass(frozen=True)
class Reachable:
    """The channel by which a client can be reached first, and from when."""

    channel: Channel
    at: datetime


def in_order(preferred: Channel, *, others: bool, calls: bool) -> tuple[Channel, ...]:
    """The channels to try: the preferred one, then what is written, where others may be tried; calls only where `calls` says so."""
    wanted = dict.fromkeys((preferred, *(WRITTEN if others else ())))
    return tuple(one for one in wanted if calls or one is not Channel.CALL)


def reachable(
    client: str,
    channels: Iterable[Channel],
    purpose: Purpose,
    known: ContactFacts,
    policy: PracticePolicy,
    now: datetime,
    *,
    zone: str | None,
    safe: SafeContact,
) -> Reachable | None:
    """The first of the channels that is allowed now; otherwise the one that is allowed soonest; None where none ever is."""
    calendar = CalendarFacts(client_zone=zone, safe=safe)
    soonest: Reachable | None = None
    for channel in channels:
        probe = SendMessage(Outreach(client, channel, purpose), PROBE)
        at = judge(Matter(probe, now, now, policy, calendar, known), RULES).passes_at
        if at is not None and (soonest is None or at < soonest.at):
            soonest = Reachable(channel, at)
    return soonest
