"""The feature catalogue: what each column of the feature tables is, when it is known, and whether a model may read it.

The values are computed by one SQL text (dbt_project/macros/no_show_features.sql); this page is its contract, compared
with the dbt YAML in a test. Adding a column there without an entry here fails the build.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

MOMENTS = ("day_before", "at_booking")


class Role(StrEnum):
    """What a column is for."""

    KEY = "key"
    INPUT = "input"
    DEMOGRAPHIC = "demographic"  # an input only where the practice recorded its basis for using it
    CONTEXT = "context"  # logged and watched, not read by a model
    AUDIT = "audit"  # never a model input
    LABEL = "label"


@dataclass(frozen=True)
class Feature:
    """One column. `known_at` says which instant its value is as of; `basis` names the switch of a demographic input."""

    name: str
    role: Role
    unit: str
    known_at: str
    sensitivity: str
    description: str
    is_category: bool = False
    basis: str = ""


def _input(name: str, unit: str, description: str, *, known_at: str = "scored_at", category: bool = False) -> Feature:
    return Feature(name, Role.INPUT, unit, known_at, "limited data set", description, category)


def _client(name: str, unit: str, description: str) -> Feature:
    return Feature(name, Role.INPUT, unit, "outcomes ended and recorded by scored_at", "limited data set", description)


def _rate(name: str, unit: str, description: str, role: Role = Role.INPUT) -> Feature:
    return Feature(name, role, unit, "outcomes ended and recorded by 00:00 of the scoring day", "aggregate", description)


# Watched, not read: on the public file each of these groups costs 0.001-0.002 AUROC beside the counts that fade.
def _watched(name: str, unit: str, description: str) -> Feature:
    return _rate(name, unit, description, Role.CONTEXT)


def _window(name: str, unit: str, description: str) -> Feature:
    return replace(_client(name, unit, description), role=Role.CONTEXT)


CATALOGUE: tuple[Feature, ...] = (
    Feature("booking_id", Role.KEY, "token", "booking", "pseudonym", "Appointment token and number of moves within it."),
    Feature("appointment_token", Role.KEY, "token", "booking", "pseudonym", "Pseudonym of the appointment."),
    Feature("client_token", Role.KEY, "token", "booking", "pseudonym", "Pseudonym of the client; groups rows, never read."),
    _input("site_token", "token", "Pseudonym of the place; read only for what video and phone add there.", category=True),
    Feature("moment", Role.KEY, "word", "-", "none", "Scoring moment: at_booking or day_before."),
    Feature("scored_at", Role.KEY, "instant", "-", "date", "The instant everything in this row is as of."),
    Feature("booked_at", Role.KEY, "instant", "booking", "date", "When this time was chosen."),
    Feature("starts_on", Role.KEY, "date", "booking", "date", "Day of the visit, practice's zone."),
    Feature("starts_at", Role.KEY, "instant", "booking", "date", "Start of the visit; empty where only the day is known."),
    _input("clinician_token", "token", "Pseudonym of the clinician; few visits fall into one bucket.", category=True),
    _input("lead_time_days", "days", "From the day the time was chosen to the day of the visit."),
    _input("weekday", "ISO 1-7", "Weekday of the visit.", category=True),
    _input("start_hour", "hour 0-23", "Local hour of the start."),
    _input("booked_hour", "hour 0-23", "Local hour at which the time was chosen."),
    _input("duration_minutes", "minutes", "Booked length."),
    _input("session_type", "word", "Kind of session.", category=True),
    _input("modality", "word", "In person, video or phone.", category=True),
    _input("is_moved_here", "yes/no", "The time is the result of a move."),
    _input("is_confirmed", "yes/no", "Confirmed, e.g. in answer to a reminder.", known_at="confirmations recorded by scored_at"),
    _input(
        "last_reminder",
        "word",
        "Channel of the last reminder sent for this time, or none.",
        known_at="reminders recorded by scored_at",
        category=True,
    ),
    _input("season", "word", "Part of the year: year's end, August, spring break or usual.", known_at="booking", category=True),
    _input("is_after_holiday", "yes/no", "In the week after a public holiday.", known_at="booking"),
    _input("series_interval_days", "days", "Rhythm of the series; empty outside a series."),
    _input("series_position", "count", "Earlier bookings of the same series."),
    Feature("age_years", Role.DEMOGRAPHIC, "years", "scored_at", "demographic", "Age, 90 and over as 90.", basis="age"),
    Feature("gender", Role.DEMOGRAPHIC, "word", "scored_at", "demographic", "Administrative gender.", True, "gender"),
    _client("client_visits", "count", "Outcomes that used the slot or should have: attended, no-show, late cancel."),
    _client("client_unused", "count", "Of these, no-shows and late cancels."),
    _client("client_no_shows", "count", "No-shows."),
    _client("client_late_cancels", "count", "Cancels inside the notice window."),
    _client("client_early_cancels", "count", "Cancels and moves before it."),
    _window("client_visits_90d", "count", "Visits that ended in the last 90 days."),
    _window("client_visits_180d", "count", "Visits that ended in the last 180 days."),
    _window("client_no_shows_90d", "count", "No-shows of the last 90 days."),
    _window("client_no_shows_180d", "count", "No-shows of the last 180 days."),
    _window("client_late_cancels_90d", "count", "Late cancels whose visits were to end in the last 90 days."),
    _window("client_late_cancels_180d", "count", "Late cancels whose visits were to end in the last 180 days."),
    _client("client_expected_unused", "count", "What lead time, kind of session and clinician predicted of these visits: sum of p."),
    _client("client_information", "count", "Variance of that prediction: sum of p (1 - p)."),
    _client("client_recent_excess_3w", "count", "Unused less expected, each visit fading by half in 3 weeks."),
    _client("client_recent_information_3w", "count", "Variance of the expected, fading by half in 3 weeks."),
    _client("client_recent_excess_8w", "count", "Unused less expected, each visit fading by half in 8 weeks."),
    _client("client_recent_information_8w", "count", "Variance of the expected, fading by half in 8 weeks."),
    _client("client_recent_excess_26w", "count", "Unused less expected, each visit fading by half in 26 weeks."),
    _client("client_recent_information_26w", "count", "Variance of the expected, fading by half in 26 weeks."),
    _client("client_recent_unused_rate", "share", "Unused share, older visits fading by e in 60 days, shrunk to the practice's rate."),
    _client("is_last_unused", "yes/no", "Whether the last visit with a known outcome was unused; of several at once, each."),
    _client("client_unused_streak", "count", "Unused visits since the client last came."),
    _window("client_attended_streak", "count", "Attended visits since the last unused one."),
    _client(
        "client_missed_in_plan", "count", "Visits planned since the client last came that did not take place, whoever called them off."
    ),
    _window("client_usual_gap_days", "days", "Mean time between attended visits of the last 180 days; empty with fewer than two."),
    _client("days_since_attended", "days", "Since the last attended visit ended."),
    _window("client_gaps_since_attended", "usual gaps", "Time since then in the client's usual gaps (of a day at least)."),
    _client("days_since_outcome", "days", "Since the last booking with a known outcome was to end, cancelled ones included."),
    _input("client_bookings", "count", "Bookings made so far, this one included.", known_at="bookings recorded by scored_at"),
    _input("client_open_bookings", "count", "Of these, not ended yet.", known_at="bookings recorded by scored_at"),
    _input("client_moves", "count", "Bookings the client moved to another time.", known_at="moves recorded by scored_at"),
    _input("client_moves_90d", "count", "Of these, moved in the last 90 days.", known_at="moves recorded by scored_at"),
    _input(
        "client_confirmations", "count", "Bookings confirmed, e.g. in answer to a reminder.", known_at="confirmations recorded by scored_at"
    ),
    _input(
        "same_day_bookings",
        "count",
        "Other bookings of the client for that day, cancelled ones left out.",
        known_at="bookings recorded by scored_at",
    ),
    _rate("clinician_unused_rate", "share", "Unused share of the clinician's visits, shrunk to the practice's rate."),
    _watched("clinician_unused_rate_90d", "share", "The same over outcomes known in the last 90 days."),
    _watched("clinician_unused_rate_180d", "share", "The same over outcomes known in the last 180 days."),
    _rate("clinician_unused_effect", "log odds", "What the clinician adds to lead time and kind of session; 0 while little is known."),
    _watched("slot_unused_rate_90d", "share", "Unused share of this weekday and hour over outcomes known in the last 90 days, shrunk."),
    _watched("slot_unused_rate_180d", "share", "The same over the last 180 days."),
    _watched("expected_unused_rate", "share", "What lead time, kind of session and clinician predict of this visit."),
    Feature("days_ahead", Role.CONTEXT, "days", "scored_at", "none", "From the scoring day to the visit."),
    Feature("month_of_year", Role.CONTEXT, "1-12", "booking", "date", "Month of the visit; two years are too few to learn it."),
    Feature("client_unused_rate", Role.CONTEXT, "share", "scored_at", "limited data set", "Unused share, shrunk; the model has its parts."),
    Feature(
        "practice_unused_rate",
        Role.CONTEXT,
        "share",
        "scored_at",
        "aggregate",
        "Whole practice so far; drifts, so it is watched, not read.",
    ),
    Feature("lead_unused_rate", Role.CONTEXT, "share", "scored_at", "aggregate", "Unused share at this lead time so far."),
    Feature(
        "site_unused_rate", Role.CONTEXT, "share", "scored_at", "aggregate", "Unused share at this place so far; no gain on real data."
    ),
    Feature("slot_unused_rate", Role.CONTEXT, "share", "scored_at", "aggregate", "Unused share of this weekday and hour so far."),
    Feature("audit_has_welfare", Role.AUDIT, "yes/no", "scored_at", "demographic", "For fairness audits only."),
    Feature("audit_language", Role.AUDIT, "code", "scored_at", "demographic", "For fairness audits only."),
    Feature("audit_race_ethnicity", Role.AUDIT, "code", "scored_at", "demographic", "For fairness audits only."),
    Feature("label_outcome", Role.LABEL, "word", "label_known_at", "limited data set", "How the booking ended."),
    Feature(
        "label_is_unused",
        Role.LABEL,
        "yes/no",
        "label_known_at",
        "limited data set",
        "No-show or late cancel; empty if neither used nor unused.",
    ),
    Feature("label_known_at", Role.LABEL, "instant", "-", "date", "When the outcome had ended and was recorded."),
)


def input_columns(demographic_inputs: Mapping[str, str]) -> tuple[str, ...]:
    """Columns a model reads: every input, and those demographic ones whose basis the practice recorded."""
    return tuple(
        feature.name
        for feature in CATALOGUE
        if feature.role is Role.INPUT or (feature.role is Role.DEMOGRAPHIC and demographic_inputs.get(feature.basis))
    )


def category_columns(columns: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the columns that hold words or tokens rather than amounts."""
    categories = {feature.name for feature in CATALOGUE if feature.is_category}
    return tuple(column for column in columns if column in categories)
