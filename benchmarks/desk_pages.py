"""Staff pages of a practice with 100,000 appointments and 5,000 open proposals: how long each takes to come.

    python -m benchmarks.desk_pages [--requests 200] [--rounds 5] [--listeners 50 --changes 2]

The EHR (the sandbox's), the service as `hsched service` starts it, and whoever asks are three processes; one request after the other over
one connection, pages in turn. Proposals are put into the store as the path would; the daily run's tables are of random outcomes.
"""

import argparse
import http.client
import json
import multiprocessing
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from datetime import time as wall_time
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.harness import MOST_FOREIGN_CPU, Watch, machine, markdown, undisturbed
from benchmarks.http_load import percentile, wait_until_listening
from benchmarks.open_browsers import listening
from tests import postgres

CLINICIANS, CLIENTS, APPOINTMENTS, PROPOSALS = 48, 3000, 100_000, 5_000
TOGETHER, NOON = 8, 12  # clients of each clinician's weekly group, in the coming two weeks; between the other visits
HOURS = (8, 9, 10, 11, 13, 14, 15, 16)
FIRST = date(2025, 8, 4)  # a Monday; the practice's present is in the middle of the year
PRESENT = date(2026, 3, 4)  # the day of the sandbox's clock
MOST_MILLISECONDS = 100.0  # that the 95th percentile of each page is asked to stay below
PAGES: Sequence[tuple[str, str, str]] = (
    ("queue, all", "frontdesk", "/desk/queue"),
    ("queue, offers, page 7", "frontdesk", "/desk/queue?tab=offers&page=7"),
    ("calendar, everybody's day", "frontdesk", "/desk/calendar"),
    ("calendar, next week", "frontdesk", "/desk/calendar?on=2026-03-11"),
    ("calls", "frontdesk", "/desk/calls"),
    ("waitlist", "frontdesk", "/desk/waitlist"),
    ("groups", "frontdesk", "/desk/groups"),
    ("a client", "frontdesk", "/desk/clients/{client}"),
    ("a clinician's calendar", "clinician1", "/desk/calendar"),
    ("a clinician's actions", "clinician1", "/my/day"),
    ("insights", "manager1", "/practice/insights"),
    ("capacity", "manager1", "/practice/capacity"),
    ("phases", "manager1", "/practice/phases"),
    ("standing orders", "manager1", "/practice/orders"),
    ("audit trail", "auditor", "/audit"),
    ("the week's automated decisions", "auditor", "/audit/week"),
)


def serve_ehr(port: int, ready: Any) -> None:
    """The sandbox's EHR with the whole practice in it, until it is ended."""
    import random

    import uvicorn

    from hsched_sandbox.ehr.api import build_ehr
    from hsched_sandbox.ehr.book import Book
    from hsched_sandbox.ehr.conduct import Conduct
    from hsched_sandbox.ehr.faults import Faults
    from hsched_sandbox.ehr.records import Appointment, Client, Clinician, Entry, Hours, Licence, Status, Type
    from tests.sandbox_ehr import NOW, TOKEN, ZONE, MovableClock

    chance, book = random.Random(1), Book(MovableClock(), Conduct())
    week, licence = tuple(Hours(day, "08:00", "17:00") for day in range(1, 6)), Licence("NY", date(2020, 1, 1), date(2030, 1, 1))
    for number in range(CLINICIANS):
        place = ("psychologist", ("anxiety",), (licence,), (), "NY", "Harborside", "NY", True, week)
        book.place(Clinician(f"PRV-{number:04d}", "Greta", f"Holm{number}", *place))
    for number in range(CLIENTS):
        one = Client(f"PT-{number:06d}", "Ada", f"Vale{number}", "en", "text", NOW, "America/New_York", "NY")
        book.place(replace(one, phone=f"(212) 555-{number:04d}"))
    for number, (provider, at) in enumerate(slots()):
        status = Status.BOOKED if at > NOW else chance.choice((Status.ATTENDED,) * 6 + (Status.NO_SHOW,))
        whom = f"PT-{chance.randrange(CLIENTS):06d}"
        before = at - timedelta(days=20)
        book.place(Appointment(f"APT-{number:07d}", whom, provider, at, 50, Type.INDIVIDUAL, "video", before, before, "Harborside", status))
    for number in range(2 * CLINICIANS * TOGETHER):
        provider, week = number // TOGETHER % CLINICIANS, number // TOGETHER // CLINICIANS
        at = datetime.combine(NOW.date() + timedelta(days=1 + 7 * week), wall_time(NOON), ZONE)
        who = f"PT-{number * 7 % CLIENTS:06d}"
        name, where = f"APT-{APPOINTMENTS + number:07d}", ("video", at - timedelta(days=20), at - timedelta(days=20), "Harborside")
        book.place(Appointment(name, who, f"PRV-{provider:04d}", at, 50, Type.GROUP, *where, Status.BOOKED))
    for number in range(200):
        at = NOW - timedelta(days=number % 60)
        book.place(Entry(f"WL-{number:07d}", f"PT-{number:06d}", Type.INDIVIDUAL, at, at))
    ready.put(True)
    uvicorn.run(build_ehr(book, ZONE, TOKEN, Faults(), None), port=port, access_log=False, log_level="critical")


