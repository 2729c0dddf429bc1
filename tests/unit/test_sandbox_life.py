"""The sandbox practice's people: they answer offers, fill hours by phone, come to what was booked; and the story names nobody."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from hsched_sandbox.ehr.book import Book, Trace
from hsched_sandbox.ehr.opening import OpenedEhr, open_script
from hsched_sandbox.ehr.records import Appointment, Client, Entry, EntryStatus, Message, Status
from hsched_sandbox.ehr.script import Script, script_of
from hsched_sandbox.life.answering import answer_page
from hsched_sandbox.life.first_moment import first_moment
from hsched_sandbox.life.living import Life
from hsched_sandbox.life.offers_read import hour_meant, link_in
from hsched_sandbox.life.temper import Reply, Temper
from hsched_sandbox.parameters import PracticeParameters
from hsched_sandbox.practice import simulate
from hsched_sandbox.timeline import draw_up
from tests.offer_page import offer_page
from tests.sandbox_ehr import NOW, ZONE, MovableClock, appointment, small_practice

TODAY = date(2026, 3, 4)
PARAMETERS = PracticeParameters(clinicians=3, years=0.1)
NOON = datetime(2026, 3, 4, 12, tzinfo=ZONE)
LINK = "http://127.0.0.1:8700/o/Abc-_123"
FRIDAY = datetime(2026, 3, 6, 14, 30, tzinfo=ZONE)


@dataclass
class Days:
    """A practice, its clock, what was told and which pages were visited."""

    life: Life
    opened: OpenedEhr
    clock: MovableClock
    told: list[str] = field(default_factory=list)
    visits: list[tuple[str, Reply]] = field(default_factory=list)

    def pass_(self, span: timedelta) -> None:
        """Live on, a quarter of an hour at a time."""
        until = self.clock.instant + span
        while self.clock.instant < until:
            self.clock.instant += timedelta(minutes=15)
            self.life.step()


@pytest.fixture(scope="module", name="script")
def fixture_script() -> Script:
    return script_of(simulate(PARAMETERS, seed=5, today=TODAY))


@pytest.fixture(name="days")
def fixture_days(script: Script, tmp_path: Path) -> Iterator[Days]:
    clock = MovableClock(NOON)
    opened = open_script(script, tmp_path / "journal.jsonl", clock)
    told: list[str] = []
    visits: list[tuple[str, Reply]] = []

    def visit(link: str, reply: Reply) -> int:
        visits.append((link, reply))
        return 200

    yield Days(Life(opened, Temper.eager("1", ZONE), ZONE, told.append, visit), opened, clock, told, visits)
    opened.journal.close()


def test_days_pass_and_are_summed_up(days: Days) -> None:
    """Each day ends with its counts; cancels are told one by one, in numbers and without names."""
    days.pass_(timedelta(days=2))
    names = {client.family_name for client in days.opened.book.every(Client)}

    assert any(line.startswith("Thu 05 Mar  the day:") and "attended" in line for line in days.told)
    assert any("cancelled by the client" in line for line in days.told)
    assert not [line for line in days.told if any(name in line for name in names)]


def test_clients_answer_the_offers_they_get(days: Days) -> None:
    """Most eager ones press a button of the link's page, each once."""
    book = days.opened.book
    waiting = [one for one in book.every(Entry) if one.status is EntryStatus.WAITING][:6]
    for number, entry in enumerate(waiting):
        text = f"An earlier time is free on Friday, March 6 at 2:30 PM: {LINK}{number}"
        book.take_message(Message("", entry.patient_id, "text", "waitlist_offer", text, NOON), Trace("api"))
    days.pass_(timedelta(days=1, hours=2))

    assert len(days.visits) >= 4
    assert len({link for link, _ in days.visits}) == len(days.visits)
    assert Reply.ACCEPT in {reply for _, reply in days.visits}
    assert len([line for line in days.told if "to an offer: and it counts" in line]) == len(days.visits)


def test_a_message_without_a_link_is_only_read(days: Days) -> None:
    """Nobody goes anywhere."""
    client = days.opened.book.every(Client)[0]
    days.opened.book.take_message(Message("", client.id, "text", "waitlist_booked", "It is yours.", NOON), Trace("api"))
    days.pass_(timedelta(hours=26))

    assert days.visits == []


