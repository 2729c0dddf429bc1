"""Reminders as people meet them, by a real Dagster daemon: from its sensor to the provider, the receipt, the client's answer, the waitlist.

Some eight minutes: the event location under a daemon with clients who answer by hand, then `hsched sandbox live` as typed, with everything.
"""

import os
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from benchmarks.live_practice import Live, Size, live_practice, running, visit_id, wait_for
from hsched_adapters.assembly import open_practice
from hsched_adapters.settings import Paths, child_environment, load_settings, save_practice
from hsched_adapters.store.audit.examination import examine
from hsched_adapters.store.publishing import Publication, open_score_store
from hsched_cli.reminders_report import measured
from hsched_cli.sandbox_texts import NUMBER, ServedTexts, connect_texts, serving_texts
from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.case import Case
from hsched_core.domain.contact import Channel
from hsched_core.domain.lifecycle import State
from hsched_core.domain.people import Person, Role
from hsched_core.domain.replies import ReplyState
from hsched_core.domain.rollout import Phase, StandingOrder
from hsched_core.use_cases import REMINDERS
from hsched_core.use_cases.reminders_plan import Step
from hsched_core.workflow.standby_steps import is_standby
from hsched_pipelines.home import open_instance
from hsched_sandbox.appointment_sheet import appointment_ids
from hsched_sandbox.archetypes import parameters_of
from hsched_sandbox.create import create_sandbox
from hsched_sandbox.ehr.opening import summary_in
from hsched_sandbox.ehr.records import Client
from hsched_sandbox.practice import simulate
from tests.integration.test_event_flow import publish
from tests.sandbox_ehr import ZONE

ROOT = Path(__file__).parents[2]
VISITS, WAITING = 12, 3
CAPS = {"per_day": 9, "per_week": 20, "cooldown": "0 s"}  # what is tested is not the contact budget
STANDBY_SOON = {"standby_from": 0.2, "standby_wait_hours": 0, "calls_per_day": 0}
DESK = Person("person-desk", "live", frozenset({Role.FRONT_DESK}))
RISKS = (0.05, 0.2, 0.4)
DAYS, SPEED = "1.35", "400"  # from a morning into the next afternoon: both mornings' reminders and the answers to them
SECONDS, MOST = 600, 0.8  # what came in the last minutes is still under way when everything stops


@pytest.fixture
def live(tmp_path: Path) -> Iterator[tuple[Live, ServedTexts]]:
    """A practice with reminders on and numbers that work, texting through the sandbox's provider."""
    with live_practice(tmp_path, Size(visits=VISITS, waiting=WAITING, patience=5.0, speed=20.0)) as made:
        for number in range(VISITS + WAITING):
            client = made.book.get(Client, f"PT-{number:06d}")
            made.book.place(replace(client, phone=f"+1212555{100 + number:04d}"))
        service = f"http://127.0.0.1:{made.service_port}"
        with serving_texts(made.settings.paths, made.clock, 8660, service) as texts:
            caps = {"contact_caps": CAPS, "text_caps": CAPS}
            save_practice(made.settings.paths, replace(made.settings.practice, reminders={"is_on": True, **STANDBY_SOON}, policy=caps))
            connect_texts(made.settings.paths, texts.address)
            made.settings = load_settings(made.environment)
            into_auto(made)
            yield made, texts


def into_auto(live: Live) -> None:
    """An order for every template, as two people would have approved it."""
    practice = live.open()
    now = practice.clock.now()
    kinds = frozenset(f"send_message:{step}" for step in Step)
    order = StandingOrder("reminders", 1, practice.practice.id, REMINDERS, kinds, 0.0, 1_000, now, now + timedelta(days=30))
    note = AuditEntry(now, "testing", "order.set_up", f"use_case:{REMINDERS}", {})
    with practice.path_store.transaction() as tx:
        tx.set_order(order, audit=note)
        tx.set_phase(REMINDERS, Phase.AUTO, audit=note)
    practice.take_over_consents()