def slots() -> Iterator[tuple[str, datetime]]:
    """Every visit of the year, day by day."""
    from tests.sandbox_ehr import ZONE

    made = 0
    for day in range(366):
        on = FIRST + timedelta(days=day)
        if on.weekday() < 5:
            for provider in range(CLINICIANS):
                for hour in HOURS:
                    yield f"PRV-{provider:04d}", datetime.combine(on, wall_time(hour), ZONE)
                    made += 1
                    if made == APPOINTMENTS:
                        return


def serve_pages(home: Path, ehr_port: int, port: int, ready: Any, changes_every: float) -> None:
    """The service of that practice, filled, until it is ended; tells the cookies of its people. A change every so many seconds; 0: none."""
    import uvicorn

    from hsched_core.domain.access import Way
    from hsched_service.access.cookies import cookie_name
    from hsched_service.app import build_app
    from tests.sandbox_ehr import MovableClock
    from tests.service_world import open_served

    own, ehr = (f"http://127.0.0.1:{one}" for one in (port, ehr_port))
    opened = open_served(home, ehr, MovableClock(), service_url=own, reminders={"is_on": True})
    connection = opened.practice.connection
    assert connection is not None
    patient = replace(connection, timeout_seconds=30.0)  # the sandbox's EHR looks at every appointment for each page of a list
    opened = replace(opened, practice=replace(opened.practice, connection=patient))
    clinicians = people(opened)
    visits = opened.reader.appointments(datetime(2026, 3, 4, 15, tzinfo=UTC), datetime(2026, 3, 25, tzinfo=UTC))
    publish(opened, visits)
    propose(opened, visits)
    tables(opened.paths.tables, clinicians)
    cookies = {login: f"{cookie_name(opened.service)}={opened.service.sign_ins.start(login, Way.DEMO)}" for _, login, _ in PAGES}
    ready.put((cookies, visits[0].session.client))
    if changes_every:
        threading.Thread(target=decide, args=(opened, changes_every), daemon=True).start()
    uvicorn.run(build_app(opened), port=port, access_log=False, log_level="critical", server_header=False)


def decide(opened: Any, seconds: float) -> None:
    """The front desk says no to a proposal again and again, so that what lies open everywhere has something to hear of."""
    from hsched_core.domain.case import Decline

    desk = opened.service.roll.person("frontdesk")
    for case in opened.service.desk.cases.waiting():
        time.sleep(seconds)
        opened.path.reject(case.id, desk, Decline.UNSUITABLE)


def people(opened: Any) -> list[str]:
    """Who works there; the clinicians' pseudonyms."""
    from hsched_adapters.people_file import demo_people, save_people

    tokens = opened.vault.pseudonyms("clinician", [f"PRV-{number:04d}" for number in range(CLINICIANS)])
    save_people(opened.paths.people, demo_people(tokens.values()))
    return list(tokens.values())


def publish(opened: Any, visits: Sequence[Any]) -> None:
    """A score for each coming visit."""
    import random

    from hsched_adapters.store.publishing import Publication, open_score_store
    from tests.sandbox_ehr import NOW

    chance = random.Random(2)
    rows = [
        {
            **{"booking_id": f"{one.id}-0", "moment": "day_before", "appointment_token": one.id, "client_token": one.session.client},
            **{"clinician_token": one.session.clinician, "starts_on": one.session.starts_at.date(), "starts_at": one.session.starts_at},
            **{"days_ahead": 1, "probability": chance.betavariate(2, 9), "probability_no_show": None, "probability_late_cancel": None},
            **{"reasons": "Missed 2 of the last 5 visits", "rank_in_day": 1, "visits_in_day": 300, "model_name": "no_show__day_before"},
            **{"model_version": "3", "is_hindsight": False},
        }
        for one in visits
    ]
    store = open_score_store(opened.settings)
    store.publish(Publication(NOW.date(), NOW, 1, "0" * 64, rows, [], []))
    store.close()


