"""What the waitlist decides on, as one value with one digest, whatever the order in which it was collected."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from hsched_core.domain.canonical import digest
from hsched_core.domain.openings import Opening
from hsched_core.domain.waiting import ClinicianProfile, OfferHistory, WaitingClient
from hsched_core.use_cases.waitlist_settings import WaitlistSettings


@dataclass(frozen=True)
class LiveOffer:
    """An offer that is out, or about to go out, and not answered yet."""

    opening: str
    client: str


@dataclass(frozen=True)
class Refusal:
    """A client who is not to be asked for an opening: the gate blocked it, a person said no, or they gave the time up before.

    Where only quiet hours or the contact budget stood against it, not before `until`.
    """

    opening: str
    client: str
    until: datetime | None = None


@dataclass(frozen=True)
class Facts:
    """Everything `propose` looks at. `openings` are those that are free now."""

    practice: str
    policy_version: str
    zone: str  # the practice's, as the IANA list names it
    now: datetime
    openings: tuple[Opening, ...]
    waiting: tuple[WaitingClient, ...]
    clinicians: tuple[ClinicianProfile, ...]
    histories: tuple[OfferHistory, ...] = ()
    live: tuple[LiveOffer, ...] = ()
    refused: tuple[Refusal, ...] = ()
    settings: WaitlistSettings = field(default_factory=WaitlistSettings)

    def __post_init__(self) -> None:
        if self.now.tzinfo is None:
            raise ValueError("the present is an instant with a zone")
        _once("opening", (one.id for one in self.openings))
        _once("entry of the waitlist", (one.entry for one in self.waiting))
        _once("clinician", (one.clinician for one in self.clinicians))
        _once("history of a client", (one.client for one in self.histories))

    @cached_property
    def place(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    @cached_property
    def ordered(self) -> "Facts":
        """The same facts in one order, without what nobody is chosen by: the probability to attend."""
        return replace(
            self,
            openings=tuple(sorted(self.openings, key=lambda one: (one.starts_at, one.id))),
            waiting=tuple(replace(one, attends=None) for one in sorted(self.waiting, key=lambda one: (one.session_type, one.entry))),
            clinicians=tuple(sorted(self.clinicians, key=lambda one: one.clinician)),
            histories=tuple(sorted(self.histories, key=lambda one: one.client)),
            live=tuple(sorted(set(self.live), key=lambda one: (one.opening, one.client))),
            refused=tuple(sorted(set(self.refused), key=lambda one: (one.opening, one.client, str(one.until)))),
        )

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of the ordered facts."""
        return digest(self.ordered)

    @cached_property
    def asked(self) -> frozenset[tuple[str, str]]:
        """Who was asked for which opening, live offers included: pairs of opening and client."""
        answered = {(opening, history.client) for history in self.histories for opening in history.asked_for}
        return frozenset(answered | {(one.opening, one.client) for one in self.live})


def _once(what: str, names: Iterable[str]) -> None:
    """Facts that name something twice contradict themselves."""
    if twice := sum(count > 1 for count in Counter(names).values()):
        raise ValueError(f"the waitlist's facts name {twice} times one {what} twice: read them again")
