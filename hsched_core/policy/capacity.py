"""What a practice can set of the view of its capacity, with its defaults and their reasons. Nothing is blocked or proposed by these."""

import re
from dataclasses import dataclass

from hsched_core.domain.errors import SettingsError

PSEUDONYM = re.compile(r"[0-9a-f]{32}")
LEAST_WEEKLY_HOURS, MOST_WEEKLY_HOURS = 1.0, 80.0


@dataclass(frozen=True)
class CapacitySettings:
    """When the page of capacity says that something is much.

    There is no norm for sessions a day: advice to therapists says 25 to 30 a week, which is five or six a day, and warns of more than
    eight. A break of 30 minutes after at most five hours is California's rule of meals (Labor Code 512(a)), the strictest that is known
    to us; whom it binds is the practice's to know.
    """

    sessions_a_day: int = 8  # of one clinician; a group is one
    break_minutes: int = 30  # between two sessions, from which on it is a break
    longest_run_minutes: int = 300  # from a session's start to another's end without such a break
    over_percent: int = 110  # of the usual hours, from which on a week is above them; half of all weeks are above a median
    weeks_looked_back: int = 13  # a quarter: what is usual is the median of these
    weekly_hours: tuple[tuple[str, float], ...] = ()  # with clients, by the clinician's pseudonym, instead of the median

    def __post_init__(self) -> None:
        for name, least, most in (
            ("sessions_a_day", 1, 24),
            ("break_minutes", 1, 240),
            ("longest_run_minutes", 30, 1440),
            ("over_percent", 100, 300),
            ("weeks_looked_back", 4, 52),
        ):
            if not least <= getattr(self, name) <= most:
                raise SettingsError(f"The capacity's {name} is out of reach.", f"Set {name} between {least} and {most}.")
        for clinician, hours in self.weekly_hours:
            if not PSEUDONYM.fullmatch(clinician):
                raise SettingsError(
                    "The capacity's weekly_hours names somebody who is no clinician's pseudonym.",
                    "Write the 32 signs that `hsched people --json` shows as `clinician`, in quotes.",
                )
            if not LEAST_WEEKLY_HOURS <= hours <= MOST_WEEKLY_HOURS:
                raise SettingsError(
                    f"The capacity's weekly_hours of {clinician[:8]} are {hours:g}.",
                    f"Above 0: at least {LEAST_WEEKLY_HOURS:g}, at most {MOST_WEEKLY_HOURS:g}.",
                )
