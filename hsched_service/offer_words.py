"""What a client reads about an offer, in English and Spanish. Nothing here says what kind of visit it is, or with whom."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from hsched_core.domain.sessions import Session
from hsched_core.domain.vocabulary import Modality
from hsched_core.workflow.waitlist import Standing

UNKNOWN, BUSY, UNREADABLE = "unknown", "busy", "unreadable"  # pages about no offer


@dataclass(frozen=True)
class Words:
    """One language. `pages` has a title and sentences for each standing; `{time}` and `{until}` are filled in."""

    language: str
    weekdays: tuple[str, ...]
    months: tuple[str, ...]
    date: str
    minutes: str
    modality: Mapping[Modality, str]
    yes: str
    no: str
    pages: Mapping[str, tuple[str, ...]]

    def time(self, session: Session, zone: ZoneInfo) -> str:
        """When, how long and how, on the practice's wall clock."""
        length = self.minutes.format(count=session.duration_minutes)
        return f"{self.instant(session.starts_at, zone)}, {length}, {self.modality[session.modality]}"

    def instant(self, instant: datetime, zone: ZoneInfo) -> str:
        """A day and a time of day, with the zone's short name."""
        local = instant.astimezone(zone)
        clock = f"{local.hour % 12 or 12}:{local:%M} {'AM' if local.hour < 12 else 'PM'} {local:%Z}"
        return self.date.format(weekday=self.weekdays[local.weekday()], month=self.months[local.month - 1], day=local.day, clock=clock)


ENGLISH = Words(
    "en",
    ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    (
        "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
    ),
    "{weekday}, {month} {day}, {clock}",
    "{count} minutes",
    {Modality.IN_PERSON: "in person", Modality.VIDEO: "by video", Modality.PHONE: "by phone"},
    "Yes, I take this time",
    "No, thank you",
    {
        Standing.OPEN: (
            "A time is free", "{time}.", "Would you like it? Please answer by {until}.", "If you say no, you stay on our list.",
        ),
        Standing.BOOKED: ("The time is yours", "{time}.", "It is booked. If you cannot come after all, please call us."),
        Standing.RECEIVED: (
            "We received your answer", "{time}.", "We are booking it now. Open this page again in a few minutes to see that it is done.",
        ),
        Standing.DECLINED: ("Thank you for telling us", "The time goes to somebody else. You stay on our list."),
        Standing.LATE: (
            "The time to answer is over", "We are sorry: this offer has ended. You stay on our list, and we will ask you again.",
        ),
        Standing.TAKEN: ("This time is taken", "We are sorry: it is not free any more. You stay on our list, and we will ask you again."),
        UNKNOWN: ("There is nothing here", "Please check that the whole address was copied, or call us."),
        BUSY: ("We could not do this just now", "Please try again in a minute, or call us. Nothing is lost."),
        UNREADABLE: ("We did not understand the answer", "Please open the page again and choose one of the two answers."),
    },
)  # fmt: skip
SPANISH = Words(
    "es",
    ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo"),
    (
        "enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre",
    ),
    "{weekday}, {day} de {month}, {clock}",
    "{count} minutos",
    {Modality.IN_PERSON: "en persona", Modality.VIDEO: "por video", Modality.PHONE: "por teléfono"},
    "Sí, quiero esta hora",
    "No, gracias",
    {
        Standing.OPEN: (
            "Hay una hora libre", "{time}.", "¿La quiere? Responda antes de: {until}.", "Si dice que no, sigue en nuestra lista.",
        ),
        Standing.BOOKED: ("La hora es suya", "{time}.", "Está reservada. Si al final no puede venir, llámenos."),
        Standing.RECEIVED: (
            "Recibimos su respuesta", "{time}.", "La estamos reservando. Abra esta página de nuevo en unos minutos para verlo.",
        ),
        Standing.DECLINED: ("Gracias por avisarnos", "La hora será para otra persona. Usted sigue en nuestra lista."),
        Standing.LATE: ("El plazo terminó", "Lo sentimos: esta oferta terminó. Sigue en nuestra lista y le preguntaremos otra vez."),
        Standing.TAKEN: ("Esta hora ya no está libre", "Lo sentimos: ya se ocupó. Sigue en nuestra lista y le preguntaremos otra vez."),
        UNKNOWN: ("Aquí no hay nada", "Compruebe que copió la dirección completa, o llámenos."),
        BUSY: ("Ahora no fue posible", "Inténtelo de nuevo en un minuto, o llámenos. No se pierde nada."),
        UNREADABLE: ("No entendimos la respuesta", "Abra la página otra vez y elija una de las dos respuestas."),
    },
)  # fmt: skip
LANGUAGES = {words.language: words for words in (ENGLISH, SPANISH)}


def words_for(accepted: str) -> Words:
    """The first language of an Accept-Language header that we have; English where there is none."""
    ranked = sorted(map(_ranked, accepted[:200].split(",")), key=lambda one: -one[1])
    return next((LANGUAGES[name] for name, weight in ranked if name in LANGUAGES and weight > 0), ENGLISH)


def _ranked(part: str) -> tuple[str, float]:
    name, _, weight = part.partition(";q=")
    try:
        return name.strip().lower().split("-")[0], float(weight) if weight else 1.0
    except ValueError:
        return "", 0.0
