"""Rules and fit of the waitlist for one opening and one entry, written the long way: what judges the solver's arrays."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

from hsched_core.domain.openings import Opening
from hsched_core.domain.vocabulary import Modality
from hsched_core.domain.waiting import ClinicianProfile, OfferHistory, WaitingClient
from hsched_core.solvers.waitlist import Bar
from hsched_core.use_cases.waitlist import Facts, Refusal
from tests.waitlist_world import zone_of

DAY = timedelta(days=1)
URGENCY = {"routine": 0.8, "soon": 0.9, "urgent": 1.0}
CHANNEL = {"portal": 0.9, "email": 0.9, "text": 1.0, "call": 0.8}
Question = Callable[[Opening, WaitingClient, Facts], bool]


def barred(opening: Opening, entry: WaitingClient, facts: Facts) -> set[Bar]:
    """Everything that keeps the entry from being asked for the opening."""
    return {bar for bar, holds in QUESTIONS.items() if holds(opening, entry, facts)}


def fit(opening: Opening, entry: WaitingClient, facts: Facts) -> float:
    """The weighted score of an entry that nothing bars."""
    weights = facts.settings.weights
    history = history_of(entry.client, facts)
    return (
        weights.preference * preference(entry)
        + weights.urgency * URGENCY[entry.urgency]
        + weights.continuity * continuity(opening, entry)
        + weights.waiting * rising(facts.now - entry.entered_at, 28 * DAY)
        + weights.acceptance * acceptance(opening, entry, history, facts.now)
        + weights.fairness * (1.0 if history.last_asked_at is None else rising(facts.now - history.last_asked_at, 14 * DAY))
    )


def turn(entry: WaitingClient, facts: Facts) -> float:
    """What is added to the fit for who was not asked for long."""
    last = history_of(entry.client, facts).last_asked_at
    since = entry.entered_at if last is None else max(entry.entered_at, last)
    beyond = facts.now - since - facts.settings.patience_days * DAY
    return max(beyond / (facts.settings.turn_days * DAY), 0.0)


def preference(entry: WaitingClient) -> float:
    wishes = [entry.clinician is not None, entry.modality is not None, bool(entry.weekdays) or entry.hour_from > 0 or entry.hour_to < 24]
    return sum(1.0 if wish else 0.9 for wish in wishes) / 3


def continuity(opening: Opening, entry: WaitingClient) -> float:
    if entry.sees is None:
        return 0.9
    return 1.0 if entry.sees == opening.clinician else 0.5


def acceptance(opening: Opening, entry: WaitingClient, history: OfferHistory, now: datetime) -> float:
    unanswered = min(max(history.asked - (history.last_accepted_at is not None), 0), 10)
    return rising(opening.starts_at - now, DAY) * 0.94**unanswered * CHANNEL[entry.channel]


def rising(span: timedelta, enough: timedelta) -> float:
    return 0.5 + 0.5 * min(max(span / enough, 0.0), 1.0)


def history_of(client: str, facts: Facts) -> OfferHistory:
    return next((one for one in facts.histories if one.client == client), OfferHistory(client))


def profile_of(opening: Opening, facts: Facts) -> ClinicianProfile:
    return next(
        (one for one in facts.clinicians if one.clinician == opening.clinician), ClinicianProfile(opening.clinician, "", remote=False)
    )


def other_visits(entry: WaitingClient) -> list[datetime]:
    return [visit for visit in entry.visits if visit != entry.instead_at]


def local_day(instant: datetime, facts: Facts) -> date:
    return instant.astimezone(zone_of(facts)).date()


def other_length(opening: Opening, entry: WaitingClient, facts: Facts) -> bool:
    wished = entry.duration_minutes
    return wished is not None and not 0 <= opening.duration_minutes - wished <= facts.settings.length_slack_minutes


def unlicensed(opening: Opening, entry: WaitingClient, facts: Facts) -> bool:
    return opening.modality is not Modality.IN_PERSON and entry.state not in profile_of(opening, facts).states


def other_day(opening: Opening, entry: WaitingClient, facts: Facts) -> bool:
    return bool(entry.weekdays) and local_day(opening.starts_at, facts).isoweekday() not in entry.weekdays


def other_hours(opening: Opening, entry: WaitingClient, facts: Facts) -> bool:
    """The wall clock at every minute of the session, from its first to its last."""
    first = local_day(opening.starts_at, facts)
    for minute in range(opening.duration_minutes):
        shown = (opening.starts_at.astimezone(UTC) + timedelta(minutes=minute)).astimezone(zone_of(facts))
        if shown.date() == first and shown.time() < time(entry.hour_from):
            return True
        if entry.hour_to < 24 and (shown.date() > first or shown.hour >= entry.hour_to):
            return True
    return False


def uncovered(opening: Opening, entry: WaitingClient, facts: Facts) -> bool:
    day = local_day(opening.starts_at, facts)
    coming = [local_day(visit, facts) for visit in other_visits(entry) if visit > facts.now]
    for cover in entry.cover:
        booked = sum(cover.from_on <= visit <= cover.until_on for visit in coming)
        if cover.from_on <= day <= cover.until_on and (cover.sessions_left is None or cover.sessions_left > booked):
            return False
    return bool(entry.cover)


def seen_that_week(opening: Opening, entry: WaitingClient, facts: Facts) -> bool:
    week = local_day(opening.starts_at, facts).isocalendar()[:2]
    return any(local_day(visit, facts).isocalendar()[:2] == week for visit in other_visits(entry))


def in_a_series(opening: Opening, entry: WaitingClient, facts: Facts) -> bool:
    return entry.instead_of is None and entry.cadence_days is not None and entry.cadence_days <= facts.settings.series_days


def not_earlier(opening: Opening, entry: WaitingClient, facts: Facts) -> bool:
    return entry.instead_at is not None and opening.ends_at > entry.instead_at


def rests(opening: Opening, entry: WaitingClient, facts: Facts) -> bool:
    accepted = history_of(entry.client, facts).last_accepted_at
    return accepted is not None and facts.now < accepted + facts.settings.rest_days * DAY


def asked_already(opening: Opening, entry: WaitingClient, facts: Facts) -> bool:
    is_live = any((one.opening, one.client) == (opening.id, entry.client) for one in facts.live)
    return is_live or opening.id in history_of(entry.client, facts).asked_for


def refusals(opening: Opening, entry: WaitingClient, facts: Facts) -> list[Refusal]:
    return [one for one in facts.refused if (one.opening, one.client) == (opening.id, entry.client)]


def not_now(opening: Opening, entry: WaitingClient, facts: Facts) -> bool:
    is_later = entry.not_before is not None and facts.now < entry.not_before
    return is_later or any(one.until and facts.now < one.until for one in refusals(opening, entry, facts))


QUESTIONS: dict[Bar, Question] = {
    Bar.OTHER_TYPE: lambda opening, entry, facts: opening.session_type is not entry.session_type,
    Bar.OTHER_LENGTH: other_length,
    Bar.OTHER_MODALITY: lambda opening, entry, facts: entry.modality not in (None, opening.modality),
    Bar.NOT_REMOTE: lambda opening, entry, facts: opening.modality is not Modality.IN_PERSON and not profile_of(opening, facts).remote,
    Bar.OTHER_CLINICIAN: lambda opening, entry, facts: entry.clinician not in (None, opening.clinician),
    Bar.SPECIALTY: lambda opening, entry, facts: not entry.specialties <= profile_of(opening, facts).specialties,
    Bar.LICENCE: unlicensed,
    Bar.OTHER_DAY: other_day,
    Bar.OTHER_HOURS: other_hours,
    Bar.TOO_CLOSE: lambda opening, entry, facts: opening.starts_at - facts.now <= facts.settings.least_notice,
    Bar.TOO_FAR: lambda opening, entry, facts: opening.starts_at - facts.now > facts.settings.most_notice,
    Bar.COVER: uncovered,
    Bar.SEEN_THAT_WEEK: seen_that_week,
    Bar.CADENCE: in_a_series,
    Bar.NOT_EARLIER: not_earlier,
    Bar.RAN_OUT: lambda opening, entry, facts: entry.until is not None and entry.until <= facts.now,
    Bar.LEFT_IT: lambda opening, entry, facts: entry.client == opening.left_by,
    Bar.RESTS: rests,
    Bar.ASKED_ALREADY: asked_already,
    Bar.HAS_AN_OFFER: lambda opening, entry, facts: any(one.client == entry.client for one in facts.live),
    Bar.REFUSED: lambda opening, entry, facts: any(one.until is None for one in refusals(opening, entry, facts)),
    Bar.NOT_NOW: not_now,
    Bar.NO_CHANNEL: lambda opening, entry, facts: not entry.can_be_reached,
}
