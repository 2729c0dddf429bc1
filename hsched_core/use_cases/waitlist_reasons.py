"""What a person reads: why an entry was skipped, and why one was chosen. No names, no pseudonyms, nothing about a client's health."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache

from hsched_core.domain.openings import Opening
from hsched_core.domain.waiting import OfferHistory, Urgency, WaitingClient
from hsched_core.solvers.waitlist import Bar

DAY = timedelta(days=1)
SKIPPED: Mapping[Bar, str] = {
    Bar.OTHER_TYPE: "Waits for another type of session.",
    Bar.OTHER_LENGTH: "Needs another length.",
    Bar.OTHER_MODALITY: "Wishes to be seen in another way: in person, by video or by phone.",
    Bar.NOT_REMOTE: "The clinician sees nobody remotely.",
    Bar.OTHER_CLINICIAN: "Wishes to see another clinician.",
    Bar.SPECIALTY: "Needs a specialty that the clinician does not have.",
    Bar.LICENCE: "The clinician has no licence for where the client sits, or that is not known.",
    Bar.OTHER_DAY: "Cannot come on that day of the week.",
    Bar.OTHER_HOURS: "Cannot come at that hour.",
    Bar.TOO_CLOSE: "The opening is too close.",
    Bar.TOO_FAR: "The opening is too far ahead.",
    Bar.COVER: "No authorization covers that day with a session left.",
    Bar.SEEN_THAT_WEEK: "Is seen that week already.",
    Bar.CADENCE: "Comes in a regular series; a single session beside it would not help.",
    Bar.NOT_EARLIER: "Has an appointment that is not later than the opening.",
    Bar.RAN_OUT: "The entry of the waitlist has run out.",
    Bar.LEFT_IT: "Gave up this very time.",
    Bar.RESTS: "Accepted another offer a short while ago.",
    Bar.ASKED_ALREADY: "Was asked for this opening already.",
    Bar.HAS_AN_OFFER: "Has an offer that is not answered yet.",
    Bar.REFUSED: "Was ruled out for this opening: by a rule, or by a person.",
    Bar.NOT_NOW: "Not asked just now: quiet hours where the client is, the contact budget, or somebody stands by for this time; later.",
    Bar.NO_CHANNEL: "Cannot be written to about offers: no consent on any channel, a wish against it, dead addresses, or a pause.",
}
ANOTHER_ENTRY = "Is considered with another entry of the waitlist that fits better."
ASKED_NOW = "Is asked for this opening at the same time."
ELSEWHERE = "Is asked for another opening at the same time."
ENOUGH_ASKED = "enough_asked"
# The codes under which the trail keeps reasons: a bar's name, and two that are no bar.
SENTENCES: Mapping[str, str] = {
    **{bar.name.lower(): text for bar, text in SKIPPED.items()},
    "another_entry": ANOTHER_ENTRY,
    ENOUGH_ASKED: "Could be asked, but as many were asked for this opening as may be.",
}
URGENCY = {Urgency.ROUTINE: "routine", Urgency.SOON: "soon", Urgency.URGENT: "urgent"}


@cache
def skipped(mask: int) -> str:
    """Every reason of a solver's mask, in one line."""
    return " ".join(text for bar, text in SKIPPED.items() if mask >> bar & 1) or ANOTHER_ENTRY


def codes(mask: int) -> tuple[str, ...]:
    """Every reason of a solver's mask, as codes."""
    return tuple(bar.name.lower() for bar in SKIPPED if mask >> bar & 1) or ("another_entry",)


def chosen(one: WaitingClient, opening: Opening, history: OfferHistory, now: datetime) -> tuple[str, ...]:
    """What speaks for the client."""
    return (
        f"Triage: {URGENCY[one.urgency]}.",
        *_care(one, opening),
        *_wishes(one),
        _waits(one, now),
        _asked(history, now),
        *_earlier(one, opening),
    )


def _care(one: WaitingClient, opening: Opening) -> tuple[str, ...]:
    if one.sees is None:
        return ("Sees no clinician yet.",)
    return ("The opening is with the clinician they see.",) if one.sees == opening.clinician else ("Sees another clinician so far.",)


def _wishes(one: WaitingClient) -> tuple[str, ...]:
    named = [
        *(["clinician"] if one.clinician else []),
        *(["way to be seen"] if one.modality else []),
        *(["days"] if one.weekdays else []),
        *(["hours"] if (one.hour_from, one.hour_to) != (0, 24) else []),
    ]
    return (f"Met wishes: {', '.join(named)}.",) if named else ()


def _waits(one: WaitingClient, now: datetime) -> str:
    return f"Waits for {_days((now - one.entered_at) // DAY)}."


def _asked(history: OfferHistory, now: datetime) -> str:
    if history.last_asked_at is None:
        return "Was not asked for any opening so far."
    times = "once" if history.asked == 1 else f"{history.asked} times"
    return f"Was asked {times}, last {_days((now - history.last_asked_at) // DAY)} ago."


def _earlier(one: WaitingClient, opening: Opening) -> tuple[str, ...]:
    if one.instead_at is None:
        return ()
    return (f"Would come {_days((one.instead_at - opening.starts_at) // DAY)} earlier than booked.",)


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{max(count, 0)} days"
