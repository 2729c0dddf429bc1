"""What is said to somebody who is about to book outside hsched: the gate's findings, by weight. Advice only: nothing is held or stopped."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from hsched_core.domain.actions import Action, SendMessage
from hsched_core.domain.contact import Outreach, Purpose
from hsched_core.policy.gate import RULES, Verdict
from hsched_core.policy.reach import PROBE, WRITTEN

LONGEST_SUMMARY = 139  # characters; CDS Hooks asks for fewer than 140
TITLES: Mapping[str, str] = {rule.name: rule.title for rule in RULES}
REMINDERS = "No reminder can reach this client."


class Weight(StrEnum):
    """How much stands against it; CDS Hooks' words."""

    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


# What is not here is a warning.
WEIGHTS: Mapping[str, Weight] = {
    "licence.state": Weight.CRITICAL,
    "calendar.double_booking": Weight.CRITICAL,
}


@dataclass(frozen=True)
class Advice:
    """One thing to know. No names, no pseudonyms: as the findings it is made of."""

    rule: str
    weight: Weight
    summary: str
    detail: str


def asked_about(booking: Action) -> tuple[Action, ...]:
    """The booking, and behind it a reminder by each channel that is written to: the gate judges them all."""
    client = booking.session.client if booking.session else ""
    return (booking, *(SendMessage(Outreach(client, one, Purpose.REMINDER), PROBE) for one in WRITTEN))


def advise(booking: Verdict, *reminders: Verdict) -> tuple[Advice, ...]:
    """What the verdicts on `asked_about` come to, the weightiest first."""
    found = [*_about_booking(booking), *_about_reminders(reminders)]
    order = list(Weight)
    return tuple(sorted(found, key=lambda one: -order.index(one.weight)))


def _about_booking(verdict: Verdict) -> Iterator[Advice]:
    for one in dict.fromkeys(verdict.findings):
        title = TITLES.get(one.rule, "Rule")
        yield Advice(one.rule, WEIGHTS.get(one.rule, Weight.WARNING), _short(f"{title}: {one.message}"), one.message)


def _about_reminders(verdicts: Sequence[Verdict]) -> Iterator[Advice]:
    """Only where every channel is closed for good: quiet hours pass, and budgets fill again."""
    closed = [[one for one in verdict.findings if one.clears_at is None and one.rule.startswith("contact.")] for verdict in verdicts]
    if closed and all(closed):
        messages = dict.fromkeys(one.message for findings in closed for one in findings)
        yield Advice(closed[0][0].rule, Weight.INFO, REMINDERS, " ".join(messages))


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_SUMMARY else f"{text[: LONGEST_SUMMARY - 1]}…"
