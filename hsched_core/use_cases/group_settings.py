"""What a practice can set about its groups."""

from dataclasses import dataclass
from datetime import timedelta

from hsched_core.domain.errors import SettingsError

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LOOKS_AHEAD = 14 * DAY  # rosters, and so invitations, are of the coming two weeks


@dataclass(frozen=True)
class GroupSettings:
    """How it is found out who comes to a group, and when a group falls short."""

    is_on: bool = False  # whether who has not answered is asked; what clients say on their pages counts in any case
    quorum: int = 3  # below it a group falls short. Two are a pair; the usual ideal is seven to ten, so a practice sets its own
    invite_days: int = 5  # before the group, from the hour of reminders on: earlier than a reminder (3), to give a freed place away
    least_notice_hours: int = 24  # before the group nobody is asked any more: a reminder, where there is one, says the rest

    def __post_init__(self) -> None:
        for name, least, most in (("quorum", 1, 100), ("invite_days", 1, 13), ("least_notice_hours", 1, 168)):
            if not least <= getattr(self, name) <= most:
                raise SettingsError(f"practice.yaml: groups.{name} is not between {least} and {most}.", "See docs/how-to/run-groups.md.")
        if self.invite_days * DAY <= self.least_notice:
            problem = "practice.yaml: groups.invite_days ends before groups.least_notice_hours begins."
            raise SettingsError(problem, "Ask earlier, or nearer to the group.")

    @property
    def least_notice(self) -> timedelta:
        return self.least_notice_hours * HOUR
