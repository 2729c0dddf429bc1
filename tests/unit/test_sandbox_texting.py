"""The sandbox's clients at their handsets: they read, most confirm or say nothing, and what they write means what the rules read in it."""

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hsched_core.domain.replies import Intent
from hsched_core.replies.reading import read
from hsched_sandbox.ehr.opening import OpenedEhr, open_script
from hsched_sandbox.ehr.records import Appointment, Client, Status
from hsched_sandbox.ehr.script import Script, script_of
from hsched_sandbox.life.handsets import Handsets
from hsched_sandbox.life.living import Life
from hsched_sandbox.life.temper import Reply, Temper
from hsched_sandbox.life.texting import WORDS, Answer, Says, answer
from hsched_sandbox.parameters import PracticeParameters
from hsched_sandbox.practice import simulate
from hsched_sandbox.sms.carrier import Carrier, Fate, Text
from tests.sandbox_ehr import ZONE, MovableClock

NOON = datetime(2026, 3, 4, 12, tzinfo=ZONE)
OURS = "+12125550199"
ASKED = "the office: we will see you on Fri, Mar 6 at 2:00 PM. Reply YES to confirm. Another time? Tell us here or call."
MEANT = {
    Says.YES: Intent.CONFIRM,
    Says.CANCEL: Intent.CANCEL,
    Says.MOVE: Intent.MOVE,
    Says.QUESTION: Intent.QUESTION,
    Says.STOP: Intent.OPT_OUT,
}


@dataclass
class Handheld:
    """A practice's life with handsets."""

    life: Life
    opened: OpenedEhr
    carrier: Carrier
    handsets: Handsets
    clock: MovableClock
    told: list[str] = field(default_factory=list)
    pages: list[tuple[str, Reply]] = field(default_factory=list)

    def pass_(self, span: timedelta) -> None:
        until = self.clock.instant + span
        while self.clock.instant < until:
            self.clock.instant += timedelta(minutes=15)
            self.carrier.deliver()
            self.life.step()

    def text(self, client: Client, body: str) -> None:
        """The practice texts a client."""
        self.carrier.take(self.handsets.number_for(client.id), OURS, body, "")

    def written(self) -> list[Text]:
        return [one for one in self.carrier.texts() if one.direction == "inbound"]


@pytest.fixture(scope="module", name="script")
def fixture_script() -> Script:
    return script_of(simulate(PracticeParameters(clinicians=2, years=0.1), seed=5, today=date(2026, 3, 4)))


@pytest.fixture(name="held")
def fixture_held(script: Script, tmp_path: Path) -> Iterator[Handheld]:
    clock = MovableClock(NOON)
    opened, carrier = open_script(script, tmp_path / "journal.jsonl", clock), Carrier(clock)
    handsets, told, pages = Handsets(carrier, opened.book, OURS, "1"), list[str](), list[tuple[str, Reply]]()
    handsets.learn()

    def visit(link: str, reply: Reply) -> int:
        pages.append((link, reply))
        return 200

    life = Life(opened, Temper.eager("1", ZONE), ZONE, told.append, visit, handsets)
    yield Handheld(life, opened, carrier, handsets, clock, told, pages)
    opened.journal.close()


def always(says: Says) -> Answer:
    return Answer(says, WORDS["en"][says][0])


def reachable(held: Handheld) -> list[tuple[Client, Appointment]]:
    """Clients whose number works, with their next visit two days ahead or more, and none besides."""
    book, found = held.opened.book, []
    coming = [one for one in book.every(Appointment) if one.status is Status.BOOKED and one.starts_at > NOON + timedelta(days=2)]
    for one in sorted(coming, key=lambda visit: visit.starts_at):
        client = book.get(Client, one.patient_id)
        number = held.handsets.number_for(client.id)
        if number and number not in held.carrier.fates and client.id not in {known.id for known, _ in found}:
            found.append((client, one))
    return found


def named(visit: Appointment, client: Client) -> str:
    """A reminder of that visit, on the client's wall clock."""
    when = visit.starts_at.astimezone(ZoneInfo(client.zone) if client.zone else ZONE)
    return f"the office: we will see you on {when:%a, %b} {when.day} at {when:%I:%M %p}. Reply YES to confirm."


@pytest.mark.parametrize("says", list(MEANT))
def test_what_clients_write_is_read_as_it_is_meant(says: Says) -> None:
    """Every sentence of the sandbox, in both languages, by the rules of replies."""
    for words in (*WORDS["en"][says], *WORDS["es"][says]):
        reading = read(words)
        assert MEANT[says] in (reading.intent, *reading.also), words


