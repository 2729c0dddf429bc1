"""What the reminders' job does, and when its sensor asks for it: on new scores, on what changed in the calendar, and as time goes."""

from collections import Counter
from datetime import datetime, timedelta

from hsched_adapters.assembly import OpenPractice
from hsched_core.domain.canonical import digest
from hsched_core.domain.inbox import MessageState
from hsched_core.domain.rollout import Phase
from hsched_core.use_cases import GROUPS
from hsched_core.use_cases.group_coordination import giving_up
from hsched_pipelines.operations.asking import KEY_LENGTH, NOTHING
from hsched_pipelines.operations.event_work import Counts, grouped, reminded

EVERY = timedelta(minutes=15)  # of the practice's clock: windows open and quiet hours end


def remind(practice: OpenPractice) -> Counts:
    """A round of the reminders' desk, where the practice switched them on, and of the desk of groups, where that may do anything."""
    reminders = reminded(practice) if practice.reminder_settings.is_on else {}
    groups = grouped(practice) if groups_are_due(practice) else {}
    return Counter(reminders) + Counter(groups)


def reminders_due(practice: OpenPractice) -> str:
    """The key of what reminders look at: it changes with a publication, with a notice that was worked on, and with the quarter hour."""
    if not (practice.reminder_settings.is_on or groups_are_due(practice)):
        return NOTHING
    worked_on = practice.inbox.counts().get(MessageState.DONE, 0)
    return key_at(practice.scores.mark(), worked_on, practice.clock.now())


def groups_are_due(practice: OpenPractice) -> bool:
    """Whether the desk of groups needs rounds of its own: who asks clients, acts by itself, or has a word that has waited for a while: the
    visit may be another one by now. What people approve has its own job.
    """
    if practice.practice.connection is None and practice.overrides.reader is None:
        return False
    if practice.service.group_settings.is_on:
        return True
    now = practice.clock.now()
    with practice.path_store.looking() as state:
        has_waited = any(case.since <= now - EVERY for case in giving_up(state.open_cases()))
        return has_waited or state.rollout(GROUPS, now).phase is Phase.AUTO


def key_at(published: str, worked_on: int, now: datetime) -> str:
    """One key for one state of the world."""
    return digest([published, worked_on, int(now.timestamp() // EVERY.total_seconds())])[:KEY_LENGTH]
