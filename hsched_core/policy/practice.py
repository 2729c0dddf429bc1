"""A practice's own settings of the rules, as one hashed value. Its hash is the policy version that a proposal carries."""

from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Any

from hsched_core.domain.canonical import digest
from hsched_core.domain.people import Role

VERSION_LENGTH = 16  # hexadecimal digits


def _setting(default: Any, meaning: str) -> Any:
    """A field with the sentence that the manual prints beside its default."""
    return field(default=default, metadata={"meaning": meaning})


@dataclass(frozen=True)
class Caps:
    """How often a client may be contacted. A day is the recipient's calendar day, a week any seven days on end."""

    per_day: int
    per_week: int
    cooldown: timedelta = timedelta(0)  # between two contacts

    def __str__(self) -> str:
        pause = f", {self.cooldown // timedelta(minutes=1)} min apart" if self.cooldown else ""
        return f"{self.per_day} a day, {self.per_week} a week{pause}"


@dataclass(frozen=True)
class Notice:
    """How long before its start a session may be asked for: not later than `least`, not earlier than `most`."""

    least: timedelta
    most: timedelta

    def __str__(self) -> str:
        return f"{self.least // timedelta(minutes=1)} min to {self.most.days} days before"


@dataclass(frozen=True)
class Closure:
    """Days on which the practice, or one clinician, sees nobody. Both ends included."""

    first_on: date
    last_on: date
    clinician: str | None = None


@dataclass(frozen=True)
class Compact:
    """An interstate compact: a clinician of a member state may hold an authority to see clients in the others, from a date on."""

    name: str
    discipline: str
    members: tuple[tuple[str, date], ...]  # state, in effect from


@dataclass(frozen=True)
class EscalationStep:
    """Who is asked once a decision has waited that long."""

    after: timedelta
    role: Role

    def __str__(self) -> str:
        return f"{self.role} after {self.after // timedelta(minutes=1)} min"


@dataclass(frozen=True)
class PracticePolicy:
    """Everything a practice can set. What is not set here cannot be set: consent, licence and self-approval have no switch but these."""

    practice: str
    zone: str
    quiet_from: time = _setting(time(21), "no message from this wall time of the recipient on")
    quiet_until: time = _setting(time(8), "messages again from this wall time on (47 CFR 64.1200(c)(1))")
    common_zones: tuple[str, ...] = _setting((), "zones a client of unknown zone may be in; none means that such a client is not contacted")
    contact_caps: Caps = _setting(Caps(2, 5, timedelta(hours=1)), "all channels and use cases together")
    text_caps: Caps = _setting(Caps(1, 3), "texts alone (47 CFR 64.1200(a)(9)(iv))")
    answer_window: timedelta = _setting(timedelta(minutes=15), "an answer to a client's own message within it is not an outreach")
    offer_notice: Notice = _setting(Notice(timedelta(minutes=120), timedelta(days=7)), "how long before an opening it may be offered")
    booking_notice: Notice = _setting(Notice(timedelta(0), timedelta(days=366)), "how long before its start a session may be booked or moved to")
    holidays: tuple[tuple[date, str], ...] = _setting((), "days on which the practice is closed, with their names")
    open_on: frozenset[date] = _setting(frozenset(), "holidays on which it works")
    closures: tuple[Closure, ...] = _setting((), "days without the practice, or without one clinician")
    compacts: tuple[Compact, ...] = _setting((), "interstate compacts with their members and dates")
    score_field_is_hidden: bool = _setting(False, "the practice confirmed that clinicians do not see the EHR's risk field")
    approval_lasts: timedelta = _setting(timedelta(hours=4), "how long an approval may be carried out")
    sole_person: str = _setting("", "in a solo practice, the one person who may approve their own proposals")
    escalation: tuple[EscalationStep, ...] = _setting(
        (EscalationStep(timedelta(0), Role.FRONT_DESK), EscalationStep(timedelta(hours=1), Role.PRACTICE_MANAGER)),
        "who is asked, and who next when nobody answers",
    )
    max_attempts: int = _setting(3, "writes of one action before a person is asked")
    max_probes: int = _setting(5, "searches for an unknown outcome before a person is asked")

    @property
    def version(self) -> str:
        """The hash of every setting."""
        return digest(self)[:VERSION_LENGTH]
