"""`PathStore` on SQL: cases and what surrounds them, every change with its audit entry in one serialised transaction."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Protocol

import sqlalchemy as sa

from hsched_adapters.store.audit.trail import AuditTrail, Recording
from hsched_adapters.store.offers import OfferRows
from hsched_adapters.store.schema import (
    approvals,
    cases,
    client_messages,
    client_wishes,
    consents,
    contacts,
    draws,
    pauses,
    phases,
    standing_orders,
    switches,
)
from hsched_adapters.store.schema import audit as audit_entries
from hsched_adapters.store.values import from_text, to_text
from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.case import Case
from hsched_core.domain.contact import Channel, ConsentEvent, Contact, Inbound, Purpose, Wishes
from hsched_core.domain.errors import SafeError
from hsched_core.domain.holdout import Draw
from hsched_core.domain.lifecycle import FINAL, State
from hsched_core.domain.offers import Offer, OpeningRecord
from hsched_core.domain.openings import OpeningState
from hsched_core.domain.rollout import Phase, StandingOrder
from hsched_core.domain.sessions import Session
from hsched_core.domain.standby import StandbyRecord
from hsched_core.policy.autonomy import Rollout
from hsched_core.policy.facts import ContactFacts


class SqlPathStore:
    """The operational store of one practice, as the path uses it."""

    def __init__(self, trail: AuditTrail) -> None:
        self._trail = trail

    @contextmanager
    def transaction(self) -> Iterator["SqlTransaction"]:
        """Stored when left, with its entries; nothing is, when left by an exception."""
        with self._trail.writing() as recording:
            yield SqlTransaction(recording, self._trail.practice)

    @contextmanager
    def looking(self) -> Iterator["Look"]:
        """One state of the store, to be read only: waits for no writer."""
        with self._trail.reading() as connection:
            yield SqlTransaction(Recording(connection), self._trail.practice)


class Look(Protocol):
    """What can be read of one practice's state without taking a turn among those who write."""

    def case(self, case_id: str) -> Case | None: ...

    def consents(self) -> Mapping[str, Sequence[ConsentEvent]]:
        """Everybody's log of consent."""
        ...

    def open_cases(self, *states: State) -> Sequence[Case]:
        """Cases in those states, oldest first; all that are not in a final one where none is named."""
        ...

    def rollout(self, use_case: str, since: datetime) -> Rollout: ...

    def contact_facts(self, client: str, without_case: str) -> ContactFacts: ...

    def order(self, use_case: str) -> StandingOrder | None:
        """The use case's standing order, in force or not any more."""
        ...

    def orders(self) -> Sequence[StandingOrder]:
        """Every use case's standing order."""
        ...

    def paused(self) -> Mapping[str, datetime]:
        """Clients whom a person has, and since when."""
        ...

    def is_stopped(self) -> bool:
        """Whether the kill switch is thrown."""
        ...

    def bodies_of(self, *kinds: str) -> Sequence[bytes]:
        """The bodies of the trail's entries of those kinds, newest first."""
        ...

    def openings(self, *states: OpeningState, after: datetime) -> Sequence[OpeningRecord]:
        """Every opening in one of those states that starts after that instant, by its start."""
        ...

    def offers(self, opening_id: str) -> Sequence[Offer]:
        """Every offer of an opening, in the order in which they were sent."""
        ...

    def unfinished_offers(self) -> Sequence[Offer]:
        """Offers that are live, or whose end was not followed up."""
        ...

    def standbys(self, *, appointment: str = "", client: str = "") -> Sequence[StandbyRecord]:
        """Open standbys, of all visits and clients or of one, the oldest first."""
        ...

    def cases_about(self, subject: str) -> Sequence[Case]:
        """Every case about that subject, whatever its state, oldest first."""
        ...

    def has_entry(self, kind: str, subject: str, since: datetime) -> bool:
        """Whether the trail tells such a thing of the subject at or after that instant."""
        ...

    def opening(self, opening_id: str) -> OpeningRecord | None: ...

    def standby(self, record_id: str) -> StandbyRecord | None: ...

    def draw(self, use_case: str, subject: str) -> Draw | None: ...

    def draws(self, use_case: str, before: datetime) -> Sequence[Draw]:
        """Every draw of a use case about what began before that instant, oldest first."""
        ...


