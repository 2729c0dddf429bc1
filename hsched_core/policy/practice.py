"""A practice's own settings of the rules, as one hashed value. Its hash is the policy version that a proposal carries."""

from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hsched_core.domain.canonical import digest
from hsched_core.domain.errors import SettingsError
from hsched_core.domain.people import Role

VERSION_LENGTH = 16  # hexadecimal digits


def zone_named(name: str) -> ZoneInfo | None:
    """The zone of that name; None where there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # unknown; not a name but a path; the name of a folder
        return None


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
    quiet_from: Annotated[time, "no message from this wall time of the recipient on"] = time(21)
    quiet_until: Annotated[time, "messages again from this wall time on (47 CFR 64.1200(c)(1))"] = time(8)
    common_zones: Annotated[tuple[str, ...], "zones a client of unknown zone may be in; empty: such a client is not contacted"] = ()
    contact_caps: Annotated[Caps, "all channels and use cases together"] = Caps(2, 5, timedelta(hours=1))
    text_caps: Annotated[Caps, "texts alone (47 CFR 64.1200(a)(9)(iv))"] = Caps(1, 3)
    offer_caps: Annotated[Caps, "offers alone, of all use cases"] = Caps(2, 4)
    answer_window: Annotated[timedelta, "an answer to a client's own message within it is not an outreach"] = timedelta(minutes=15)
    offer_notice: Annotated[Notice, "how long before an opening it may be offered"] = Notice(timedelta(minutes=120), timedelta(days=7))
    booking_notice: Annotated[Notice, "how long before its start a session may be booked or moved to"] = Notice(
        timedelta(0), timedelta(days=366)
    )
    holidays: Annotated[tuple[tuple[date, str], ...], "days on which the practice is closed, with their names"] = ()
    open_on: Annotated[frozenset[date], "holidays on which it works"] = frozenset()
    closures: Annotated[tuple[Closure, ...], "days without the practice, or without one clinician"] = ()
    compacts: Annotated[tuple[Compact, ...], "interstate compacts with their members and dates"] = ()
    most_sessions_a_day: Annotated[int, "of one clinician: a session beyond is not offered, booked or moved to that day; 0: no limit"] = 0
    calendar_lag: Annotated[timedelta, "how long the EHR's calendar may be behind a booking it confirmed"] = timedelta(minutes=5)
    score_field_is_hidden: Annotated[bool, "the practice confirmed that clinicians do not see the EHR's risk field"] = False
    approval_lasts: Annotated[timedelta, "how long an approval may be carried out"] = timedelta(hours=4)
    sole_person: Annotated[str, "in a solo practice, the one person who may approve their own proposals"] = ""
    escalation: Annotated[tuple[EscalationStep, ...], "who is asked, and who next when nobody answers"] = (
        EscalationStep(timedelta(0), Role.FRONT_DESK),
        EscalationStep(timedelta(hours=1), Role.PRACTICE_MANAGER),
    )
    max_attempts: Annotated[int, "writes of one action before a person is asked"] = 3
    max_probes: Annotated[int, "searches for an unknown outcome before a person is asked"] = 5

    def __post_init__(self) -> None:
        for name in (self.zone, *self.common_zones):
            if zone_named(name) is None:
                raise SettingsError(f"{name} is not a time zone.", "Use a name of the IANA list, as America/New_York.")

    @property
    def version(self) -> str:
        """The hash of every setting."""
        return digest(self)[:VERSION_LENGTH]
