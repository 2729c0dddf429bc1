"""What clients do behind the links of their messages: confirm, ask for another time, say how they want to be written to, end it.

A confirmation and a wish for another time become replies, which the desk of replies reads as it does every message; consent and wishes
are stored here, at once. Looking stores nothing: scanners of links follow every one.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from hsched_core.domain.appointments import Appointment
from hsched_core.domain.canonical import digest
from hsched_core.domain.case import Case
from hsched_core.domain.client_links import Act, ClientLink, acted, without
from hsched_core.domain.contact import Channel, ConsentEvent, Purpose, Wishes, has_consent
from hsched_core.domain.lifecycle import FINAL
from hsched_core.domain.replies import BUTTONS, InboundText, Intent
from hsched_core.domain.sessions import Session
from hsched_core.policy.client_pages import Standing, has_ended, may, standing
from hsched_core.ports import Answers, Clock, PracticeReader
from hsched_core.ports.client_links import ClientLinkStore, ClientLinkTransaction
from hsched_core.ports.replies import InboundTexts
from hsched_core.workflow import link_trail as trail

ID_LENGTH = 32
NOBODYS_CASE = ""
LONGEST_NOTE = 500  # characters of a client's own words
# What somebody agrees to who wants to be written to by a channel; what is booked without asking is not among it.
ASKED_FOR = (Purpose.REMINDER, Purpose.SCHEDULING, Purpose.OFFER)
SAYS = {
    Act.CONFIRM: Intent.CONFIRM,
    Act.OTHER_TIME: Intent.MOVE,
    Act.CANNOT_COME: Intent.CANCEL,
    Act.STILL_COMES: Intent.CONFIRM,
}


class Texts(InboundTexts, Answers, Protocol):
    """Where replies are kept, and what they confirmed."""

    def is_kept(self, message: str) -> bool:
        """Whether a message of that id is stored."""
        ...


@dataclass(frozen=True)
class Seen:
    """A link as its page shows it."""

    link: ClientLink
    wishes: Wishes
    has_ended: bool = False

    @property
    def language(self) -> str:
        """As the client said; else as they were written to."""
        return self.wishes.language or self.link.language


@dataclass(frozen=True)
class Told:
    """Where a visit stands for its client. `counts` is false where what was wanted could not be done; `chosen`: a time they picked;
    `link`: with those acts alone that are about the visit as it is now.
    """

    standing: Standing
    session: Session | None = None
    counts: bool = True
    chosen: datetime | None = None
    link: ClientLink | None = None


class ClientPages:
    """The pages of one practice's clients."""

    def __init__(
        self,
        store: ClientLinkStore,
        texts: Texts,
        reader: Callable[[], PracticeReader],
        clock: Clock,
        picked: Callable[[ClientLink], Case | None] = lambda _link: None,
    ) -> None:
        """`picked`: the last pick of another time for the visit behind a link."""
        self._store, self._texts, self._reader, self._clock, self._picked = store, texts, reader, clock, picked

    def seen(self, link_id: str) -> Seen | None:
        """The link; None where there is none. Nothing is stored, and the EHR is not asked."""
        with self._store.looking() as tx:
            link = tx.link(link_id)
            return Seen(link, tx.wishes_of(link.client), has_ended(link, tx.now(self._clock))) if link else None

    def look(self, link: ClientLink) -> Told:
        """The visit as it stands; `UserError` where the EHR does not answer."""
        return self.told(link, self._reader().appointment(link.visit))

    def told(self, link: ClientLink, visit: Appointment | None) -> Told:
        """The same of a visit that was just read. A yes is about one time: where the visit has another one by now, it says nothing."""
        if visit and Act.CONFIRM in link.acts and not self.is_kept(Act.CONFIRM, _yes_to(link, visit.session)):
            link = without(link, Act.CONFIRM)
        is_confirmed = bool(visit and self._confirmed_since(link.visit, visit.updated_at))
        pick = self._picked(link) if visit else None
        if pick and pick.state in FINAL and is_confirmed and self._confirmed_since(link.visit, pick.since):
            pick = None  # the client has said more since
        stands = standing(link, visit, self._clock.now(), is_confirmed=is_confirmed, pick=pick)
        chosen = pick.action.session if pick and stands in (Standing.CHOSEN, Standing.CHANGING) else None
        is_known = stands not in (Standing.GONE, Standing.CHANGING)  # which of both times it has, nobody knows
        session = visit.session if visit and is_known else None
        return Told(stands, session, chosen=chosen.starts_at if chosen else None, link=link)

    def confirm(self, link: ClientLink, shown: datetime) -> Told:
        """The client comes, at the time that the page showed. The same again changes nothing."""
        return self._say(link, Act.CONFIRM, shown)

    def ask_for_another_time(self, link: ClientLink, shown: datetime, note: str = "") -> Told:
        """A person of the practice is asked for another time, with the client's own words beside it."""
        return self._say(link, Act.OTHER_TIME, shown, note)

    def channels(self, client: str) -> frozenset[Channel]:
        """Channels by which the client is reminded, by consent."""
        with self._store.looking() as tx:
            return self._agreed(tx, client)

    def wishes(self, client: str) -> Wishes:
        """How the client said that they want to be written to; empty where they said nothing."""
        with self._store.looking() as tx:
            return tx.wishes_of(client)

    def prefer(self, link: ClientLink, wishes: Wishes, channels: Collection[Channel]) -> bool:
        """How the client wants to be written to from now on; False where they said so here already, or the link has ended."""
        with self._store.transaction() as tx:
            found, now = tx.link(link.id), tx.now(self._clock)
            if found is None or not self._is_open(tx, found, Act.PREFER, now):
                return False
            for event in _changes(self._agreed(tx, found.client), frozenset(channels), now):
                tx.add_consent(found.client, event, audit=trail.said(found, event, now))
            tx.put_wishes(found.client, wishes, audit=trail.wished(found, wishes, now))
            self._done(tx, found, Act.PREFER, now)
            return True

    def stop(self, link: ClientLink) -> bool:
        """Nobody writes to the client any more, whatever for; False where the link has ended. The same again changes nothing."""
        with self._store.transaction() as tx:
            found, now = tx.link(link.id), tx.now(self._clock)
            if found and Act.STOP in found.acts:
                return True
            if found is None or not self._is_open(tx, found, Act.STOP, now):
                return False
            event = ConsentEvent(given=False, at=now)
            tx.add_consent(found.client, event, audit=trail.said(found, event, now))
            self._done(tx, found, Act.STOP, now)
            return True

    def _say(self, link: ClientLink, act: Act, shown: datetime, note: str = "") -> Told:
        """Keep it among the replies, once: its name follows from the link, so that a second worker keeps the same one."""
        if has_ended(link, self._clock.now()):
            self.refuse(link, act, "ended")
            return Told(Standing.OVER, counts=False)
        told = self.look(link)
        link = told.link or link
        if act in link.acts:
            return told
        if told.session and told.session.starts_at != shown and may(link, told.standing, act):
            return Told(Standing.MOVED, told.session, counts=False, link=link)
        if not may(link, told.standing, act):
            self.refuse(link, act, str(told.standing))
            return replace(told, counts=False)
        self.keep(link, act, note, _yes_to(link, told.session) if act is Act.CONFIRM and told.session else link.id)
        self.mark(link, act)
        return Told(Standing.CONFIRMED if act is Act.CONFIRM else Standing.ASKED, told.session, link=acted(link, act))

    def keep(self, link: ClientLink, act: Act, note: str, once: str) -> None:
        """What a button of the page said goes among the replies, under a name that follows from `once`: what it is about, and where it
        may be said again, the page.
        """
        words = f"{BUTTONS[SAYS[act]]} {note[:LONGEST_NOTE]}".strip()
        name = _name(act, once)
        self._texts.keep(InboundText(name, link.client, link.channel, self._clock.now(), about=link.visit, pressed=SAYS[act]), words)

    def is_kept(self, act: Act, once: str) -> bool:
        """Whether that was said, of that."""
        return self._texts.is_kept(_name(act, once))

    def mark(self, link: ClientLink, act: Act) -> None:
        """That was done behind the link; once, however often it is said."""
        with self._store.transaction() as tx:
            found = tx.link(link.id)
            if found and act not in found.acts:
                self._done(tx, found, act, tx.now(self._clock))

    def refuse(self, link: ClientLink, act: Act, reason: str) -> None:
        """It could not be done any more: for the trail."""
        with self._store.transaction() as tx:
            tx.record(audit=trail.refused(link, act, reason, tx.now(self._clock)))

    def _is_open(self, tx: ClientLinkTransaction, link: ClientLink, act: Act, now: datetime) -> bool:
        """Whether it can be done; what cannot is written down."""
        reason = "ended" if has_ended(link, now) else "done_before" if {act, Act.STOP} & {*link.acts} else ""
        if reason:
            tx.record(audit=trail.refused(link, act, reason, now))
        return not reason

    def _done(self, tx: ClientLinkTransaction, link: ClientLink, act: Act, now: datetime) -> None:
        after = acted(link, act)
        tx.put_link(after, audit=trail.used(after, act, now))

    def _agreed(self, tx: ClientLinkTransaction, client: str) -> frozenset[Channel]:
        consents, now = tx.contact_facts(client, NOBODYS_CASE).consents, tx.now(self._clock)
        return frozenset(one for one in Channel if has_consent(consents, one, Purpose.REMINDER, now))

    def _confirmed_since(self, visit: str, instant: datetime) -> bool:
        at = self._texts.confirmations([visit]).get(visit)
        return at is not None and at >= instant


def _name(act: Act, once: str) -> str:
    return digest(["page", once, act])[:ID_LENGTH]


def _yes_to(link: ClientLink, session: Session) -> str:
    """A yes behind that address, to that time."""
    return digest([link.id, session.starts_at])


def _changes(agreed: frozenset[Channel], wanted: frozenset[Channel], now: datetime) -> Iterator[ConsentEvent]:
    """What is new in what the client allows: a channel they leave out is closed for everything."""
    for channel in Channel:
        if channel in agreed - wanted:
            yield ConsentEvent(given=False, at=now, channel=channel)
        elif channel in wanted - agreed:
            yield from (ConsentEvent(given=True, at=now, channel=channel, purpose=purpose) for purpose in ASKED_FOR)
