"""The communications export: reminders sent or held back, and a second line where the client answered."""

import numpy as np

from hsched_sandbox.appointment_sheet import appointment_ids, patient_ids
from hsched_sandbox.dirt import Repeat
from hsched_sandbox.events import Events, Happening
from hsched_sandbox.reminders import Reminder
from hsched_sandbox.sheets import Sheet, blank_unless, coded, stamped, worded
from hsched_sandbox.timeline import MINUTE
from hsched_sandbox.world import World


def communication_sheet(events: Events, world: World, rng: np.random.Generator) -> Sheet:
    """One line when a reminder went out or was held back for the sake of comparison, one more when it was answered."""
    visits, timeline = world.visits, world.timeline
    decided = np.flatnonzero((visits.reminded >= timeline.opens) & (visits.reminded < timeline.shuts))
    answers = events.take((events.what == Happening.CONFIRMED) & (events.repeated == Repeat.ONCE) & (events.breach == 0))
    answers = answers.take(visits.reminded[answers.visit] >= timeline.opens)
    visit = np.concatenate([decided, answers.visit])
    sent = visits.reminded[visit]
    answered = np.concatenate([np.zeros(len(decided), dtype=np.int64), answers.at])
    first = np.maximum(sent[: len(decided)], visits.booked[decided]) + rng.integers(1, 2 * MINUTE, len(decided))
    recorded = np.concatenate([first, np.maximum(answers.recorded, answers.at + 2 * MINUTE)])
    seen = recorded < timeline.shuts
    reminder = visits.reminder[visit]
    columns = {
        "Message ID": coded("MSG", visit, 7),
        "Appt ID": appointment_ids(visit),
        "Patient ID": patient_ids(visits.client[visit]),
        "Last Updated": stamped(recorded, timeline),
        "Via": worded(("SMS", "Phone Call"), (reminder == Reminder.CALL).astype(np.int64)),
        "Delivery": worded(("Held Back", "Sent"), (reminder > Reminder.NONE).astype(np.int64)),
        "Chosen By": worded(("Front Desk", "Random"), visits.randomised[visit].astype(np.int64)),
        "Sent": stamped(sent, timeline),
        "Answered": blank_unless(answered > 0, stamped(answered, timeline)),
    }
    return Sheet.of("communications", timeline.day_of(recorded), columns, seen)
