"""One file for each use case: its facts, and what it proposes on them. Pure: the same facts, the same proposals."""

WAITLIST, RISK_WRITE_BACK, REMINDERS = "waitlist", "risk_write_back", "reminders"
RESCHEDULE, GROUPS = "reschedule", "group_coordination"
USE_CASES = (WAITLIST, RISK_WRITE_BACK, REMINDERS, RESCHEDULE, GROUPS)  # what has a phase and a standing order of its own
