"""Facts of the waitlist as plain numbers for the solver: names become codes, instants microseconds, local days ordinals. No rule here."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any, TypeVar

from hsched_core.domain.contact import Channel
from hsched_core.domain.openings import Opening
from hsched_core.domain.vocabulary import Modality, SessionType
from hsched_core.domain.waiting import ClinicianProfile, Cover, OfferHistory, Urgency, WaitingClient
from hsched_core.solvers.waitlist import ANY, Flags, Limits, Slot, Waiting, flags
from hsched_core.use_cases.waitlist_facts import Facts

T = TypeVar("T")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND, MINUTE = timedelta(microseconds=1), timedelta(minutes=1)
DAY = timedelta(days=1) // MICROSECOND
NEVER, ALWAYS = 2**62, -(2**61)  # instants nobody lives to see; their difference still fits 64 bits
WITHOUT_LIMIT = 1_000_000  # sessions
NO_COVER = (1, 0, 0)  # from the second day to the first
MINUTES_A_DAY, NO_END = 1440, 2**14  # an opening ends before the next midnight but one
EVERY_DAY = (1 << 7) - 1
SESSION_TYPES = {one: code for code, one in enumerate(sorted(SessionType))}  # in the order of the facts' entries
MODALITIES = {one: code for code, one in enumerate(Modality)}
URGENCIES = {one: code for code, one in enumerate(Urgency)}
CHANNELS = {one: code for code, one in enumerate(Channel)}
NO_HISTORY = OfferHistory("")


def microseconds(instant: datetime) -> int:
    """Since 1970, exactly."""
    return (instant - EPOCH) // MICROSECOND


def week(day: int) -> int:
    """The week from Monday to Sunday that an ordinal day lies in; day 1 was a Monday."""
    return (day - 1) // 7


@dataclass(frozen=True)
class Coding:
    """Facts in their one order, and what the solver sees of them."""

    facts: Facts

    @cached_property
    def clients(self) -> Mapping[str, int]:
        return _codes(one.client for one in self.facts.waiting)

    @cached_property
    def needs(self) -> Mapping[frozenset[str], int]:
        return _codes(one.specialties for one in self.facts.waiting)

    @cached_property
    def states(self) -> Mapping[str, int]:
        return _codes(one.state for one in self.facts.waiting if one.state is not None)

    @cached_property
    def clinicians(self) -> Mapping[str, int]:
        return _codes(one.clinician for one in self.facts.openings)

    @cached_property
    def limits(self) -> Limits:
        settings = self.facts.settings
        return Limits(
            now=microseconds(self.facts.now),
            least_notice=settings.least_notice // MICROSECOND,
            most_notice=settings.most_notice // MICROSECOND,
            rest=settings.rest_days * DAY,
            length_slack_minutes=settings.length_slack_minutes,
            series_days=settings.series_days,
            patience=settings.patience_days * DAY,
            turn=settings.turn_days * DAY,
        )

    @cached_property
    def slots(self) -> tuple[Slot, ...]:
        """The openings, in the order of the facts."""
        profiles = {one.clinician: one for one in self.facts.clinicians}
        refused, now = self.facts.refused, self.facts.now
        barred = {
            "asked": _by_opening(self.facts.asked),
            "refused": _by_opening((one.opening, one.client) for one in refused if one.until is None),
            "not_now": _by_opening((one.opening, one.client) for one in refused if one.until and one.until > now),
        }
        return tuple(
            self._slot(one, profiles.get(one.clinician, ClinicianProfile(one.clinician, "", remote=False)), barred)
            for one in self.facts.openings
        )

    @cached_property
    def waiting(self) -> Waiting:
        """The waitlist's entries, in the order of the facts."""
        entries, histories = self.facts.waiting, {one.client: one for one in self.facts.histories}
        told = [histories.get(one.client, NO_HISTORY) for one in entries]
        asked = [ALWAYS if one.last_asked_at is None else microseconds(one.last_asked_at) for one in told]
        entered = [microseconds(one.entered_at) for one in entries]
        return Waiting.of(
            {
                **self._wishes(entries),
                **self._care(entries),
                "entered": entered,
                "asked": asked,
                "clock": [max(pair) for pair in zip(entered, asked, strict=True)],
                "unanswered": [max(one.asked - (one.last_accepted_at is not None), 0) for one in told],
                "accepted": [ALWAYS if one.last_accepted_at is None else microseconds(one.last_accepted_at) for one in told],
            }
        )

    def _wishes(self, entries: Sequence[WaitingClient]) -> dict[str, list[Any]]:
        return {
            "session_type": [SESSION_TYPES[one.session_type] for one in entries],
            "modality": [ANY if one.modality is None else MODALITIES[one.modality] for one in entries],
            "minutes": [one.duration_minutes or 0 for one in entries],
            # A clinician who has no opening is no code of its own, and still not "any".
            "clinician": [ANY if one.clinician is None else self.clinicians.get(one.clinician, len(self.clinicians)) for one in entries],
            "needs": [self.needs[one.specialties] for one in entries],
            "weekdays": [sum(1 << (day - 1) for day in one.weekdays) or EVERY_DAY for one in entries],
            "from_minute": [one.hour_from * 60 for one in entries],
            "to_minute": [NO_END if one.hour_to == 24 else one.hour_to * 60 for one in entries],
            "wishes": [_wishes(one) for one in entries],
            "channel": [CHANNELS[one.channel] for one in entries],
        }

    def _care(self, entries: Sequence[WaitingClient]) -> dict[str, list[Any]]:
        held = {one.client for one in self.facts.live}
        visits = [_other_visits(one) for one in entries]
        covers = _columns(
            [[self._cover(cover, booked) for cover in one.cover] for one, booked in zip(entries, visits, strict=True)], NO_COVER
        )
        return {
            "client": [self.clients[one.client] for one in entries],
            "state": [len(self.states) if one.state is None else self.states[one.state] for one in entries],
            "urgency": [URGENCIES[one.urgency] for one in entries],
            "until": [NEVER if one.until is None else microseconds(one.until) for one in entries],
            "instead": [NEVER if one.instead_at is None else microseconds(one.instead_at) for one in entries],
            "gives_up": [one.instead_of is not None for one in entries],
            "sees": [ANY if one.sees is None else self.clinicians.get(one.sees, len(self.clinicians)) for one in entries],
            "cadence_days": [one.cadence_days or 0 for one in entries],
            "is_insured": [bool(one.cover) for one in entries],
            "holds_offer": [one.client in held for one in entries],
            "can_be_reached": [one.can_be_reached for one in entries],
            "not_before": [ALWAYS if one.not_before is None else microseconds(one.not_before) for one in entries],
            "cover_from": [[one[0] for one in column] for column in covers],
            "cover_until": [[one[1] for one in column] for column in covers],
            "cover_left": [[one[2] for one in column] for column in covers],
            "visit_week": _columns([[week(self._day(visit)) for visit in booked] for booked in visits], ANY),
        }

    def _cover(self, cover: Cover, visits: Sequence[datetime]) -> tuple[int, int, int]:
        """First day, last day, and sessions left: what is booked already takes its own."""
        first, last = cover.from_on.toordinal(), cover.until_on.toordinal()
        booked = sum(first <= self._day(visit) <= last for visit in visits if visit > self.facts.now)
        return first, last, (WITHOUT_LIMIT if cover.sessions_left is None else cover.sessions_left) - booked

    def _slot(self, one: Opening, profile: ClinicianProfile, barred: Mapping[str, Mapping[str, set[str]]]) -> Slot:
        start, last = (instant.astimezone(self.facts.place) for instant in (one.starts_at, one.ends_at - MINUTE))
        return Slot(
            clinician=self.clinicians[one.clinician],
            session_type=SESSION_TYPES[one.session_type],
            modality=MODALITIES[one.modality],
            minutes=one.duration_minutes,
            starts=microseconds(one.starts_at),
            ends=microseconds(one.ends_at),
            weekday=start.isoweekday(),
            from_minute=_minute(start),
            # By its last minute: in the night an hour comes twice the clock may show less at the end than at the start.
            to_minute=max(_minute(start), _minute(last) + (last.date() - start.date()).days * MINUTES_A_DAY) + 1,
            day=start.date().toordinal(),
            week=week(start.date().toordinal()),
            left_by=self.clients.get(one.left_by, ANY),
            is_remote=one.modality is not Modality.IN_PERSON,
            may_be_remote=profile.remote,
            offers=flags(len(self.needs), [code for need, code in self.needs.items() if need <= profile.specialties]),
            reaches=flags(len(self.states) + 1, [code for state, code in self.states.items() if state in profile.states]),
            **{why: self._clients(of.get(one.id, set())) for why, of in barred.items()},
        )

    def _clients(self, names: Iterable[str]) -> Flags:
        return flags(len(self.clients), [self.clients[name] for name in names if name in self.clients])

    def _day(self, instant: datetime) -> int:
        return instant.astimezone(self.facts.place).date().toordinal()


def _wishes(one: WaitingClient) -> int:
    """How many wishes the entry names."""
    names_hours = bool(one.weekdays) or (one.hour_from, one.hour_to) != (0, 24)
    return (one.clinician is not None) + (one.modality is not None) + names_hours


def _other_visits(one: WaitingClient) -> tuple[datetime, ...]:
    """Visits beside the one they would give up."""
    return tuple(visit for visit in one.visits if visit != one.instead_at)


def _columns(rows: Sequence[Sequence[T]], missing: T) -> list[list[T]]:
    """Rows of different lengths as columns: at least one, so that the table has a place for every row."""
    most = max((len(row) for row in rows), default=0) or 1
    return [[row[nth] if nth < len(row) else missing for row in rows] for nth in range(most)]


def _minute(wall: datetime) -> int:
    return wall.hour * 60 + wall.minute


def _codes(values: Iterable[T]) -> dict[T, int]:
    """Distinct values, numbered as they come."""
    return {value: code for code, value in enumerate(dict.fromkeys(values))}


def _by_opening(pairs: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for opening, client in pairs:
        found.setdefault(opening, set()).add(client)
    return found