def propose(opened: Any, visits: Sequence[Any]) -> None:
    """Open proposals: four of five reminders, the others offers with twelve candidates each."""
    from hsched_core.domain.actions import Basis, BookAppointment, OfferSlot, SendMessage
    from hsched_core.domain.case import Case
    from hsched_core.domain.contact import Channel, Outreach, Purpose
    from hsched_core.domain.lifecycle import Event, State
    from hsched_core.domain.people import Role
    from hsched_core.domain.proposal import Candidate, Proposal
    from hsched_core.workflow import trail
    from tests.sandbox_ehr import NOW

    until = NOW + timedelta(hours=6)
    with opened.path_store.transaction() as tx:
        for number in range(PROPOSALS):
            one = visits[number % len(visits)]
            action: Any = SendMessage(Outreach(one.session.client, Channel.TEXT, Purpose.REMINDER), "reminder_confirm", one.id)
            candidates: tuple[Candidate, ...] = ()
            if number % 5 == 0:
                others = [visits[(number + 37 * step) % len(visits)].session.client for step in range(12)]
                offers = [
                    OfferSlot(
                        BookAppointment(replace(one.session, client=who), Basis.ACCEPTED_OFFER),
                        Channel.TEXT,
                        "waitlist_offer",
                        until,
                        one.id,
                    )
                    for who in others
                ]
                action = offers[0]
                skipped = [Candidate(who, 0.4, None, "Cannot come at that hour.") for who in others[6:]]
                candidates = (*(Candidate(who, 0.9, offer) for who, offer in zip(others[:6], offers, strict=False)), *skipped)
            proposal = Proposal(
                opened.practice.id, "waitlist" if candidates else "reminders", action, one.id,
                ("The risk of an unused visit is 18%, from 15% on: asked to confirm, and asked again.", "By text: the client consented."),
                f"{number:032x}", opened.policy.version, until + timedelta(minutes=number % 900), "use-case:waitlist", 0.9, candidates,
            )  # fmt: skip
            case = Case(proposal, State.WAITING, action, NOW, awaits=Role.FRONT_DESK)
            tx.add(case, audit=trail.entered(case, Event.QUEUED, actor="use-case:waitlist", rules=()))


def tables(folder: Path, clinicians: Sequence[str]) -> None:
    """The daily run's tables of as many visits of these, with random outcomes."""
    import duckdb

    folder.mkdir(parents=True)
    a_day, names = CLINICIANS * len(HOURS), str(clinicians)
    visits = (
        f"select i, date '{FIRST}' + (i // {5 * a_day} * 7 + i // {a_day} % 5)::int as starts_on, i % 5 + 1 as weekday, "
        f"{list(HOURS)}[i % {len(HOURS)} + 1] as start_hour, {names}[i // {len(HOURS)} % {CLINICIANS} + 1] as clinician, "
        f"hash(i) % 6 = 0 as unused from range({APPOINTMENTS}) t(i)"
    )
    is_over = f"starts_on < date '{PRESENT}'"  # what is to come has no outcome
    features = (
        "select i::varchar as booking_id, clinician as clinician_token, starts_on, 'at_booking' as moment, 50 as duration_minutes, "
        "(starts_on - 20)::timestamptz as scored_at, (starts_on + to_hours(start_hour + 5))::timestamptz as starts_at, "
        "'individual' as session_type, "
        f"if({is_over}, unused, null) as label_is_unused, if({is_over}, if(unused, 'no_show', 'attended'), null) as label_outcome, "
        f"if({is_over}, (starts_on + 1)::timestamptz, null) as label_known_at"
    )
    rates = (
        "count(*) as visits, count(*) filter (unused) as unused, avg(unused::int) as unused_rate, "
        "avg(unused::int) - 0.02 as unused_rate_low, avg(unused::int) + 0.02 as unused_rate_high"
    )
    columns = {
        "weekday_hour": "weekday, start_hour",
        "session_type": "'individual' as session_type, 'video' as modality",
        "lead_time": "i % 6 as lead_band, 'some days' as lead_label",
        "clinician": "(i % 48)::varchar as clinician_token",
    }
    with duckdb.connect() as connection:
        connection.execute(f"copy ({features} from ({visits})) to '{folder}/feat_no_show__appointments.parquet'")
        for name, by in columns.items():
            connection.execute(f"copy (select {by}, {rates} from ({visits}) group by all) to '{folder}/mart_insights__{name}.parquet'")


