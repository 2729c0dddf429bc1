"""The event flow over real HTTP and a real store: from a cancellation at the sandbox EHR to the offer, by the jobs Dagster runs."""

import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, timedelta
from pathlib import Path

import dagster as dg
import pytest

from benchmarks.live_practice import NOON, Live, Size, live_practice, visit_id, wait_for
from hsched_adapters.assembly import OpenPractice, open_practice
from hsched_adapters.settings import load_settings, save_practice
from hsched_adapters.store.audit.rows import read_entries
from hsched_adapters.store.publishing import Publication, open_score_store
from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.errors import HschedError, SafeError
from hsched_core.domain.inbox import MessageState, Reception
from hsched_core.domain.lifecycle import State
from hsched_core.domain.rollout import Phase, StandingOrder
from hsched_core.use_cases import RISK_WRITE_BACK
from hsched_pipelines.home import open_instance
from hsched_pipelines.operations import event_sensors, event_work
from hsched_pipelines.operations.definitions import build_defs
from hsched_pipelines.under_way import process_tag
from hsched_pipelines.warm_runs import EVENT_JOBS, _context
from hsched_sandbox.ehr.records import Appointment, Entry
from tests.webhook_ear import listening

KILLS, CANCELLED = 12, 4
SLOW = ("answer_events", "answer_events", "catch_up")
SHORT_LEASE = timedelta(minutes=2)  # of the practice's time, two real seconds: what a killed run had taken is soon taken again


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    with live_practice(tmp_path, Size(visits=10, waiting=8, patience=1.0, speed=60.0)) as made:
        yield made


def located(live: Live) -> dg.RepositoryDefinition:
    """The code location, with the practice opened as in production."""
    return build_defs(live.settings).get_repository_def()


def run(live: Live, job: str) -> dg.ExecuteInProcessResult:
    with open_instance(live.settings.paths) as instance:
        return located(live).get_job(job).execute_in_process(instance=instance, raise_on_error=False)


def sense(live: Live, name: str, cursor: str | None = None) -> tuple[list[str | None], str | None]:
    """Run keys the sensor asks for, and its next cursor."""
    with open_instance(live.settings.paths) as instance, dg.build_sensor_context(instance=instance, cursor=cursor) as context:
        told = located(live).get_sensor_def(name).evaluate_tick(context)
        return [one.run_key for one in told.run_requests or []], told.cursor


def job_of(live: Live, name: str) -> dg.JobDefinition:
    return located(live).get_job(name)


def due(live: Live, name: str) -> bool:
    """Whether the schedule asks for its run."""
    with open_instance(live.settings.paths) as instance, dg.build_schedule_context(instance=instance) as context:
        return bool(located(live).get_schedule_def(name).evaluate_tick(context).run_requests)


def test_one_run_goes_from_a_missed_cancellation_to_the_offer(live: Live) -> None:
    """No webhook arrived: the poll finds it. What Dagster keeps are counts; no name and no id of the EHR."""
    live.cancel(0)
    result = run(live, "catch_up")
    stored = b"".join(file.read_bytes() for file in live.settings.paths.dagster.rglob("*") if file.is_file())

    assert result.success
    assert len(live.messages()) == 1
    assert {step.step_key for step in result.get_step_success_events()} == {"ask_what_changed", "take_in", "decide_and_send"}
    assert b"asked.confirmed" in stored
    assert [secret for secret in (b"APT-0000", b"PT-0000", b"Vale", b"WL-0000") if secret in stored] == []


def test_the_inbox_sensor_asks_once_for_what_is_due(live: Live) -> None:
    """Again under the same key where the daemon forgot; not again where it remembers; nothing once the run has done it."""
    practice = live.open()
    event_work.poll(practice)
    live.cancel(0)
    event_work.poll(practice)
    keys, cursor = sense(live, "inbox_sensor")

    assert len(keys) == 1
    assert sense(live, "inbox_sensor")[0] == keys
    assert sense(live, "inbox_sensor", cursor)[0] == []
    assert run(live, "answer_events").success
    assert (len(live.messages()), practice.inbox.due_mark()) == (1, "")


def test_a_slow_ehr_is_not_asked_by_more_and_more_runs(live: Live) -> None:
    """Two runs work for minutes, and notices keep coming: nothing is asked for until one of them ends. A schedule waits for all."""
    practice = live.open()
    event_work.poll(practice)
    with open_instance(live.settings.paths) as instance:
        slow = [instance.create_run_for_job(job_of(live, name), status=dg.DagsterRunStatus.STARTED) for name in SLOW]
        for one in slow:
            instance.add_run_tags(one.run_id, process_tag(os.getpid()))
    for number in range(3):
        live.cancel(number)
        event_work.poll(practice)
        assert sense(live, "inbox_sensor") == ([], None)
    assert not due(live, "catch_up_schedule")

    with open_instance(live.settings.paths) as instance:
        instance.report_run_failed(slow[0])
        instance.report_run_failed(slow[-1])
    assert len(sense(live, "inbox_sensor")[0]) == 1
    assert due(live, "catch_up_schedule")