class SqlTransaction(OfferRows):
    """`DeskTransaction`, and the writers of what doors and intake store. Nobody else of the practice writes meanwhile."""

    def case(self, case_id: str) -> Case | None:
        text = self._do(self._ours(cases, cases.c.document).where(cases.c.id == case_id)).scalar()
        return None if text is None else from_text(Case, text)

    def open_cases(self, *states: State) -> Sequence[Case]:
        chosen = cases.c.is_open if not states else cases.c.state.in_([str(state) for state in states])
        ours = self._ours(cases, cases.c.document).where(chosen).order_by(cases.c.since, cases.c.id)
        return [from_text(Case, text) for text in self._do(ours).scalars()]

    def rollout(self, use_case: str, since: datetime) -> Rollout:
        phase = self._do(self._ours(phases, phases.c.phase).where(phases.c.use_case == use_case)).scalar()
        found = self.order(use_case)
        uses = self._uses(found.reference, since) if found else 0
        return Rollout(Phase(phase) if phase else Phase.REVIEW, found, uses, self.is_stopped())

    def order(self, use_case: str) -> StandingOrder | None:
        text = self._do(self._ours(standing_orders, standing_orders.c.document).where(standing_orders.c.use_case == use_case)).scalar()
        return from_text(StandingOrder, text) if text else None

    def orders(self) -> Sequence[StandingOrder]:
        ours = self._ours(standing_orders, standing_orders.c.document).order_by(standing_orders.c.use_case)
        return [from_text(StandingOrder, text) for text in self._do(ours).scalars()]

    def is_stopped(self) -> bool:
        return bool(self._do(self._ours(switches, switches.c.is_stopped)).scalar())

    def bodies_of(self, *kinds: str) -> Sequence[bytes]:
        ours = self._ours(audit_entries, audit_entries.c.body).where(audit_entries.c.kind.in_(kinds)).order_by(audit_entries.c.seq.desc())
        return [bytes(body) for body in self._do(ours).scalars()]

    def contact_facts(self, client: str, without_case: str) -> ContactFacts:
        ours = self._ours(contacts, contacts.c.client, contacts.c.channel, contacts.c.at, contacts.c.purpose).where(
            contacts.c.client == client
        )
        made = self._do(ours.where(contacts.c.case_id != without_case).order_by(contacts.c.at, contacts.c.case_id))
        said = self._do(self._ours(consents, consents.c.document).where(consents.c.client == client).order_by(consents.c.number)).scalars()
        messages = self._ours(client_messages, client_messages.c.reference, client_messages.c.at).where(client_messages.c.client == client)
        return ContactFacts(
            tuple(from_text(ConsentEvent, text) for text in said),
            tuple(Contact(whom, Channel(channel), at, Purpose(purpose) if purpose else None) for whom, channel, at, purpose in made),
            tuple(Inbound(reference, at) for reference, at in self._do(messages.order_by(client_messages.c.at))),
            self._do(self._ours(pauses).where(pauses.c.client == client)).first() is not None,
        )

    def wishes(self) -> Mapping[str, Wishes]:
        found = self._do(self._ours(client_wishes, client_wishes.c.client, client_wishes.c.document))
        return {row.client: from_text(Wishes, row.document) for row in found}

    def held(self, session: Session, without_case: str, confirmed_since: datetime) -> tuple[Session, ...]:
        shares = sa.or_(cases.c.hold_clinician == session.clinician, cases.c.hold_client == session.client)
        overlaps = sa.and_(cases.c.hold_from < session.ends_at, cases.c.hold_until > session.starts_at)
        is_fresh = sa.or_(cases.c.state != State.CONFIRMED, cases.c.since >= confirmed_since)
        ours = self._ours(cases, cases.c.document).where(cases.c.id != without_case, shares, overlaps, is_fresh)
        found = (from_text(Case, text).hold for text in self._do(ours.order_by(cases.c.since, cases.c.id)).scalars())
        return tuple(hold for hold in found if hold is not None)

    def add(self, case: Case, *, audit: AuditEntry) -> None:
        self._do(cases.insert().values(**self._row(case)))
        self._keep_approvals(case)
        self._recording.record(audit)

    def save(self, case: Case, *, audit: AuditEntry, contact: Contact | None = None) -> None:
        before = sa.and_(self._is(cases, id=case.id), cases.c.version == case.version - 1)
        if self._do(cases.update().where(before).values(**self._row(case))).rowcount != 1:
            raise SafeError("case_moved_meanwhile", f"case {case.id}")
        self._keep_approvals(case)
        if contact:
            kept = {"client": contact.client, "channel": str(contact.channel), "at": contact.at}
            self._put(contacts, {"case_id": case.id}, kept | {"purpose": contact.purpose and str(contact.purpose)})
        self._recording.record(audit)

    def set_phase(self, use_case: str, phase: Phase, *, audit: AuditEntry) -> None:
        self._put(phases, {"use_case": use_case}, {"phase": str(phase)})
        self._recording.record(audit)

    def set_stopped(self, is_stopped: bool, *, audit: AuditEntry) -> None:
        self._put(switches, {}, {"is_stopped": is_stopped})
        self._recording.record(audit)

    def set_order(self, order: StandingOrder, *, audit: AuditEntry) -> None:
        """The use case's standing order from now on."""
        self._put(standing_orders, {"use_case": order.use_case}, {"document": to_text(order)})
        self._recording.record(audit)

    def consents(self) -> dict[str, list[ConsentEvent]]:
        """Everybody's log of consent, in one look."""
        found: dict[str, list[ConsentEvent]] = {}
        for client, text in self._do(self._ours(consents, consents.c.client, consents.c.document)):
            found.setdefault(client, []).append(from_text(ConsentEvent, text))
        return found

    def add_consent(self, client: str, event: ConsentEvent, *, audit: AuditEntry) -> None:
        """Append to the client's log of consent."""
        number = self._do(self._ours(consents, sa.func.count()).where(consents.c.client == client)).scalar_one() + 1
        self._do(consents.insert().values(practice=self._practice, client=client, number=number, document=to_text(event)))
        self._recording.record(audit)

    def add_message(self, client: str, message: Inbound, *, audit: AuditEntry) -> None:
        """That the client wrote, under which reference and when; not what."""
        self._put(client_messages, {"client": client, "reference": message.reference}, {"at": message.at})
        self._recording.record(audit)

    def set_paused(self, client: str, since: datetime | None, *, audit: AuditEntry) -> None:
        """A person has this client: nothing is sent until they give them back (None)."""
        if since is None:
            self._do(pauses.delete().where(self._is(pauses, client=client)))
        else:
            self._put(pauses, {"client": client}, {"since": since})
        self._recording.record(audit)

    def draw(self, use_case: str, subject: str) -> Draw | None:
        mine = sa.and_(draws.c.use_case == use_case, draws.c.subject == subject)
        text = self._do(self._ours(draws, draws.c.document).where(mine)).scalar()
        return from_text(Draw, text) if text else None

    def draws(self, use_case: str, before: datetime) -> Sequence[Draw]:
        """Every draw of a use case about what began before that instant, oldest first."""
        begun = sa.and_(draws.c.use_case == use_case, draws.c.starts_at < before)
        ours = self._ours(draws, draws.c.document).where(begun).order_by(draws.c.at, draws.c.subject)
        return [from_text(Draw, text) for text in self._do(ours).scalars()]

    def put_draw(self, draw: Draw, *, audit: AuditEntry) -> None:
        if self.draw(draw.use_case, draw.subject):
            raise SafeError("drawn_twice", f"subject {draw.subject}")
        row: dict[str, Any] = {"use_case": draw.use_case, "subject": draw.subject, "client": draw.client, "arm": str(draw.arm)}
        row |= {"at": draw.at, "starts_at": draw.starts_at, "document": to_text(draw)}
        self._do(draws.insert().values(practice=self._practice, **row))
        self._recording.record(audit)

    def paused(self) -> dict[str, datetime]:
        """Clients whom a person has, and since when."""
        rows = self._do(self._ours(pauses, pauses.c.client, pauses.c.since).order_by(pauses.c.since, pauses.c.client))
        return {row.client: row.since for row in rows}

    def record(self, *, audit: AuditEntry) -> None:
        self._recording.record(audit)

    def _uses(self, reference: str, since: datetime) -> int:
        ours = self._ours(approvals, sa.func.count()).where(approvals.c.order_reference == reference, approvals.c.at >= since)
        return int(self._do(ours.where(sa.not_(approvals.c.is_from_offer))).scalar_one())

    def _row(self, case: Case) -> dict[str, Any]:
        hold = case.hold
        return {
            "practice": self._practice,
            "id": case.id,
            "use_case": case.proposal.use_case,
            "state": str(case.state),
            "is_open": case.state not in FINAL,
            "version": case.version,
            "since": case.since,
            "hold_clinician": hold and hold.clinician,
            "hold_client": hold and hold.client,
            "hold_from": hold and hold.starts_at,
            "hold_until": hold and hold.ends_at,
            "document": to_text(case),
            "subject": case.proposal.subject,
        }

    def _keep_approvals(self, case: Case) -> None:
        self._do(approvals.delete().where(self._is(approvals, case_id=case.id)))
        for place, one in enumerate(case.approvals):
            row = {"approved_by": one.by, "action_digest": one.action_digest, "at": one.at, "order_reference": one.order}
            self._do(
                approvals.insert().values(**row, practice=self._practice, case_id=case.id, place=place, is_from_offer=bool(case.offer))
            )
