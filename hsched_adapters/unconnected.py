"""A practice without a connection to its EHR: its own rules can be changed, nothing else can be read or written."""

from dataclasses import dataclass

from hsched_core.domain.actions import Action, Destination
from hsched_core.domain.contact import Channel
from hsched_core.domain.errors import NotReadyError
from hsched_core.domain.rollout import Phase
from hsched_core.policy.facts import CalendarFacts
from hsched_core.ports import Door

REMEDY = "Add a `connection:` section to practice.yaml; for a sandbox, run `hsched sandbox live`."


class NoCalendar:
    """`CalendarReader` that knows of nothing."""

    def facts_for(self, action: Action, key: str) -> CalendarFacts:
        """Nothing, for what concerns no calendar; NotReadyError for everything else."""
        if action.destination is not Destination.PRACTICE:
            raise NotReadyError("This practice is not connected to its EHR.", REMEDY)
        return CalendarFacts()


@dataclass(frozen=True)
class OwnDoorOnly:
    """`Doors` with one door."""

    practice: Door

    def door(self, destination: Destination, phase: Phase, channel: Channel | None = None) -> Door | None:
        return self.practice if destination is Destination.PRACTICE else None