def test_what_hsched_booked_is_attended_missed_or_cancelled(days: Days) -> None:
    """Every booking that no script knows ends, one way or another."""
    book = days.opened.book
    made = []
    for number, client in enumerate(book.every(Client)[:40]):
        at = NOON.replace(hour=1) + timedelta(days=1 + number % 3, hours=number // 10)  # at night nobody else is there
        draft = replace(appointment(0, at), patient_id=client.id, provider_id=f"PRV-{number % 3:04d}")
        if not book.clashes(replace(draft, id="")):
            made.append(book.book(draft, Trace("api")).id)
    days.pass_(timedelta(days=5))
    ends = [book.get(Appointment, identifier).status for identifier in made]

    assert len(made) >= 9
    assert Status.BOOKED not in ends
    assert ends.count(Status.ATTENDED) > len(made) / 2


def test_staff_fill_some_freed_hours_by_phone(days: Days, monkeypatch: pytest.MonkeyPatch) -> None:
    """From who waits; an hour that somebody else took meanwhile stays theirs."""
    monkeypatch.setattr("hsched_sandbox.life.temper.STAFF_FILL", 1.0)
    book = days.opened.book
    coming = [one for one in book.every(Appointment) if one.status is Status.BOOKED and NOON + timedelta(days=1) < one.starts_at]
    days.pass_(timedelta(minutes=15))
    for one in coming[:12]:
        book.change(one.id, {"status": Status.CANCELLED, "cancel_reason": "PATIENT"}, Trace("client"))
    days.pass_(timedelta(days=2))
    filled = [effect for effect in book.effects if (effect.act, effect.by) == ("book", "staff")]

    assert filled
    assert any("booked by staff" in line for line in days.told)
    every = [one for one in book.every(Appointment) if one.status is Status.BOOKED]
    assert not [one.id for one in every if book.clashes(one) and one.starts_at > days.clock.instant]


def test_the_same_seed_answers_the_same(days: Days) -> None:
    """Whenever it is asked; another seed differs somewhere."""
    first, again, other = Temper("1", ZONE), Temper("1", ZONE), Temper("2", ZONE)
    names = [f"PT-{number:06d}/0" for number in range(200)]
    entry = next(one for one in days.opened.book.every(Entry) if one.status is EntryStatus.WAITING)

    def answers(temper: Temper) -> list[Reply | None]:
        return [temper.answer(name, entry, None, 0, NOON) for name in names]

    assert answers(first) == answers(again)
    assert answers(first) != answers(other)
    assert [first.delay(name) for name in names] == [again.delay(name) for name in names]


def test_few_say_yes_and_fewer_at_short_notice() -> None:
    """As the offers of the practice's past: about one in ten; eager clients, for demonstrations, mostly."""
    book = Book(MovableClock())
    small_practice(book)
    entry = book.get(Entry, "WL-0000004")
    soon, later = appointment(8, NOW + timedelta(hours=5)), appointment(9, NOW + timedelta(days=3))

    def share(temper: Temper, hour: Appointment) -> float:
        said = [temper.answer(f"PT-{number:06d}/0", entry, hour, 0, NOW) for number in range(3000)]
        return said.count(Reply.ACCEPT) / len(said)

    usual = Temper("1", ZONE)
    assert 0.2 < share(usual, later) < 0.45  # here everything fits: hour, clinician, modality
    assert 0.4 < share(usual, soon) / share(usual, later) < 0.6
    assert share(Temper.eager("1", ZONE), later) > 0.85


@pytest.mark.parametrize(
    "text",
    [
        f"An earlier time is free on Friday, March 6 at 2:30 PM. To take it or pass, by Thursday, March 5 at 9:15 AM: {LINK}",
        f"hay una hora libre antes, el viernes 6 marzo, 2:30 pm. Hasta jueves 5 marzo, 9:15 am: {LINK}",
        f"Free: Fri 6 Mar 14:30. {LINK}.",
    ],
)
def test_a_client_understands_which_hour_is_meant(text: str) -> None:
    """From the wall time and the day of the month, in either language; and finds the link."""
    freed = [appointment(1, FRIDAY), appointment(2, FRIDAY + timedelta(days=1)), appointment(3, FRIDAY + timedelta(hours=1))]
    meant = hour_meant(text, freed, ZONE)

    assert link_in(text) == LINK
    assert meant is not None
    assert meant.id == "APT-0000001"
    assert hour_meant("Call us.", freed, ZONE) is None


def test_a_client_opens_the_page_and_presses_a_button() -> None:
    """GET, then the form; where the offer has ended the page says so and nothing is pressed."""
    with offer_page() as page:
        assert answer_page(f"{page.address}/o/open", Reply.ACCEPT) == 200
        assert answer_page(f"{page.address}/o/open", Reply.DECLINE) == 200
        assert answer_page(f"{page.address}/o/ended", Reply.ACCEPT) == 410

    assert page.asked == ["GET open", "POST open answer=accept", "GET open", "POST open answer=decline", "GET ended"]
    assert answer_page(f"{page.address}/o/open", Reply.ACCEPT) == 0


@pytest.mark.parametrize(
    ("now", "begins"),
    [
        (datetime(2026, 3, 4, 12, tzinfo=ZONE), datetime(2026, 3, 4, 12, tzinfo=ZONE)),
        (datetime(2026, 3, 4, 5, tzinfo=ZONE), datetime(2026, 3, 4, 7, 50, tzinfo=ZONE)),
        (datetime(2026, 3, 6, 22, tzinfo=ZONE), datetime(2026, 3, 9, 7, 50, tzinfo=ZONE)),  # over a weekend and a change of clocks
        (datetime(2026, 5, 25, 10, tzinfo=ZONE), datetime(2026, 5, 26, 7, 50, tzinfo=ZONE)),  # Memorial Day
    ],
)
def test_a_live_practice_begins_when_somebody_works(now: datetime, begins: datetime) -> None:
    """Never before the present, nor before what was lived already."""
    timeline = draw_up(PARAMETERS, TODAY)
    lived = begins + timedelta(days=7)

    assert first_moment(timeline, None, now) == begins
    assert first_moment(timeline, lived, now) >= lived
