"""Whatever comes at the sandbox EHR, its state stays whole: one booking an hour, growing versions, one effect a key, a full log."""

import threading
from datetime import timedelta

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from hsched_sandbox.ehr.book import Book, Trace
from hsched_sandbox.ehr.conduct import Conduct, DoubleBooking, RefusedError
from hsched_sandbox.ehr.records import Appointment, Status
from tests.sandbox_ehr import NOW, MovableClock, appointment, running_ehr, small_practice, wanted

PEOPLE, HOURS = st.integers(0, 5), st.integers(0, 3)
API = Trace("api")


class EhrStates(RuleBasedStateMachine):
    """Bookings, moves, cancels, retries under keys, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.book = Book(MovableClock())
        self.versions: dict[str, int] = {}
        self.kept: dict[str, str] = {}
        small_practice(self.book)
        self.before = len(self.book.every(Appointment))

    @rule(patient=PEOPLE, provider=st.integers(0, 1), half_hours=st.integers(0, 8))
    def books(self, patient: int, provider: int, half_hours: int) -> None:
        draft = appointment(0, NOW + timedelta(days=1, minutes=30 * half_hours), patient=patient, provider=provider)
        self._tried(lambda: self.book.book(draft, API))

    @rule(key=st.sampled_from("abc"), patient=PEOPLE, hour=HOURS)
    def books_under_a_key(self, key: str, patient: int, hour: int) -> None:
        draft = appointment(0, NOW + timedelta(days=2, hours=hour), patient=patient)
        try:
            made, again = self.book.once(key, f"{patient} {hour}", lambda: self.book.book(draft, Trace("api", key)))
        except RefusedError:
            return
        assert again == (key in self.kept)
        assert self.kept.setdefault(key, made.id) == made.id

    @rule(which=st.integers(0, 20), half_hours=st.integers(0, 8))
    def moves(self, which: int, half_hours: int) -> None:
        one = self._some(which)
        self._tried(lambda: self.book.change(one.id, {"starts_at": NOW + timedelta(days=1, minutes=30 * half_hours)}, API, one.version))

    @rule(which=st.integers(0, 20), stale=st.booleans())
    def cancels(self, which: int, stale: bool) -> None:
        one = self._some(which)
        done = self._tried(lambda: self.book.change(one.id, {"status": Status.CANCELLED}, API, one.version - stale))
        assert done == (one.status is Status.BOOKED and not stale)

    @invariant()
    def nobody_is_in_two_places(self) -> None:
        every = self.book.every(Appointment)
        assert not [(one.id, other.id) for one in every for other in every if one.clashes_with(other)]

    @invariant()
    def versions_only_grow(self) -> None:
        now = {one.id: one.version for one in self.book.every(Appointment)}
        assert all(now[identifier] >= version for identifier, version in self.versions.items())
        self.versions = now

    @invariant()
    def every_version_stands_in_the_log(self) -> None:
        first = {one.id: 1 if number >= self.before else 2 for number, one in enumerate(self.book.every(Appointment))}
        written = {(one.id, version) for one in self.book.every(Appointment) for version in range(first[one.id], one.version + 1)}
        assert sorted(written) == sorted((effect.id, effect.version) for effect in self.book.effects)

    def _some(self, which: int) -> Appointment:
        every = self.book.every(Appointment)
        return every[which % len(every)]

    def _tried(self, act: object) -> bool:
        try:
            act()  # type: ignore[operator]  # a deed of the book's
        except RefusedError:
            return False
        return True


TestEhrStates = EhrStates.TestCase
TestEhrStates.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)


def at_once(count: int, act: object) -> None:
    """So many threads do it at the same moment."""
    barrier = threading.Barrier(count)

    def run(number: int) -> None:
        barrier.wait()
        act(number)  # type: ignore[operator]  # a function of the thread's number

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_of_many_bookings_of_one_hour_over_http_one_is_made() -> None:
    """Twenty clients at once; the others hear 409. The server that accepts double bookings, its twin, makes twenty."""
    made = {}
    for rule_ in DoubleBooking:
        statuses: list[int] = []
        with running_ehr(Conduct(double_booking=rule_)) as ehr:
            body = wanted(NOW + timedelta(days=3))
            at_once(
                20, lambda _number, ehr=ehr, body=body, statuses=statuses: statuses.append(ehr.ask("POST", "/appointments", body).status)
            )
            made[rule_] = (statuses.count(201), statuses.count(409), len(ehr.effects("book")))

    assert made == {DoubleBooking.REFUSE: (1, 19, 1), DoubleBooking.ACCEPT: (20, 0, 20)}


def test_of_many_requests_under_one_key_one_takes_effect() -> None:
    """Twenty at once over HTTP: all are answered with the same appointment. The server that does not honour keys makes twenty."""
    made = {}
    for honours in (True, False):
        ids: list[str] = []
        with running_ehr(Conduct(honours_keys=honours, double_booking=DoubleBooking.ACCEPT)) as ehr:
            body = wanted(NOW + timedelta(days=3))
            at_once(
                20,
                lambda _number, ehr=ehr, body=body, ids=ids: ids.append(
                    ehr.ask("POST", "/appointments", body, Idempotency_Key="k").json["id"]
                ),
            )
            made[honours] = (len(set(ids)), len(ehr.effects("book")))

    assert made == {True: (1, 1), False: (20, 20)}
