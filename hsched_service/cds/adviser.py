"""Advice on what an EHR is about to book: its appointments become actions, the gate judges them, its findings become cards."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import uuid4

from hsched_adapters.assembly import OpenPractice
from hsched_adapters.embedding.bookings import Wanted
from hsched_core.domain.errors import HschedError
from hsched_core.policy.advice import Advice, Weight, advise, asked_about
from hsched_service.access.framing import LAUNCHING
from hsched_service.cds.payload import Appointment, Card, Context, Link, Source, appointments_of
from hsched_service.failures import log_failure

EHR = "ehr"  # how the trail signs for a call whose user is nobody of the practice
MOST = 5  # appointments of one call that are looked at: each is read in the EHR
UNKNOWN_CLINICIAN = Advice("unknown_clinician", Weight.INFO, "hsched does not know this clinician: nothing was checked.", "")
NOT_CHECKED = Advice("not_checked", Weight.WARNING, "hsched could not check this booking.", "The EHR did not answer it just now.")
NOTHING_TO_CHECK = Advice("nothing_to_check", Weight.INFO, "No time, length or clinician in this booking: nothing was checked.", "")
TOO_MANY = Advice("too_many", Weight.INFO, f"hsched looked at the first {MOST} of these appointments only.", "")


@dataclass(frozen=True)
class Advised:
    """What is said, about whom (a pseudonym; None: a client that hsched does not know), to whom."""

    cards: Sequence[Card]
    rules: tuple[str, ...]
    client: str | None
    actor: str


class Adviser:
    """The adviser of one practice."""

    def __init__(self, opened: OpenPractice) -> None:
        self._opened = opened

    def advised(self, context: Context) -> Advised:
        """What to say; NotReadableError where an appointment is none."""
        wanted = appointments_of(context.appointments)
        actor = self._opened.service.embedding.login_of(context.user_id) or EHR
        client = self._opened.service.embedding.bookings.client(context.patient_id.removeprefix("Patient/"), actor)
        if client is None:
            return Advised((), (), None, actor)
        about = [one for one in wanted if _is_for(one, context)]
        found = [(one, advice) for one in about[:MOST] for advice in self._about(one, client, actor)]
        cards = [self._card(advice, one) for one, advice in found] + ([self._card(TOO_MANY)] if len(about) > MOST else [])
        return Advised(cards, tuple(dict.fromkeys(advice.rule for _, advice in found)), client, actor)

    def _about(self, one: Appointment, client: str, actor: str) -> Iterator[Advice]:
        practitioner, location = one.who("Practitioner"), one.who("Location")
        if one.start is None or one.minutes is None or not practitioner:
            yield NOTHING_TO_CHECK
            return
        wanted = Wanted(practitioner[0], location[0] if location else "", one.id or "", one.start, one.minutes, one.words)
        try:
            action = self._opened.service.embedding.bookings.action(wanted, client, actor)
            if action is None:
                yield UNKNOWN_CLINICIAN
                return
            yield from advise(*self._opened.path.consider(*asked_about(action)))
        except HschedError as failure:  # silence would look like a yes
            log_failure(failure)
            yield NOT_CHECKED

    def _card(self, advice: Advice, one: Appointment | None = None) -> Card:
        url = self._opened.settings.service_url.rstrip("/")
        links = [Link("Open hsched", f"{url}{LAUNCHING}/launch", "smart")]
        when = f"{one.start.astimezone(self._opened.timezone):%a %b %d, %H:%M}: " if one and one.start and advice.detail else ""
        return Card(uuid4(), advice.summary, advice.weight, Source("hsched", url), f"{when}{advice.detail}", links)


def _is_for(one: Appointment, context: Context) -> bool:
    """Whether an appointment is the client's whom the call is about; one that names nobody is."""
    named = one.who("Patient")
    return not named or context.patient_id.removeprefix("Patient/") in named
