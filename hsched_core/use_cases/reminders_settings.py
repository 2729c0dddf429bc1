"""What a practice can set of its reminders, with defaults from studies where there are any (docs/explanation/reminders.md)."""

from dataclasses import dataclass
from datetime import timedelta

from hsched_core.domain.errors import SettingsError

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True)
class ReminderSettings:
    """How visits are reminded of. Risks are probabilities of an unused visit; relative risks multiply them."""

    is_on: bool = False  # off until the practice says so: its EHR may remind by itself, and two reminders are one too many
    raised_from: float = 0.15  # from this risk on a visit gets more than standard care (Shah 2016, MetroHealth: 15 %)
    high_from: float = 0.25  # from this risk on staff call, where a call helps: it saves about the minutes that it takes
    high_from_intake: float = 0.15  # the same for intakes, where calls did most (CMHC trials)
    flag_from: float = 0.65  # from this risk on the prediction API flags a visit; nothing else hangs on it
    standby_from: float = 0.35  # from this risk on an unconfirmed visit's time is proposed to a person as a standby offer
    calls_per_day: int = 20  # what the front desk can make; 0: no calls
    plain_days: int = 2  # before the visit: the one reminder of standard care
    confirm_days: int = 3  # the request to confirm (two reminders against one: Steiner 2018)
    again_days: int = 1  # the second request, where nobody confirmed
    call_days: int = 3  # from this day before the visit on staff may call ...
    call_until_days: int = 1  # ... until the end of this one
    hour: int = 10  # of the recipient's wall clock, from which on messages of a day go out
    least_notice_hours: int = 3  # before the visit nothing is sent any more
    standby_hours: int = 36  # before the visit a standby offer may be proposed
    standby_wait_hours: int = 6  # and not before so long after the last request to confirm
    text_relative_risk: float = 0.91  # Oikonomidi 2022: one RCT, 158,669 visits
    call_relative_risk: float = 0.61  # the same: three RCTs, median
    call_relative_risk_intake: float = 0.50  # intakes (CMHC trials: 56 -> 28 %)
    call_relative_risk_remote: float = 1.0  # telehealth: 61.2 -> 60.6 % attendance, no effect
    holdout_share: float = 0.0  # of eligible visits, drawn to be held at standard care; 0: nobody is, and no effect can be told
    revealing_words: tuple[str, ...] = ()  # the practice's own words that nobody else is to read in a message

    def __post_init__(self) -> None:
        risks = (self.raised_from, self.high_from, self.high_from_intake, self.standby_from)
        if not all(0 <= one <= 1 for one in (*risks, self.flag_from, self.holdout_share)) or self.holdout_share > 0.5:
            raise SettingsError("reminders: a share or a risk is none.", "*_from and *_from_intake: 0 to 1; holdout_share: 0 to 0.5.")
        if self.raised_from > min(risks):
            raise SettingsError("reminders: the tiers are out of order.", "raised_from is the lowest of all *_from and *_from_intake.")
        if not 0 <= self.hour <= 23:
            raise SettingsError("reminders.hour is no hour of a day.", "0 to 23, of the recipient's wall clock.")
        if not self.again_days < self.plain_days <= self.confirm_days or self.call_until_days > self.call_days:
            raise SettingsError(
                "reminders: the days before a visit are out of order.",
                "again_days below plain_days, that not above confirm_days; call_until_days not above call_days.",
            )

    @property
    def least_notice(self) -> timedelta:
        return self.least_notice_hours * HOUR

    @property
    def looks_ahead(self) -> timedelta:
        """How far ahead visits are looked at."""
        return (max(self.confirm_days, self.call_days, self.plain_days) + 1) * DAY
