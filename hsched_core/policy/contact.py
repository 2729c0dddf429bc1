"""Rules about reaching a client: consent, a pause, quiet hours, and one contact budget over all use cases."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hsched_core.domain.actions import Basis, BookAppointment
from hsched_core.domain.contact import Channel, Contact, Outreach, Purpose, has_consent
from hsched_core.domain.time import day_start, local_day
from hsched_core.policy.facts import Finding, Matter, Rule
from hsched_core.policy.practice import Caps, zone_named
from hsched_core.policy.quiet_hours import QuietHours, next_allowed

WEEK = timedelta(days=7)
CHANNEL_WORDS = {Channel.PORTAL: "portal messages", Channel.EMAIL: "e-mail", Channel.TEXT: "texts", Channel.CALL: "calls"}


def consent(matter: Matter) -> Iterator[Finding]:
    """A client is contacted only on a channel, and for a purpose, to which they said yes. The newest word counts, and it counts at
    the moment of sending: STOP is effective at once. Where nothing was said, the answer is no. A no without a channel or purpose is
    a no to all. Booking without asking needs a standing "book me" of the client.
    """
    outreach = matter.action.outreach
    if outreach and not has_consent(matter.contact.consents, outreach.channel, outreach.purpose, matter.now):
        yield Finding("contact.consent", f"No consent to {CHANNEL_WORDS[outreach.channel]} about {outreach.purpose}.")
    if _books_without_asking(matter) and not has_consent(matter.contact.consents, None, Purpose.BOOK_ME, matter.now):
        yield Finding("contact.consent", "The client did not allow booking without being asked.")


def _books_without_asking(matter: Matter) -> bool:
    return isinstance(matter.action, BookAppointment) and matter.action.basis is Basis.STANDING_CONSENT


def safe(matter: Matter) -> Iterator[Finding]:
    """A client may ask never to be reached by text, e-mail, portal or phone, whatever they consent to (45 CFR 164.522(b)). A wish in the
    EHR that hsched does not understand counts as a wish against every channel, until a person has read it.
    """
    outreach = matter.action.outreach
    if outreach and outreach.channel in matter.calendar.safe.never:
        yield Finding("contact.safe", f"The client asked not to be reached by {CHANNEL_WORDS[outreach.channel]}.")
    if outreach and matter.calendar.safe.is_unclear:
        yield Finding(
            "contact.safe",
            "The EHR's word on contact (a wish, or whether the client is a minor) is not understood: a person has to read it.",
        )


def guardian(matter: Matter) -> Iterator[Finding]:
    """Messages about a minor go to the guardian's address, or nowhere; except to a minor who may consent to this care alone, where
    staff recorded that in the EHR.
    """
    who = matter.calendar.safe
    if matter.action.outreach and who.is_minor and not (who.reaches_guardian or who.decides_alone):
        yield Finding("contact.guardian", "The client is a minor, and the EHR has no address of a guardian.")


def paused(matter: Matter) -> Iterator[Finding]:
    """While a person is looking after a client's message (a CANCEL that may be an opt-out, a crisis, a complaint), nothing is sent."""
    if matter.action.outreach and matter.contact.is_paused:
        yield Finding("contact.paused", "Contact is paused until a person has dealt with the client's message.")


def quiet_hours(matter: Matter) -> Iterator[Finding]:
    """Nobody is messaged in the quiet hours of their own wall clock (21:00 to 08:00 by default). Where the client's zone is not known,
    it must be allowed in every zone the practice lists as common; where none is listed, the client is not contacted. The action waits
    for the end of the quiet hours if it still makes sense then. An answer to a message the client sent minutes ago is exempt.
    """
    outreach = matter.action.outreach
    if outreach is None or is_answer(outreach, matter):
        return
    zones = recipient_zones(matter)
    if not zones:
        yield Finding("contact.quiet_hours", "The client's time zone is not known, and the practice lists no common zones.")
        return
    allowed = next_allowed(QuietHours(matter.policy.quiet_from, matter.policy.quiet_until), matter.now, zones)
    if allowed is None:
        yield Finding("contact.quiet_hours", "There is no time of day outside the quiet hours of every zone the client may be in.")
    elif allowed > matter.now:
        yield Finding("contact.quiet_hours", f"Quiet hours where the client is, until {_clock(allowed, zones[0])}.", allowed)


