"""The running story of the practice's days, in numbers of clients and appointments, without names."""

from collections import Counter
from datetime import date, datetime
from zoneinfo import ZoneInfo

from hsched_sandbox.ehr.book import Book, Effect
from hsched_sandbox.ehr.records import Appointment, Entry, Message, Status
from hsched_sandbox.life.offers_read import LINK

WHO = {"api": "hsched", "client": "the client", "staff": "staff", "script": "the practice"}
ENDED = {"PATIENT": "cancelled by the client", "OFFICE": "called off by the office", "RESCHEDULED": "moved to another time"}
ANSWERED = {200: "and it counts", 202: "received, being booked", 409: "too late: the time was taken", 410: "too late: it had run out"}
COUNTED = {Status.ATTENDED: "attended", Status.NO_SHOW: "not shown up", "book": "booked", "cancel": "cancelled", "register": "new clients"}


class Story:
    """Turns effects into lines; what happens dozens of times a day is counted and told at its end."""

    def __init__(self, book: Book, zone: ZoneInfo) -> None:
        self._book, self._zone = book, zone
        self._day: date | None = None
        self._counts: Counter[str] = Counter()

    def lines(self, effect: Effect) -> list[str]:
        """What to print about it; the day before is summed up where a new one begins."""
        ended = self._day_ended(effect.at)
        if effect.act in COUNTED:
            self._counts[effect.act] += 1
        told = self._told(effect)
        return ended + ([f"{self._time(effect.at)}  {told}"] if told else [])

    def answered(self, at: datetime, client: str, reply: str, status: int) -> str:
        """A client pressed a button."""
        what = ANSWERED.get(status, f"answered {status}" if status else "nobody answers")
        return f"{self._time(at)}  {client} says {'yes' if reply == 'accept' else 'no'} to an offer: {what}"

    def texted(self, at: datetime, client: str, words: str) -> str:
        """A text came to a client's handset. The words are templates; a link is of no use to who reads along."""
        return f"{self._time(at)}  {client} is texted: {LINK.sub('(a link)', words)}"

    def writes(self, at: datetime, client: str, words: str) -> str:
        """A client texts the practice. Nobody real said so."""
        return f"{self._time(at)}  {client} writes: {words}"

    def _told(self, effect: Effect) -> str | None:
        if effect.kind == "appointment":
            return self._appointment(effect, self._book.get(Appointment, effect.id))
        if effect.kind == "message":
            message = self._book.get(Message, effect.id)
            return f"{message.patient_id} is written to by {message.channel}: {message.template.replace('_', ' ')}"
        if effect.kind == "entry":
            entry = self._book.get(Entry, effect.id)
            return f"{entry.patient_id} is on the waitlist: {entry.status}"
        return None

    def _appointment(self, effect: Effect, one: Appointment) -> str | None:
        where = f"{self._time(one.starts_at)} with {one.provider_id}"
        if effect.act == "cancel":
            how = ENDED.get(one.cancel_reason or "", f"cancelled by {WHO[effect.by]}")
            return f"{one.id} {how}: {one.patient_id}, {where}"
        if effect.act == "book" and effect.by != "script":
            return f"{one.id} booked by {WHO[effect.by]}: {one.patient_id}, {where}"
        return f"{one.id} changed by hsched" if effect.by == "api" else None

    def _day_ended(self, at: datetime) -> list[str]:
        day = at.astimezone(self._zone).date()
        before, self._day = self._day, day
        if before in (None, day) or not self._counts:
            return []
        counted = ", ".join(f"{self._counts[act]} {word}" for act, word in COUNTED.items() if self._counts[act])
        self._counts.clear()
        return [f"{before:%a %d %b}  the day: {counted}"]

    def _time(self, at: datetime) -> str:
        return f"{at.astimezone(self._zone):%a %d %b %H:%M}"