@dataclass(frozen=True)
class Asked:
    """What came of asking for one page some times: seconds of each, and the share of the processors that others took meanwhile."""

    times: Sequence[float]
    foreign: float


class Reader:
    """Somebody who asks for one page over one connection. `first` in seconds; `warm`: seconds until the EHR was read."""

    def __init__(self, port: int, path: str, cookie: str) -> None:
        self._path, self._cookie = path, cookie
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self.first, content = self._once()
        start = time.perf_counter()
        while b"data-reading" in content:
            _, content = self._once()
        self.warm, self.kilobytes = time.perf_counter() - start, len(content) / 1024

    def ask(self, count: int) -> Asked:
        self._connection.close()  # the service closes those that are silent while others have their turn
        self._connection.connect()
        watch = Watch(family=True)
        times = [self._once()[0] for _ in range(count)]
        return Asked(times, watch.foreign())

    def _once(self) -> tuple[float, bytes]:
        began = time.perf_counter()
        self._connection.request("GET", self._path, headers={"cookie": self._cookie})
        answer = self._connection.getresponse()
        content = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{self._path}: {answer.status}")
        return time.perf_counter() - began, content


@contextmanager
def running(home: Path, changes_every: float) -> Iterator[tuple[int, dict[str, str], str]]:
    """EHR and service: the service's port, everybody's cookie, a client."""
    context = multiprocessing.get_context("spawn")
    ehr_port, port, ready = postgres.free_port(), postgres.free_port(), context.Queue()
    processes = [context.Process(target=serve_ehr, args=(ehr_port, ready), daemon=True)]
    try:
        processes[0].start()
        ready.get(timeout=600)
        wait_until_listening(ehr_port, processes[0])
        processes.append(context.Process(target=serve_pages, args=(home, ehr_port, port, ready, changes_every), daemon=True))
        processes[1].start()
        cookies, client = ready.get(timeout=600)
        wait_until_listening(port, processes[1])
        yield port, cookies, client
    finally:
        for process in processes:
            process.terminate()
            process.join()


def main() -> None:
    """Print the machine and a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=200, help="of each page in all, after its first")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--busy", type=float, default=MOST_FOREIGN_CPU, help="share of the processors that others may take")
    parser.add_argument("--listeners", type=int, default=0, help="streams of live updates that stay open meanwhile")
    parser.add_argument("--changes", type=float, default=0.0, help="seconds between one decision and the next meanwhile; 0: nobody decides")
    parser.add_argument("--only", default="", help="pages whose name has this in it")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hsched-pages-") as folder, running(Path(folder), chosen.changes) as (port, cookies, client):
        pages = [one for one in PAGES if chosen.only in one[0]]
        readers = {name: Reader(port, path.format(client=client), cookies[login]) for name, login, path in pages}
        with listening(port, cookies["frontdesk"], chosen.listeners):
            asks = {name: partial(reader.ask, -(-chosen.requests // chosen.rounds)) for name, reader in readers.items()}
            kept, refused = undisturbed(asks, chosen.rounds, chosen.busy)
    rows = [_row(name, readers[name], asked) for name, asked in kept.items()]
    print(
        json.dumps(
            {
                **machine(("fastapi", "uvicorn", "sqlalchemy", "jinja2")),
                "listeners": chosen.listeners,
                "changes_every": chosen.changes,
                "refused_rounds": refused,
            }
        )
    )
    print(markdown(rows))
    late = [row["page"] for row in rows if row["p95 ms"] > MOST_MILLISECONDS]
    print(f"Pages beyond {MOST_MILLISECONDS:g} ms: {', '.join(late) or 'none'}.")


def _row(name: str, reader: Reader, asked: Sequence[Asked]) -> dict[str, Any]:
    times = [seconds for one in asked for seconds in one.times]
    return {
        "page": name,
        "p50 ms": round(percentile(times, 50), 1),
        "p95 ms": round(percentile(times, 95), 1),
        "p99 ms": round(percentile(times, 99), 1),
        "first ms": round(1000 * reader.first),
        "EHR read, s": round(reader.warm),
        "kB": round(reader.kilobytes),
        "others": f"{max(one.foreign for one in asked):.0%}",
    }


if __name__ == "__main__":
    main()
