"""One file for each use case: its facts, and what it proposes on them. Pure: the same facts, the same proposals."""

WAITLIST, RISK_WRITE_BACK, REMINDERS = "waitlist", "risk_write_back", "reminders"
RESCHEDULE = "reschedule"
USE_CASES = (WAITLIST, RISK_WRITE_BACK, REMINDERS, RESCHEDULE)  # what has a phase and a standing order of its own
