"""Lives the practice's days in the EHR, step by step: the script goes on, and people react to what hsched does."""

import heapq
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hsched_sandbox.ehr.book import OWN_NUMBERS, Book, Trace
from hsched_sandbox.ehr.conduct import RefusedError
from hsched_sandbox.ehr.opening import OpenedEhr
from hsched_sandbox.ehr.records import Appointment, Client, Entry, EntryStatus, Message, Status
from hsched_sandbox.life.answering import Visit, answer_page
from hsched_sandbox.life.handsets import Handsets
from hsched_sandbox.life.offers_read import hour_meant, link_in, without_links
from hsched_sandbox.life.story import Story
from hsched_sandbox.life.temper import Reply, Temper
from hsched_sandbox.life.texting import Says

SHORTEST_NOTICE = timedelta(hours=2)  # nearer than that nobody fills an hour
FREED_AHEAD = timedelta(days=14)
LONGEST_STEP = timedelta(hours=1)  # so that a late step does not play a day before anybody reacts
Tell = Callable[[str], None]


@dataclass(order=True)
class _Due:
    at: datetime
    seq: int
    act: Callable[[], None] = field(compare=False)


class Life:
    """One practice's days. Call `step` again and again."""

    def __init__(
        self, ehr: OpenedEhr, temper: Temper, zone: ZoneInfo, tell: Tell, visit: Visit = answer_page, handsets: Handsets | None = None
    ) -> None:
        self._ehr, self._temper, self._zone, self._tell, self._visit, self._handsets = ehr, temper, zone, tell, visit, handsets
        self._book: Book = ehr.book
        self._story = Story(ehr.book, zone)
        self._lived = ehr.lived
        self._seen = len(ehr.book.effects)
        self._due: list[_Due] = []
        self._seq = 0
        self._untaken: Counter[str] = Counter()
        for appointment in self._book.every(Appointment):
            self._await_fate(appointment)

    @property
    def lived(self) -> datetime:
        """Up to when."""
        return self._lived

    def step(self) -> None:
        """Up to the clock's present, or an hour further where that is far away."""
        until = min(self._book.clock.now(), self._lived + LONGEST_STEP)
        if until <= self._lived:
            return
        self._ehr.player.go_on(self._lived, until, lambda _line, _record: None)
        while self._due and self._due[0].at <= until:
            heapq.heappop(self._due).act()
        self._lived = until
        self._react()
        self._look_at_handsets()
        self._book.write_down("lived", until.isoformat())

    def _react(self) -> None:
        effects = self._book.effects[self._seen :]
        self._seen += len(effects)
        for effect in effects:
            for line in self._story.lines(effect):
                self._tell(line)
            if effect.act == "cancel":
                self._await_phone(self._book.get(Appointment, effect.id))
            elif effect.act == "book":
                self._await_fate(self._book.get(Appointment, effect.id))
            elif effect.act == "message":
                message = self._book.get(Message, effect.id)
                self._read_offer(message.patient_id, message.body, effect.at)

    def _later(self, at: datetime, act: Callable[[], None]) -> None:
        self._seq += 1
        heapq.heappush(self._due, _Due(at, self._seq, act))

    # texts of the sandbox's provider

    def _look_at_handsets(self) -> None:
        if self._handsets is None:
            return
        for client, text in self._handsets.arrived():
            at = self._book.clock.now()
            self._tell(self._story.texted(at, client.id, text.body))
            if not self._read_offer(client.id, text.body, at):
                self._read_text(self._handsets, client, text.body, at)

    def _read_text(self, handsets: Handsets, client: Client, body: str, at: datetime) -> None:
        """A client reads, and perhaps writes back; who cancels is cancelled by the front desk, which the client told so."""
        said = self._temper.writes_back(client.id, body, client.language)
        if said is None:
            return
        back_at = at + self._temper.delay(f"{client.id}/{without_links(body)}")
        self._later(back_at, lambda: self._write(handsets, client, said.words))
        visit = hour_meant(body, self._own(client.id, at), ZoneInfo(client.zone) if client.zone else self._zone)
        if visit and said.says is Says.CANCEL:
            self._later(back_at + self._temper.desk_takes(visit.id), lambda: self._end(visit.id, Status.CANCELLED))

    def _write(self, handsets: Handsets, client: Client, words: str) -> None:
        self._tell(self._story.writes(self._book.clock.now(), client.id, words))
        handsets.write(client, words)

    def _own(self, client: str, now: datetime) -> list[Appointment]:
        every = self._book.every(Appointment)
        return [one for one in every if one.patient_id == client and one.status is Status.BOOKED and one.starts_at > now]

    # offers

    def _read_offer(self, client: str, body: str, now: datetime) -> bool:
        """Whether it was one."""
        link = link_in(body)
        if link is None:
            return False
        waits = [one for one in self._book.every(Entry) if one.patient_id == client and one.status is EntryStatus.WAITING]
        hour = hour_meant(body, self._freed(now), self._zone)
        name = f"{client}/{self._untaken[client]}"
        reply = self._temper.answer(name, waits[0] if waits else None, hour, self._untaken[client], now)
        self._untaken[client] += 1
        if reply is not None:
            self._later(now + self._temper.delay(name), lambda: self._answer(client, link, reply))
        return True

    def _answer(self, client: str, link: str, reply: Reply) -> None:
        status = self._visit(link, reply)
        self._tell(self._story.answered(self._book.clock.now(), client, reply, status))

    def _freed(self, now: datetime) -> list[Appointment]:
        every = self._book.every(Appointment)
        return [one for one in every if one.status is Status.CANCELLED and now < one.starts_at < now + FREED_AHEAD]

    # staff

    def _await_phone(self, freed: Appointment) -> None:
        after = self._temper.staff_fill_after(freed.id)
        at = freed.updated_at + after if after else freed.starts_at
        if after and at < freed.starts_at - SHORTEST_NOTICE:
            self._later(at, lambda: self._fill(freed))

    def _fill(self, freed: Appointment) -> None:
        """Staff reach somebody who waits for such an hour, and book them; where it is taken by now, they do not."""
        candidates = [one for one in self._book.every(Entry) if self._would_do(one, freed)]
        if not candidates:
            return
        entry = candidates[self._temper.pick(freed.id, len(candidates))]
        now = self._book.clock.now()
        wanted = replace(freed, id="", patient_id=entry.patient_id, type=entry.type, status=Status.BOOKED, cancel_reason=None, notes=())
        wanted = replace(wanted, external_reference=None, custom_fields={}, created_at=now, updated_at=now)
        with self._book.whole():
            if self._book.clashes(wanted):
                return
            self._book.book(wanted, Trace("staff"))
            self._book.move_entry(entry.id, EntryStatus.PLACED, Trace("staff"))

    def _would_do(self, entry: Entry, freed: Appointment) -> bool:
        fits = entry.type is freed.type and entry.provider_id in (None, freed.provider_id)
        return fits and entry.status is EntryStatus.WAITING and entry.patient_id != freed.patient_id

    # bookings that no script knows

    def _await_fate(self, booked: Appointment) -> None:
        if booked.status is Status.BOOKED and _number(booked.id) > OWN_NUMBERS:
            fate = self._temper.fate(booked)
            self._later(fate.at, lambda: self._end(booked.id, fate.status))

    def _end(self, identifier: str, status: Status) -> None:
        try:
            if status is Status.CANCELLED:
                self._book.change(identifier, {"status": status, "cancel_reason": "PATIENT"}, Trace("client"))
                return
            with self._book.whole():
                before = self._book.get(Appointment, identifier)
                if before.status is Status.BOOKED:
                    self._book.renew(replace(before, status=status), status, Trace("staff"))
        except RefusedError:  # it was cancelled meanwhile
            return


def _number(identifier: str) -> int:
    digits = identifier.rpartition("-")[2]
    return int(digits) if digits.isdigit() else 0