def budget(matter: Matter) -> Iterator[Finding]:
    """All contacts of all use cases share one budget for each client: so many a day (the client's calendar day), so many in any
    seven days, and a pause in between; for texts, the lower numbers of the health-care exemption as well, and for offers numbers of
    their own. A contact handed over counts, whatever became of it. An answer to a message the client sent minutes ago is exempt.
    """
    outreach = matter.action.outreach
    if outreach is None or is_answer(outreach, matter):
        return
    zones = recipient_zones(matter) or [ZoneInfo(matter.policy.zone)]
    before = [contact for contact in matter.contact.contacts if contact.at <= matter.now]
    yield from _over(matter.policy.contact_caps, before, matter.now, zones, "contacts")
    if outreach.channel is Channel.TEXT:
        texts = [contact for contact in before if contact.channel is Channel.TEXT]
        yield from _over(matter.policy.text_caps, texts, matter.now, zones, "texts")
    if outreach.purpose is Purpose.OFFER:
        # A contact kept before purposes were may have been an offer.
        offers = [contact for contact in before if contact.purpose in (Purpose.OFFER, None)]
        yield from _over(matter.policy.offer_caps, offers, matter.now, zones, "offers")


def _over(caps: Caps, contacts: Sequence[Contact], now: datetime, zones: Sequence[ZoneInfo], what: str) -> Iterator[Finding]:
    """One finding for each cap that is used up, with the moment from which there is room again."""
    tomorrow = max(_next_day(now, zone) for zone in zones)
    if max(_on_same_day(contacts, now, zone) for zone in zones) >= caps.per_day:
        yield Finding("contact.budget", f"The {caps.per_day} {what} of the day are used up.", tomorrow)
    recent = sorted(contact.at for contact in contacts if contact.at > now - WEEK)
    if len(recent) >= caps.per_week:
        frees = recent[len(recent) - caps.per_week] + WEEK if caps.per_week else None
        yield Finding("contact.budget", f"The {caps.per_week} {what} of seven days are used up.", frees)
    if recent and now < recent[-1] + caps.cooldown:
        minutes = caps.cooldown // timedelta(minutes=1)
        yield Finding("contact.budget", f"Less than {minutes} minutes since the last of the {what}.", recent[-1] + caps.cooldown)


def _on_same_day(contacts: Sequence[Contact], now: datetime, zone: ZoneInfo) -> int:
    today = local_day(now, zone)
    return sum(local_day(contact.at, zone) == today for contact in contacts)


def _next_day(now: datetime, zone: ZoneInfo) -> datetime:
    return day_start(local_day(now, zone) + timedelta(days=1), zone)


def is_answer(outreach: Outreach, matter: Matter) -> bool:
    """Whether it answers a message of the client's own, and soon enough. Consent is needed all the same."""
    window = matter.policy.answer_window
    return any(
        message.reference == outreach.answers and timedelta(0) <= matter.now - message.at <= window for message in matter.contact.inbound
    )


def recipient_zones(matter: Matter) -> list[ZoneInfo]:
    """The client's zone, or every zone they may be in. A zone that the EHR misspells is not known."""
    known = zone_named(matter.calendar.client_zone) if matter.calendar.client_zone else None
    return [known] if known else [ZoneInfo(name) for name in matter.policy.common_zones]


def _clock(instant: datetime, zone: ZoneInfo) -> str:
    return f"{instant.astimezone(zone):%H:%M} there ({instant.astimezone(UTC):%Y-%m-%d %H:%M} UTC)"


RULES = (
    Rule("contact.consent", "Consent", consent),
    Rule("contact.safe", "Safe contact", safe),
    Rule("contact.guardian", "Guardians of minors", guardian),
    Rule("contact.paused", "A pause", paused),
    Rule("contact.quiet_hours", "Quiet hours", quiet_hours),
    Rule("contact.budget", "Contact budget", budget),
)
