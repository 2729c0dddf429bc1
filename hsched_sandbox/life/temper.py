"""What people do of their own accord, drawn by chance: answers to offers, what becomes of a booking, when staff pick up the phone."""

import math
import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from hsched_sandbox.ehr.records import Appointment, Entry, Status
from hsched_sandbox.life.offers_read import without_links
from hsched_sandbox.life.texting import Answer, answer
from hsched_sandbox.offers import Acceptance, chance_of_yes, usual_logit

EAGER = Acceptance(usual=1.2, says_no=0.6)  # for demonstrations: most say yes, and soon
MEDIAN_MINUTES, SPREAD = 25, 1.3  # of answers, as in events.answer_delay
EAGER_MINUTES = 6
STAFF_FILL, STAFF_MINUTES = 0.15, 60  # of freed hours, by phone
ANY_HOUR_FITS = 0.5  # where the message does not say which hour is meant
EARLY, LATE, NO_SHOW = 0.05, 0.04, 0.06  # of bookings that no script knows
DESK_MINUTES = 45  # until the front desk has cancelled what a client asked to have cancelled
AFTERWARDS = timedelta(minutes=75)  # until the note of a session is closed


class Reply(StrEnum):
    """A client's answer to an offer, in the words of its page."""

    ACCEPT = "accept"
    DECLINE = "decline"


@dataclass(frozen=True)
class Fate:
    """What becomes of a booking, and when."""

    status: Status
    at: datetime


@dataclass(frozen=True)
class Temper:
    """Everybody's chances. The same seed and the same question give the same answer, whenever it is asked."""

    seed: str
    zone: ZoneInfo
    rules: Acceptance = field(default_factory=Acceptance)
    minutes: float = MEDIAN_MINUTES

    @classmethod
    def eager(cls, seed: str, zone: ZoneInfo) -> "Temper":
        """Clients who answer most offers with a yes, within minutes."""
        return cls(seed, zone, EAGER, EAGER_MINUTES)

    def answer(self, message: str, entry: Entry | None, hour: Appointment | None, ignored: int, now: datetime) -> Reply | None:
        """A client's answer to an offer; None where there will be none. `ignored` counts the offers not taken before."""
        chance = self._chance(message)
        if entry is None:  # off the list by now
            return Reply.DECLINE if chance.random() < self.rules.says_no else None
        fits = chance.random() < ANY_HOUR_FITS if hour is None else self._can_come(entry, hour)
        own = hour is None or entry.provider_id in (None, hour.provider_id)
        channel = hour is None or entry.modality in (None, hour.modality)
        waited = (now - entry.entered_at).total_seconds()
        notice = (hour.starts_at - now).total_seconds() if hour else math.inf
        if chance.random() < chance_of_yes(self.rules, usual_logit(self.rules, fits, own, channel, waited), ignored, notice):
            return Reply.ACCEPT
        return Reply.DECLINE if chance.random() < self.rules.says_no else None

    def delay(self, message: str) -> timedelta:
        """Until a client answers: log-normal."""
        return _minutes(self._chance(message, "delay"), self.minutes)

    def writes_back(self, client: str, text: str, language: str) -> Answer | None:
        """What a client writes back to a text; None where nothing comes."""
        return answer(self._chance(client, without_links(text), "writes"), text, language)

    def desk_takes(self, visit: str) -> timedelta:
        """Until the front desk has read a cancellation and entered it."""
        return _minutes(self._chance(visit, "desk"), DESK_MINUTES)

    def staff_fill_after(self, opening: str) -> timedelta | None:
        """When staff fill a freed hour by phone; None for most of them."""
        chance = self._chance(opening, "staff")
        return _minutes(chance, STAFF_MINUTES) if chance.random() < STAFF_FILL else None

    def fate(self, booked: Appointment) -> Fate:
        """What becomes of a booking that the script does not know."""
        chance = self._chance(booked.id, "fate")
        draw, share = chance.random(), chance.random()
        notice = booked.starts_at - timedelta(days=1)
        if draw < EARLY and booked.created_at < notice:
            return Fate(Status.CANCELLED, booked.created_at + share * (notice - booked.created_at))
        if draw < EARLY + LATE:
            begin = max(notice, booked.created_at)
            return Fate(Status.CANCELLED, begin + share * (booked.starts_at - begin))
        missed = draw < EARLY + LATE + NO_SHOW
        return Fate(Status.NO_SHOW if missed else Status.ATTENDED, booked.starts_at + AFTERWARDS)

    def pick(self, what: str, count: int) -> int:
        """One of so many."""
        return self._chance(what, "pick").randrange(count)

    def _can_come(self, entry: Entry, hour: Appointment) -> bool:
        start = hour.starts_at.astimezone(self.zone)
        return (not entry.weekdays or start.isoweekday() in entry.weekdays) and entry.hour_from <= start.hour < entry.hour_to

    def _chance(self, *words: str) -> random.Random:
        return random.Random("/".join((self.seed, *words)))


def _minutes(chance: random.Random, median: float) -> timedelta:
    return timedelta(minutes=min(max(1.0, math.exp(chance.gauss(math.log(median), SPREAD))), 24 * 60))
