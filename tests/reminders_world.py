"""Coming visits and clients for tests of reminders: what is usual, and the changes a test is about."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hsched_core.domain.contact import Channel
from hsched_core.domain.vocabulary import Modality, SessionType
from hsched_core.use_cases.reminders import Facts, Reach, ReminderSettings, Visit
from hsched_core.use_cases.reminders_facts import Asked
from hsched_core.use_cases.reminders_plan import Step, step_name
from tests.path_world import NOON, PRACTICE, ZONE

STARTS = datetime(2026, 3, 6, 19, 0, tzinfo=UTC)  # Friday 14:00 in New York; NOON is Tuesday
TEN = NOON.replace(hour=15)  # Tuesday 10:00 in New York: the hour of messages, three days before
ALL = frozenset(Channel)


def ident(name: str) -> str:
    """A pseudonym for a name."""
    return name.encode().hex().ljust(32, "0")[:32]


def visit(name: str = "a", risk: float | None = 0.3, **changes: Any) -> Visit:
    start = Visit(ident(f"visit-{name}"), ident(f"client-{name}"), STARTS, 50, Modality.IN_PERSON, SessionType.INDIVIDUAL, risk, "m1")
    return replace(start, **changes)


def reach(name: str = "a", **changes: Any) -> Reach:
    return replace(Reach(ident(f"client-{name}"), ALL, (), Channel.TEXT, ZONE), **changes)


def facts(*visits: Visit, now: datetime = TEN, **changes: Any) -> Facts:
    names = dict.fromkeys(one.client for one in visits)
    start = Facts(PRACTICE, "p1", ZONE, now, visits, tuple(replace(reach(), client=name) for name in names))
    return replace(start, **changes)


def asked(one: Visit, *steps: Step, at: datetime | None = TEN) -> dict[str, tuple[Asked, ...]]:
    return {one.appointment: tuple(Asked(step_name(one, step), step is Step.CALL, at) for step in steps)}


NO_CALLS = ReminderSettings(calls_per_day=0)
DAY = timedelta(days=1)