def test_what_is_for_a_person_confirms_nothing() -> None:
    """A plea, danger, a sentence nobody understands: contact stops, or a person has it."""
    for words in (*WORDS["en"][Says.PERSON], *WORDS["es"][Says.PERSON]):
        reading = read(words)
        assert reading.stops_automation or reading.intent in (Intent.QUESTION, Intent.UNCLEAR), words


def test_the_same_seed_writes_the_same_and_most_confirm_or_are_silent() -> None:
    """Fewer answer what does not ask; what has a link is answered there, not here."""
    first, again = Temper("1", ZONE), Temper("1", ZONE)
    clients = [f"PT-{number:06d}" for number in range(4000)]
    said = [first.writes_back(client, ASKED, "en") for client in clients]
    kinds = Counter(one.says if one else None for one in said)

    assert said == [again.writes_back(client, ASKED, "en") for client in clients]
    assert said != [Temper("2", ZONE).writes_back(client, ASKED, "en") for client in clients]
    assert 0.48 < kinds[Says.YES] / 4000 < 0.56
    assert 0.003 < kinds[Says.STOP] / 4000 < 0.02
    assert set(kinds) == {Says.YES, Says.CANCEL, Says.MOVE, Says.QUESTION, Says.STOP, Says.PERSON, None}
    plain = [first.writes_back(client, "the office: we will see you on Fri, Mar 6 at 2:00 PM.", "en") for client in clients]
    assert sum(one is not None for one in plain) < 0.25 * 4000
    assert answer(random.Random(1), "free: http://127.0.0.1/o/x Reply YES", "en") is None
    standby = [first.writes_back(client, "a time on Fri may become free. Want it? Reply YES.", "es") for client in clients]
    assert {one.says for one in standby if one} == {Says.YES, Says.NO, Says.QUESTION, Says.STOP}


def test_clients_read_what_was_delivered_and_write_back_once(held: Handheld, monkeypatch: pytest.MonkeyPatch) -> None:
    """To the practice's number, from their own; the story tells both."""
    monkeypatch.setattr(Temper, "writes_back", lambda *_: always(Says.YES))
    (client, visit), *_ = reachable(held)
    held.text(client, named(visit, client))
    held.pass_(timedelta(days=1, hours=1))

    assert [(one.to, one.body) for one in held.written()] == [(OURS, "YES")]
    assert [line for line in held.told if f"{client.id} is texted: the office" in line]
    assert [line for line in held.told if line.endswith(f"{client.id} writes: YES")]


def test_who_cancels_by_text_is_cancelled_by_the_front_desk(held: Handheld, monkeypatch: pytest.MonkeyPatch) -> None:
    """The visit that the text was about, and no other; as the client's cancellation."""
    monkeypatch.setattr(Temper, "writes_back", lambda *_: always(Says.CANCEL))
    monkeypatch.setattr(Temper, "delay", lambda *_: timedelta(minutes=20))
    monkeypatch.setattr(Temper, "desk_takes", lambda *_: timedelta(minutes=40))
    (client, visit), *_ = reachable(held)
    held.text(client, named(visit, client))
    held.pass_(timedelta(minutes=30))
    assert held.opened.book.get(Appointment, visit.id).status is Status.BOOKED
    held.pass_(timedelta(minutes=60))

    assert (one := held.opened.book.get(Appointment, visit.id)).status is Status.CANCELLED
    assert one.cancel_reason == "PATIENT"


def test_offers_that_come_as_texts_are_answered_at_their_page(held: Handheld) -> None:
    """As those that come through the EHR."""
    for number, (client, _) in enumerate(reachable(held)[:8]):
        held.text(client, f"An earlier time is free on Friday, March 6 at 2:30 PM: http://127.0.0.1:8700/o/Abc{number}")
    held.pass_(timedelta(days=1, hours=2))

    assert held.pages
    assert held.written() == []


def test_some_numbers_do_not_work_and_new_clients_have_numbers_too(held: Handheld) -> None:
    """The same ones for the same seed; what did not arrive is not read."""
    again = Handsets(other := Carrier(held.clock), held.opened.book, OURS, "1")
    again.learn()
    assert other.fates == held.carrier.fates
    assert set(other.fates.values()) <= {Fate.LANDLINE, Fate.HANDSET_OFF, Fate.NOBODYS}
    assert 0 < len(other.fates) < 0.1 * len(held.opened.book.every(Client))

    number = next(iter(held.carrier.fates))
    held.carrier.take(number, OURS, ASKED, "")
    held.carrier.deliver()
    assert held.handsets.arrived() == []
    late = replace(held.opened.book.every(Client)[0], id="PT-999999", phone="(212) 555-0177")
    held.opened.book.place(late)
    held.carrier.take("+12125550177", OURS, ASKED, "")
    held.carrier.deliver()
    assert [client.id for client, _ in held.handsets.arrived()] == ["PT-999999"]
