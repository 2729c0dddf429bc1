"""What a practice can set of the waitlist, with its defaults (a leading vendor's published ones where there are any)."""

from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum

from hsched_core.domain.canonical import digest
from hsched_core.domain.errors import SettingsError
from hsched_core.domain.rollout import Phase

FORMULA = 1  # counts changes of `solvers/fit.py`
PERSON_DECIDES = 60  # minutes
VERSION_LENGTH = 16  # hexadecimal digits
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class Mode(StrEnum):
    """How many clients are asked for one opening at a time."""

    SERIAL = "serial"  # one after the other
    PARALLEL = "parallel"  # a batch at once; the first yes has it


@dataclass(frozen=True)
class FitWeights:
    """What each term of the fit counts; they sum to 1. The score is no probability."""

    preference: float = 0.20
    urgency: float = 0.25
    continuity: float = 0.20
    waiting: float = 0.10
    acceptance: float = 0.15
    fairness: float = 0.10

    def __post_init__(self) -> None:
        each = [getattr(self, one.name) for one in fields(self)]
        if min(each) < 0 or abs(sum(each) - 1) > 1e-9:
            raise SettingsError("The weights of the waitlist's fit are not shares of 1.", "Set six weights, none below 0, that sum to 1.")

    @property
    def version(self) -> str:
        """The hash of formula and weights: what a proposal carries as its model version."""
        return digest([FORMULA, self])[:VERSION_LENGTH]


@dataclass(frozen=True)
class WaitlistSettings:
    """How openings are offered."""

    mode: Mode = Mode.PARALLEL
    batch: int = 2  # clients asked at once, where mode is parallel
    near_hours: int = 24  # before the session, from when more are asked at once
    near_batch: int = 3
    answer_minutes: int = 60  # a client has for an answer, at least
    answer_share: float = 0.25  # of the time that is left to the session: what they have where that is more
    most_answer_minutes: int = 240  # but no more than this; except over the hours in which nobody else would be asked
    other_channels: bool = True  # where the preferred channel may not be used now: the next one they consented to
    calls_per_day: int = 5  # that staff are asked to make about openings; 0: none
    calls_again: bool = False  # also to who got the offer in writing and did not answer, about openings that nobody took
    call_minutes: int = 120  # staff have for such a call
    call_from_hour: int = 9  # of the practice's wall clock, Monday to Friday
    call_until_hour: int = 16
    decide_minutes: int = 0  # a person has before it, where a person decides; 0: an hour, as far as the notice allows
    most_offers: int = 10  # of one opening
    least_notice_minutes: int = 120
    most_notice_days: int = 7
    rest_days: int = 7  # without an offer after one was accepted
    threshold: float = 0.85  # the fit from which a standing "book me" is booked without asking
    books_without_asking: bool = False  # whether it is at all; for phase auto only
    length_slack_minutes: int = 10  # an opening may be longer than what was asked for
    series_days: int = 14  # who comes at least so often gets no single session beside the series
    patience_days: int = 30  # without being asked; from then on a client's turn comes nearer
    turn_days: int = 60  # beyond patience, that outweigh the largest difference of fit
    send_from_hour: int = 8  # of the practice's wall clock
    send_until_hour: int = 20
    template: str = "waitlist_offer"
    holdout_share: float = 0.0  # of openings, drawn to be left to the staff; 0: none, and no effect can be told
    note_template: str = ""  # of the note to the chart after a booking, where the EHR takes notes: booked_v1
    weights: FitWeights = field(default_factory=FitWeights)

    def __post_init__(self) -> None:
        whole = ("batch", "near_batch", "answer_minutes", "most_offers", "most_notice_days", "turn_days", "call_minutes")
        if min(getattr(self, name) for name in whole) < 1:
            raise SettingsError("A setting of the waitlist is below 1.", f"Each of {', '.join(whole)} is at least 1.")
        rest: tuple[str, ...] = (
            "decide_minutes",
            "rest_days",
            "length_slack_minutes",
            "series_days",
            "patience_days",
            "least_notice_minutes",
        )
        rest += ("near_hours", "calls_per_day")
        if min(getattr(self, name) for name in rest) < 0:
            raise SettingsError("A setting of the waitlist is below 0.", f"Each of {', '.join(rest)} is at least 0.")
        self._check_shares()
        self._check_times()

    def _check_shares(self) -> None:
        for name, most in (("holdout_share", 0.5), ("threshold", 1.0), ("answer_share", 1.0)):
            if not 0 <= getattr(self, name) <= most:
                raise SettingsError(f"The waitlist's {name} is no share, or too large.", f"Set {name} between 0 and {most:g}.")

    def _check_times(self) -> None:
        if self.decide_minutes + self.answer_minutes > self.least_notice_minutes:
            raise SettingsError(
                f"An offer could be answered after the session's start: {self.decide_minutes} minutes to decide and "
                f"{self.answer_minutes} to answer, {self.least_notice_minutes} of notice.",
                "Raise least_notice_minutes, or lower the others.",
            )
        for what, since, until in (
            ("send", self.send_from_hour, self.send_until_hour),
            ("call", self.call_from_hour, self.call_until_hour),
        ):
            if not 0 <= since < until <= 24:
                remedy = f"Set {what}_from_hour below {what}_until_hour, 0 to 24."
                raise SettingsError(f"The waitlist's hours to {what} are no span of a day.", remedy)

    def in_phase(self, phase: Phase) -> "WaitlistSettings":
        """What holds in that phase: a person's time to decide is not taken from the client's, and nobody is booked unasked but in auto."""
        if phase is Phase.AUTO:
            return replace(self, decide_minutes=0)
        decides = self.decide_minutes or min(PERSON_DECIDES, self.least_notice_minutes - self.answer_minutes)
        return replace(self, books_without_asking=False, decide_minutes=decides)

    def at_once(self, left: timedelta) -> int:
        """Offers of one opening that may be out at the same time, so long before its session."""
        if self.mode is Mode.SERIAL:
            return 1
        return self.near_batch if left <= self.near_hours * HOUR else self.batch

    def answer_time(self, left: timedelta) -> timedelta:
        """How long a client has for an answer, so long before the session. A practice that sets a longer least time means it."""
        return max(min(self.answer_share * left, self.most_answer_minutes * MINUTE), self.answer_minutes * MINUTE)

    def answer_by(self, at: datetime, starts_at: datetime, zone: tzinfo) -> datetime:
        """The end of the time to answer an offer that leaves at that instant. One that falls into the hours in which no offers go out
        is put off to their end: nobody else would be asked before. An hour that is too close by then is not.
        """
        ends = at + self.answer_time(starts_at - at)
        local = ends.astimezone(zone)
        if self.send_from_hour <= local.hour < self.send_until_hour:
            return ends
        day = local if local.hour < self.send_from_hour else local + timedelta(days=1)
        opens = day.replace(hour=self.send_from_hour, minute=0, second=0, microsecond=0, fold=0).astimezone(UTC)
        return max(ends, min(opens, starts_at - self.least_notice))

    @property
    def least_notice(self) -> timedelta:
        return self.least_notice_minutes * MINUTE

    @property
    def most_notice(self) -> timedelta:
        return self.most_notice_days * DAY
