"""The page of capacity over an EHR and the daily run's table: what it says is what is booked, nobody's client is named, nobody waits."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import yaml

from hsched_adapters.assembly import OpenPractice
from hsched_adapters.desk.capacity import FRESH_SECONDS, STALE_SECONDS, CapacityReading
from hsched_adapters.desk.recent import Recent
from hsched_adapters.desk.tables import FEATURES, SESSIONS, DailyTables
from hsched_core.domain.actions import Basis, BookAppointment
from hsched_core.domain.errors import NotReadyError, SettingsError
from hsched_core.domain.openings import OpeningState
from hsched_core.domain.sessions import Session
from hsched_core.domain.vocabulary import Modality, SessionType
from hsched_core.workflow.capacity import Capacity, Usual
from hsched_core.workflow.offer_steps import turn_opening
from hsched_sandbox.ehr.records import Appointment, Client, Clinician, Status, Type
from hsched_service.app import build_app
from hsched_service.desk.capacity_words import summed
from tests.desk_practice import MONDAY, desk_practice
from tests.sandbox_ehr import NOW, ZONE
from tests.service_world import ServiceWorld
from tests.sessions_table import session, write_sessions

EVIL = "Zoe <script>alert(1)</script>"
USUAL_HOURS = 5  # of each clinician in a week that is over: five visits of an hour
NEXT = MONDAY + timedelta(days=7)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServiceWorld]:
    """Two clinicians with six visits of 50 minutes in the next week; one of them sees a group of four, and has a full Tuesday."""
    with desk_practice(tmp_path_factory.mktemp("capacity"), clinicians=2, clients=24, weeks=1, hours=(9, 14), cancelled=1) as made:
        book = made.ehr.book
        book.place(replace(book.get(Clinician, "PRV-0000"), given_name=EVIL, family_name=""))
        book.place(replace(book.get(Clinician, "PRV-0001"), given_name="Ann", family_name="Holm"))
        for number, (provider, day, hour) in enumerate([("PRV-0000", 0, 9), *(("PRV-0001", 1, hour) for hour in range(9, 15))]):
            visit(made, number, provider, NEXT + timedelta(days=day), hour)
        for number in range(4):
            visit(made, 20 + number, "PRV-0001", NEXT + timedelta(days=3), 16, Type.GROUP)
        write_sessions(made.opened.paths.tables, past(made))
        yield made


def visit(world: ServiceWorld, number: int, provider: str, day: date, hour: int, kind: Type = Type.INDIVIDUAL) -> None:
    at = datetime.combine(day, time(hour), ZONE)
    name = f"APT-9{number:06d}"
    world.ehr.book.place(Appointment(name, f"PT-{number:06d}", provider, at, 60, kind, "video", NOW, NOW, "Harborside", Status.BOOKED))


def past(world: ServiceWorld) -> list[Mapping[str, Any]]:
    """Six weeks: of the five visits of each, one was lost; what was cancelled in time does not count."""
    ended = ("attended", "attended", "attended", "attended", "no_show")
    return [
        session(
            world.token("clinician", provider),
            datetime.combine(MONDAY - timedelta(days=7 * week - day), time(hour), ZONE),
            ZONE,
            60,
            outcome=outcome,
        )
        for provider in ("PRV-0000", "PRV-0001")
        for week in range(1, 7)
        for day, outcome in enumerate(ended)
        for hour, outcome in ((9, outcome), (11, "early_cancel"))
    ]


def text_of(world: ServiceWorld, path: str = "/practice/capacity", login: str = "manager1") -> str:
    """The page's words, one space between them."""
    answer = world.browser(login).get(path)
    assert answer.status_code == 200
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


def row_of(world: ServiceWorld, name: str, week: int) -> list[str]:
    """A clinician's line in the table of a week."""
    body = world.browser("manager1").get(f"/practice/capacity?week={week}").text
    row = next(one for one in body.split("<tr>") if f">{name}</a>" in one)
    cells = re.findall(r"<td[^>]*>(.*?)</td>", row, re.DOTALL)[1:]
    return [" ".join(unescape(re.sub(r"<[^>]+>", " ", cell)).split()) for cell in cells]


def usual_of(found: Capacity, clinician: str) -> Usual | None:
    """Of somebody who is there."""
    load = found.of(clinician)
    assert load is not None
    return load.usual


def test_sentences_say_who_is_above_their_usual_hours_and_who_has_a_full_day(world: ServiceWorld) -> None:
    told = text_of(world)

    assert "Week of Mar 9: 1 of 2 clinicians is booked above their usual hours: Ann Holm (140 %)." in told
    assert "Week of Mar 9: 1 of 2 clinicians has room, 4 h of usual time that is not booked yet." in told
    assert "In the last 4 weeks 8 of 40 booked hours were lost: missed, or cancelled too late for anybody else (20 %)." in told
    assert "Tue, Mar 10: Ann Holm has 6 h without a break of 30 min, from 9:00 AM to 3:00 PM." in told
    assert "A view: nothing is booked, moved or proposed by it." in told


