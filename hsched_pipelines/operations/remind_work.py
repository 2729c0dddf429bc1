"""What the reminders' job does, and when its sensor asks for it: on new scores, on what changed in the calendar, and as time goes."""

from datetime import datetime, timedelta

from hsched_adapters.assembly import OpenPractice
from hsched_core.domain.canonical import digest
from hsched_core.domain.inbox import MessageState
from hsched_pipelines.operations.asking import KEY_LENGTH, NOTHING
from hsched_pipelines.operations.event_work import Counts, reminded

EVERY = timedelta(minutes=15)  # of the practice's clock: windows open and quiet hours end


def remind(practice: OpenPractice) -> Counts:
    """A round of the reminders' desk; nothing where the practice did not switch them on."""
    return reminded(practice) if practice.reminder_settings.is_on else {}


def reminders_due(practice: OpenPractice) -> str:
    """The key of what reminders look at: it changes with a publication, with a notice that was worked on, and with the quarter hour."""
    if not practice.reminder_settings.is_on:
        return NOTHING
    worked_on = practice.inbox.counts().get(MessageState.DONE, 0)
    return key_at(practice.scores.mark(), worked_on, practice.clock.now())


def key_at(published: str, worked_on: int, now: datetime) -> str:
    """One key for one state of the world."""
    return digest([published, worked_on, int(now.timestamp() // EVERY.total_seconds())])[:KEY_LENGTH]