def test_the_daemon_brings_a_reminder_to_the_handset_and_the_answer_back(live: tuple[Live, ServedTexts]) -> None:
    """Sensor, run, provider, receipt; a yes confirms, a STOP withdraws consent, a question waits for a person; nobody is texted twice."""
    made, texts = live
    publish(made, [visit_id(number) for number in range(3)])
    practice = made.open()
    with running(made.service(), made.daemon(made.light_workspace())):
        wait_for(180, "texts", lambda: len(texts.carrier.sent()) >= VISITS, pause=0.5)
        wait_for(60, "receipts", lambda: delivered(made) >= VISITS, pause=0.5)
        for number, words in enumerate(("YES", "STOP", "where do I park?", "I need to cancel")):
            texts.carrier.write(f"+1212555{100 + number:04d}", NUMBER, words)
        wait_for(90, "a confirmation", lambda: bool(practice.texts.confirmations([token(made, 0)])), pause=0.5)
        wait_for(60, "two for a person", lambda: len(practice.replies.waiting()) == 2, pause=0.5)
        time.sleep(25)  # eight minutes of the practice's: rounds that must not send anything again
    to = Counter(text.to for text in texts.carrier.sent())
    stopped = practice.vault.pseudonyms("client", ["PT-000001"])["PT-000001"]
    with practice.path_store.looking() as state:
        consents = state.contact_facts(stopped, "").consents
        standing = Counter(str(one.state) for one in state.open_cases(*State) if one.proposal.use_case == REMINDERS)
    with open_instance(made.settings.paths) as instance:
        runs = Counter((run.job_name, run.status.value) for run in instance.get_runs())
        by_sensor = sum(run.tags.get("dagster/sensor_name") == "reminders_sensor" for run in instance.get_runs())
    print(f"\n{len(to)} clients texted, {delivered(made)} delivered; cases {dict(standing)}; runs {dict(runs)}; {by_sensor} by the sensor")
    rows = {row.group: row for row in measured(made.open(), 30)}
    print(f"report {[(row.group, row.visits, row.confirmed, row.early_share) for row in rows.values()]}")
    assert max(to.values()) == 1
    assert (rows["standard"].visits, rows["standard"].confirmed, rows["standard"].early_share) == (9, 0, None)
    assert sum(row.confirmed for row in rows.values()) == 1
    assert by_sensor >= 1
    assert not [one for one in runs if one[1] == "FAILURE"]
    assert not consents[-1].given
    assert sound(made)


def test_a_standby_goes_all_the_way_under_the_daemon(live: tuple[Live, ServedTexts]) -> None:
    """Proposed, approved by a person, texted, answered with a yes that confirms nothing, and offered first when the visit is cancelled."""
    made, texts = live
    publish(made, [visit_id(0)])
    practice = made.open()

    def standby() -> list[Case]:
        with practice.path_store.looking() as state:
            return [one for one in state.cases_about(token(made, 0)) if is_standby(one)]

    def to(words: str) -> list[str]:
        return [one.to for one in texts.carrier.sent() if words in one.body]

    with running(made.service(), made.daemon(made.light_workspace())):
        wait_for(180, "a standby proposal", lambda: bool(standby()), pause=0.5)
        (case,) = standby()
        assert (case.state, to("may become free")) == (State.WAITING, [])
        practice.path.approve(case.id, case.action.digest, DESK)
        wait_for(90, "its text", lambda: bool(to("may become free")), pause=0.5)
        (number,) = to("may become free")
        wait_for(60, "its receipt", lambda: len(texts.carrier.sent()) == delivered(made), pause=0.5)
        texts.carrier.write(number, NUMBER, "YES")
        wait_for(90, "somebody who stands by", lambda: [one.state for one in practice.reminders.standbys.waiting()] == ["waits"], pause=0.5)
        assert practice.texts.confirmations([token(made, 0)]) == {}
        made.cancel(0)
        wait_for(120, "an offer of the freed time", lambda: bool(to("/o/")), pause=0.5)
        wait_for(90, "the standby's end", lambda: not practice.reminders.standbys.waiting(), pause=0.5)
    with practice.path_store.looking() as state:
        ended = state.standby(case.id)
    whom = "who stood by" if to("/o/") == [number] else "somebody else"
    print(f"\nthe freed time was offered to {whom}; the standby: {ended and ended.state}")
    assert to("/o/") == [number]
    assert ended is not None
    assert ended.state == "offered"
    assert sound(made)