def test_the_table_counts_what_the_ehr_has_booked(world: ServiceWorld) -> None:
    """This week as the calendar shows it, cancelled visits left out; next week six hours and a group's one."""
    start, end = (datetime.combine(day, time(0), ZONE) for day in (MONDAY, NEXT))
    ours = [one for one in world.ehr.book.every(Appointment) if one.provider_id == "PRV-0001" and start <= one.starts_at < end]
    minutes = sum(one.duration for one in ours if one.status is not Status.CANCELLED)

    assert row_of(world, "Ann Holm", 0)[1] == f"{minutes / 60:.1f}".removesuffix(".0") + " h"
    assert row_of(world, "Ann Holm", 1) == ["5 h", "7 h", "140 % above", "0 h", "–", "1", "4 h (20 %)"]
    assert row_of(world, "Ann Holm", 3) == ["5 h", "none", "–", "–", "–", "–", "4 h (20 %)"]


def test_openings_that_wait_are_told_beside_what_is_booked(world: ServiceWorld) -> None:
    """The visit of tomorrow that was cancelled."""
    with world.opened.path_store.looking() as state:
        [opening] = [one.opening for one in state.openings(OpeningState.OPEN, OpeningState.EXHAUSTED, after=NOW)]
    body = world.browser("manager1").get("/practice/capacity?week=0").text
    row = next(one for one in body.split("<tr>") if f"who={opening.clinician}" in one)

    assert f"{opening.duration_minutes / 60:.1f}\N{NO-BREAK SPACE}h" in row


def test_an_hour_that_fits_nobody_is_free_all_the_same(world: ServiceWorld) -> None:
    with world.opened.path_store.transaction() as tx:
        [record] = tx.openings(OpeningState.OPEN, OpeningState.EXHAUSTED, after=NOW)
        if record.state is OpeningState.OPEN:
            turn_opening(tx, record, OpeningState.EXHAUSTED, NOW)
    found = world.opened.service.desk.capacity.read().of(record.opening.clinician)

    assert found is not None
    assert sum(week.free_minutes for week in found.coming) == record.opening.duration_minutes


def test_who_has_no_visits_in_a_week_is_not_in_its_share(world: ServiceWorld) -> None:
    """In the last of the weeks nobody has any: usual hours of nobody, and a share of nothing."""
    found = world.opened.service.desk.capacity.read()
    first, last = (summed([one.coming[week] for one in found.clinicians]) for week in (1, 4))

    assert (first.usual_minutes, first.known) == (2 * 60 * USUAL_HOURS, 2)
    assert (last.usual_minutes, last.known, last.share) == (0, 0, None)


def test_nobodys_client_is_named_and_a_script_in_a_name_is_text(world: ServiceWorld) -> None:
    body = world.browser("manager1").get("/practice/capacity").text
    clients = {one.family_name for one in world.ehr.book.every(Client)} | {world.client(number) for number in range(24)}

    assert [name for name in clients if name and name in body] == []
    assert "Zoe &lt;script&gt;" in body
    assert "<script>alert" not in body
    assert body.index("Ann Holm") < body.index("Zoe &lt;script")  # by name


def test_clinicians_read_their_own_hours_and_nobody_elses(world: ServiceWorld) -> None:
    text_of(world)  # once somebody asked, it is at hand
    told = text_of(world, "/my/day", "clinician2")

    assert "Next week: 7 h booked of 5 h usual (140 %), above your usual hours." in told
    assert "Tue, Mar 10: you have 6 h without a break of 30 min, from 9:00 AM to 3:00 PM." in told
    other = text_of(world, "/my/day", "clinician1")
    assert "Next week: 1 h booked of 5 h usual (20 %)." in other
    assert "Tue, Mar 10: you have" not in other


