"""What a practice can set of the times that a client may pick on the page of a visit, with its defaults."""

from dataclasses import dataclass
from datetime import timedelta

from hsched_core.domain.errors import SettingsError

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MOST_TIMES = 5  # on a phone more is a list to study, not a choice
LEAST_NOTICE = 60  # minutes: whoever decides has half of it


@dataclass(frozen=True)
class RescheduleSettings:
    """How clients pick another time for a visit themselves."""

    times: int = 3  # shown at once
    least_notice_minutes: int = 120  # before a time that is picked: the same that an opening is offered with
    visit_notice_minutes: int = 120  # before the visit that is moved: later its old time can be offered to nobody
    most_notice_days: int = 14  # of a time that is shown
    length_slack_minutes: int = 10  # an opening may be longer than the visit
    decide_hours: int = 24  # a person has, where a person decides; the time is kept so long
    most_moves: int = 2  # of one visit by its client; after that a person is asked

    def __post_init__(self) -> None:
        if not 1 <= self.times <= MOST_TIMES:
            raise SettingsError("reschedule.times is out of range.", f"Show 1 to {MOST_TIMES} times.")
        if min(self.least_notice_minutes, self.visit_notice_minutes) < LEAST_NOTICE:
            raise SettingsError(
                "A notice of reschedule leaves nobody time to decide.",
                f"Set least_notice_minutes and visit_notice_minutes to {LEAST_NOTICE} or more.",
            )
        if self.least_notice >= self.most_notice:
            raise SettingsError(
                "No time lies between reschedule.least_notice_minutes and reschedule.most_notice_days.", "Set most_notice_days higher."
            )
        for name in ("most_notice_days", "decide_hours", "most_moves"):
            if getattr(self, name) < 1:
                raise SettingsError(f"reschedule.{name} is below 1.", f"Set {name} to 1 or more; phase shadow shows no times at all.")

    @property
    def least_notice(self) -> timedelta:
        return self.least_notice_minutes * MINUTE

    @property
    def visit_notice(self) -> timedelta:
        return self.visit_notice_minutes * MINUTE

    @property
    def most_notice(self) -> timedelta:
        return self.most_notice_days * DAY