def test_the_live_sandbox_reminds_and_its_clients_answer(tmp_path: Path) -> None:
    """`hsched sandbox live` with EHR, provider, service and all of Dagster: what goes out arrives, what comes back is read."""
    home = tmp_path / "home"
    create_sandbox(home, today=datetime.now(ZONE).date(), clinicians=6, years=0.3)
    score_coming(home)
    told = typed(home, "sandbox", "live", "--days", DAYS, "--speed", SPEED, "--eager")
    practice = open_practice(load_settings({"HSCHED_HOME": str(home)}))
    with practice.path_store.looking() as state:
        cases = [one for one in state.open_cases(*State) if one.proposal.use_case == REMINDERS]
    with practice.messages.store.transaction() as tx:
        counts = tx.counts()
    texted, wrote = len(re.findall(r" is texted: ", told)), len(re.findall(r" writes: ", told))
    replies = {str(one.message.id): one for one in practice.texts.standing(*ReplyState)}
    intents = Counter(str(one.reading.intent) for one in replies.values() if one.reading)
    left = Counter(str(one.state) for one in cases)
    print(f"\n{texted} texts read, {wrote} written back; replies by intent {dict(intents)}; cases {dict(left)}; deliveries {counts}")
    with open_instance(practice.paths) as instance:
        runs = Counter((run.job_name, run.status.value) for run in instance.get_runs())
    print(f"runs {dict(runs)}")
    assert "hsched replies" in told
    assert texted >= 10
    assert wrote >= 5
    assert len(replies) >= MOST * wrote
    assert counts["text", "delivered"] >= MOST * texted
    messages = [one for one in cases if one.state is State.CONFIRMED and one.action.outreach]
    templates = Counter(str(getattr(one.action, "template", "")) for one in messages)
    print(f"templates {dict(templates)}")
    assert {"visit_reminder", "reminder_confirm", "reminder_again"} <= set(templates)
    assert intents["confirm"] > 0
    assert not [one for one in runs if one[1] == "FAILURE"]
    assert set(counts) <= {("text", "delivered"), ("text", "failed"), ("text", "accepted"), ("text", "sent"), ("text", "handed_over")}
    settings = practice.settings
    assert examine(settings.store_url, practice.practice.id, settings.checkpoints_file, settings.paths.public_keys).holds


def score_coming(home: Path) -> None:
    """Risks of the next days' visits, as the learning flow would publish them: a third in each tier."""
    practice, wish = open_practice(load_settings({"HSCHED_HOME": str(home)})), summary_in(home).wish
    chosen = parameters_of(wish.archetype, clinicians=wish.clinicians, years=wish.years, plain=wish.plain)
    visits = simulate(chosen, seed=wish.seed, today=wish.today).visits
    now = practice.clock.now()
    near = visits.take((visits.start > now.timestamp()) & (visits.start < (now + timedelta(days=9)).timestamp()))
    names = appointment_ids(near.number).to_pylist()
    tokens = practice.vault.pseudonyms("appointment", names)
    starts = [datetime.fromtimestamp(int(one), UTC) for one in near.start]
    rows = [
        {
            **{"booking_id": f"{tokens[name]}-0", "moment": "day_before", "appointment_token": tokens[name], "client_token": "0c" * 16},
            **{"clinician_token": None, "starts_on": at.date(), "starts_at": at, "days_ahead": 1, "probability": RISKS[number % 3]},
            **{"probability_no_show": None, "probability_late_cancel": None, "reasons": "", "rank_in_day": 1, "visits_in_day": 2},
            **{"model_name": "no_show", "model_version": "1", "is_hindsight": False},
        }
        for number, (name, at) in enumerate(zip(names, starts, strict=True))
    ]
    store = open_score_store(practice.settings)
    store.publish(Publication(now.date(), now, 1, "0" * 64, rows, [], []))
    store.close()


def typed(home: Path, *words: str) -> str:
    """The command, to its good end; what it printed."""
    environment = child_environment(Paths(home), os.environ, PYTHONPATH=str(ROOT))
    command = [sys.executable, "-c", "from hsched_cli.main import run; run()", *words]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=SECONDS)
    (home / "live.txt").write_text(done.stdout + done.stderr, encoding="utf-8")
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def delivered(live: Live) -> int:
    with live.open().messages.store.transaction() as tx:
        return tx.counts().get((Channel.TEXT, "delivered"), 0)


def token(live: Live, number: int) -> str:
    name = visit_id(number)
    return live.open().vault.pseudonyms("appointment", [name])[name]


def sound(live: Live) -> bool:
    settings = live.settings
    return examine(settings.store_url, settings.practice.id, settings.checkpoints_file, settings.paths.public_keys).holds