def test_last_weeks_hours_are_not_told_as_this_weeks(world: ServiceWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the EHR does not answer on Monday, Friday's reading is not shown; where it does, the first who looks waits a moment."""
    capacity, present, answers = world.opened.service.desk.capacity, [0.0], [True]

    def read() -> Capacity:
        if not answers[0]:
            raise NotReadyError("The EHR does not answer.")
        return capacity.read()

    monkeypatch.setattr(capacity, "_recent", Recent(read, FRESH_SECONDS, STALE_SECONDS, lambda: present[0]))
    first = text_of(world, "/my/day", "clinician2")
    present[0], answers[0] = 3 * 86_400.0, False
    monday = text_of(world, "/my/day", "clinician2")

    assert "Next week: 7 h booked" in first
    assert "Next week:" not in monday


def test_a_week_that_is_not_there_is_refused(world: ServiceWorld) -> None:
    browser = world.browser("manager1")

    assert [browser.get(f"/practice/capacity?week={week}").status_code for week in ("-1", "5", "x")] == [422, 422, 422]


def test_newer_tables_are_read_and_a_practice_without_any_is_told_so(world: ServiceWorld) -> None:
    """Usual hours follow the daily run (two of the six weeks have a holiday); without it the page says what is missing."""
    desk, table = world.opened.service.desk, world.opened.paths.tables / FEATURES
    kept, ann = table.read_bytes(), world.token("clinician", "PRV-0001")
    reading = CapacityReading(world.opened, desk.tables, is_connected=True)
    try:
        assert usual_of(reading.read(), ann) == Usual(60 * USUAL_HOURS, 4)
        table.unlink()
        found = reading.read()
        assert (found.missing, usual_of(found, ann)) == (4, None)
        desk.__dict__.pop("capacity")
        world.app = build_app(world.opened)
        assert "The daily run has made no tables of the past weeks yet" in text_of(world)
    finally:
        table.write_bytes(kept)
        desk.__dict__.pop("capacity")
        world.app = build_app(world.opened)


def test_without_an_ehr_the_tables_tell_the_coming_weeks(world: ServiceWorld) -> None:
    table, ann = world.opened.paths.tables / FEATURES, world.token("clinician", "PRV-0001")
    kept, at = table.read_bytes(), datetime.combine(NEXT, time(9), ZONE)
    planned = [session(ann, at, ZONE, None, outcome=None), session(ann, at + timedelta(days=1), ZONE, 60, outcome="early_cancel")]
    try:
        write_sessions(world.opened.paths.tables, [*past(world), *planned])
        found = CapacityReading(world.opened, world.opened.service.desk.tables, is_connected=False).read().of(ann)
    finally:
        table.write_bytes(kept)

    assert found is not None
    assert [week.load.booked_minutes for week in found.coming] == [0, 50, 0, 0, 0]  # a visit of no stated length is one of 50 minutes


def test_the_last_thing_known_of_a_booking_counts(world: ServiceWorld, tmp_path: Path) -> None:
    """Made at booking and again the day before: one visit, with the hour it had in the end."""
    ann, at = world.token("clinician", "PRV-0001"), datetime.combine(MONDAY - timedelta(days=7), time(9), ZONE)
    first = {**session(ann, at, ZONE, 30), "booking_id": "one"}
    last = {**session(ann, at, ZONE, 60), "booking_id": "one", "moment": "day_before", "scored_at": at - timedelta(days=1)}
    write_sessions(tmp_path, [first, last])

    assert [row["duration_minutes"] for row in DailyTables(tmp_path).sessions(MONDAY - timedelta(days=14), MONDAY)] == [60]


def test_the_daily_runs_table_has_what_is_asked_of_it() -> None:
    """The query's columns are those that dbt describes."""
    described = yaml.safe_load(Path("dbt_project/models/features/feat_no_show__appointments.yml").read_text())["models"][0]["columns"]
    asked = set(re.findall(r"[a-z]+(?:_[a-z]+)+", SESSIONS)) - {
        "read_parquet",
        "row_number",
        "is_group",
        "is_lost",
        "known_on",
        "no_show",
        "late_cancel",
    }

    assert asked - {column["name"] for column in described} == set()
    assert len(asked) >= 8


def test_settings_that_cannot_be_meant_keep_the_service_from_starting(world: ServiceWorld) -> None:
    opened = replace(world.opened, practice=replace(world.opened.practice, capacity={"sessions_a_day": 0}))
    with pytest.raises(SettingsError, match="sessions_a_day"):
        build_app(opened)


def test_a_limit_of_sessions_a_day_stops_a_booking_of_this_practice(world: ServiceWorld) -> None:
    """`policy.most_sessions_a_day` through practice.yaml, EHR, store and gate: a seventh session on her Tuesday, not one on Monday."""
    practice = replace(world.opened.practice, policy={**world.opened.practice.policy, "most_sessions_a_day": 6})
    limited = replace(world.opened, practice=practice)
    client, ann = world.client(23), world.token("clinician", "PRV-0001")

    def rules(opened: OpenPractice, day: int) -> set[str]:
        at = datetime.combine(NEXT + timedelta(days=day), time(16), ZONE)
        session = Session(client, ann, at, 50, SessionType.INDIVIDUAL, Modality.IN_PERSON)
        return set(opened.path.consider(BookAppointment(session, Basis.ASKED))[0].rules)

    assert rules(limited, 1) - rules(world.opened, 1) == {"capacity.day"}
    assert "capacity.day" not in rules(limited, 0)