def test_the_inbox_sensor_waits_inside_its_tick(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """What arrives while it looks is asked for at once; where nothing does, the tick ends."""
    answers = iter(["", "", "mark"])
    monkeypatch.setattr(event_sensors, "PAUSE_SECONDS", 0.001)

    assert event_sensors.watch(lambda: next(answers), event_sensors.WATCH) == "mark"
    assert event_sensors.watch(lambda: "", event_sensors.timedelta(seconds=0.01)) == ""
    assert event_sensors.WATCH.total_seconds() < 5  # the daemon's own round


def test_approved_cases_are_asked_for_until_everything_is_stopped(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proposal under the order that was not sent yet; the kill switch silences the sensor, and nothing leaves."""
    practice = live.open()
    monkeypatch.setattr(type(practice.path), "execute", lambda self, case_id: self.look(case_id))  # the worker dies before it sends
    live.cancel(0)
    event_work.poll(practice)
    event_work.take_in(practice)
    event_work.decide(practice)
    monkeypatch.undo()

    assert len(sense(live, "approvals_sensor")[0]) == 1
    practice.path.stop("frontdesk")
    assert sense(live, "approvals_sensor")[0] == []
    assert run(live, "carry_out").success
    assert live.messages() == []


def test_an_opening_whose_run_died_before_it_asked_anybody_is_found(live: Live) -> None:
    """The notice is done, nobody was asked: the sensor sees the opening once no run can still be about to ask."""
    practice = live.open()
    live.cancel(0)
    event_work.poll(practice)
    event_work.take_in(practice)  # and here the run dies

    wait_for(10, "the opening is due", lambda: sense(live, "offer_expiry_sensor")[0])
    assert run(live, "keep").success
    assert len(live.messages()) == 1
    assert sense(live, "offer_expiry_sensor")[0] == []


def test_an_ehr_that_does_not_answer_fails_the_run_and_nothing_is_lost(live: Live) -> None:
    """The failure is a code; the notice waits in the inbox, and the next run goes on."""
    practice = live.open()
    live.cancel(0)
    event_work.poll(practice)
    token = live.settings.paths.keys / "ehr-token"
    known = token.read_text(encoding="utf-8")
    token.write_text("revoked", encoding="utf-8")

    assert event_work.take_in(practice)["postponed"] >= 1  # again at once on a machine that is slow: the first delay is milliseconds here
    assert practice.inbox.counts()[MessageState.WAITING] == 1  # however often it was tried, it is one notice
    with pytest.raises(SafeError, match="steps_failed"):
        event_work.decide(practice)
    token.write_text(known, encoding="utf-8")
    wait_for(10, "the notice is due again", practice.inbox.due_mark)
    event_work.take_in(practice)
    event_work.decide(practice)
    assert len(live.messages()) == 1


def test_published_risk_is_written_under_an_order_into_the_hidden_field(live: Live) -> None:
    """Off by default, and says why; with the practice's word and an order each visit gets its score once."""
    off = run(live, "risk_write_back")

    def field() -> list[object]:
        return [one.custom_fields.get("ai_risk_score") for one in live.book.every(Appointment) if one.custom_fields]

    assert off.success
    assert field() == []

    practice = live.settings.practice
    save_practice(live.settings.paths, replace(practice, policy={"score_field_is_hidden": True}))
    live.settings = load_settings(live.environment)
    publish(live, [visit_id(0), visit_id(1)])
    order_scores(live.open(), per_day=1)
    assert run(live, "risk_write_back").success
    assert len(field()) == 1
    assert run(live, "risk_write_back").success
    assert len(field()) == 1  # the order's room of the day is used up

    order_scores(live.open(), per_day=9)
    assert run(live, "risk_write_back").success
    assert run(live, "risk_write_back").success
    assert field() == [0.25, 0.25]


def publish(live: Live, visits: list[str]) -> None:
    """A day's scores, as the learning flow publishes them."""
    tokens = live.open().vault.pseudonyms("appointment", visits)
    rows = [
        {
            **{"booking_id": f"{token}-0", "moment": "day_before", "appointment_token": token, "client_token": "0c" * 16},
            **{"clinician_token": None, "starts_on": NOON.date(), "starts_at": (NOON + timedelta(days=1)).astimezone(UTC)},
            **{"days_ahead": 1, "probability": 0.25, "probability_no_show": None, "probability_late_cancel": None, "reasons": ""},
            **{"rank_in_day": 1, "visits_in_day": 2, "model_name": "no_show", "model_version": "12", "is_hindsight": False},
        }
        for token in tokens.values()
    ]
    store = open_score_store(live.settings)
    store.publish(Publication(NOON.date(), NOON, 1, "0" * 64, rows, [], []))
    store.close()


def order_scores(practice: OpenPractice, per_day: int) -> None:
    """A standing order for scores, and phase auto, as two people would have it."""
    now = practice.clock.now()
    order = StandingOrder(
        "scores", per_day, practice.practice.id, RISK_WRITE_BACK, frozenset({"record_score"}), 1.0, per_day, now, now + timedelta(days=9)
    )
    with practice.path_store.transaction() as tx:
        tx.set_order(order, audit=AuditEntry(now, "measuring", "order.set_up", f"use_case:{RISK_WRITE_BACK}", {}))
        tx.set_phase(RISK_WRITE_BACK, Phase.AUTO, audit=AuditEntry(now, "measuring", "phase.set_up", f"use_case:{RISK_WRITE_BACK}", {}))


def one_round(environment: dict[str, str]) -> None:
    """What the event jobs do, in a process of its own."""
    practice = open_practice(load_settings(environment))
    practice.inbox.rules = replace(practice.inbox.rules, lease=SHORT_LEASE)
    event_work.poll(practice)
    event_work.take_in(practice)
    event_work.decide(practice)
    event_work.keep(practice)


def test_runs_killed_at_random_moments_offer_each_opening_once(live: Live) -> None:
    """SIGKILL, wherever they are: nothing is sent twice, nothing is skipped, and the trail verifies."""
    chance = random.Random(20261126)
    for number in range(CANCELLED):
        live.cancel(number)
    for _ in range(KILLS):
        process = _context().Process(target=one_round, args=(live.environment,))
        process.start()
        process.join(chance.uniform(0.05, 0.9))
        process.kill()
        process.join()
    practice = live.open()
    wait_for(40, "every opening is offered", lambda: finished(live, practice), pause=0.5)
    time.sleep(0.5)
    finished(live, practice)

    assert Counter(message.external_reference for message in live.messages()).most_common(1)[0][1] == 1
    assert len(live.messages()) == CANCELLED
    assert practice.audit.anchor() is None or practice.audit.lag().entries == 0


def finished(live: Live, practice: OpenPractice) -> bool:
    """Another round, and whether each opening has its offer by now."""
    one_round(live.environment)
    with practice.path_store.looking() as state:
        unseen = state.open_cases(State.EXECUTING, State.UNKNOWN)
    return len(live.messages()) >= CANCELLED and not unseen


def test_every_event_job_is_one_the_launcher_forks() -> None:
    """A job that is missing from the list would start cold, and nobody would notice."""
    from hsched_pipelines.operations.event_jobs import build_event_jobs

    assert build_event_jobs().keys() == EVENT_JOBS


def test_a_poll_after_webhooks_that_came_finds_nothing_missed(live: Live) -> None:
    """A webhook tells the record's own `updated_at`: what it told is known to the poll."""
    practice = live.open()
    event_work.poll(practice)
    event_work.take_in(practice)
    with listening() as ear:
        live.sender.url = ear.address
        live.cancel(0)
        (heard,) = ear.hears(1)
    assert practice.inbox.receive("ehr", heard.headers, heard.body) is Reception.KEPT
    event_work.take_in(practice)

    assert event_work.poll(practice)["missed"] == 0


def test_ten_rounds_without_an_answer_are_one_entry_and_the_recovery_another(live: Live) -> None:
    """Whichever job met it; the failed rounds name the code."""
    practice = live.open()
    event_work.decide(practice)
    token = practice.paths.keys / "ehr-token"
    good = token.read_text()
    token.write_text("an-old-token")
    for number in range(10):
        with pytest.raises(HschedError, match="http_401"):
            (event_work.poll, event_work.decide, event_work.keep)[number % 3](practice)
    token.write_text(good)
    event_work.decide(practice)
    event_work.decide(practice)

    with practice.audit.reading() as connection:
        told = [one for one in read_entries(connection, practice.practice.id) if one.kind.startswith("ehr.")]
    assert [one.kind for one in told] == ["ehr.not_read", "ehr.read_again"]
    assert told[0].body == {"code": "http_401"}


def test_one_odd_row_does_not_stop_the_desk(live: Live) -> None:
    """The opening is offered to somebody whose entry can be read; the trail tells of the row that was left out."""
    practice = live.open()
    live.book.place(replace(live.book.every(Entry)[0], weekdays=(9,)))
    live.cancel(0)
    event_work.poll(practice)
    event_work.take_in(practice)
    event_work.decide(practice)

    with practice.audit.reading() as connection:
        entries = read_entries(connection, practice.practice.id)
    assert len(live.messages()) == 1
    assert [one.body["codes"] for one in entries if one.kind == "ehr.rows_set_aside"] == [["unexpected_form:waitlist_entry.weekdays"]]
    assert "opening" in [one.body["outcome"] for one in entries if one.kind == "inbox.handled"]
