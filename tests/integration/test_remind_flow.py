"""Reminders over real HTTP and a real store: from published scores to messages, by the job and the sensor of Dagster; the commands."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from benchmarks.live_practice import Live, Size, live_practice, visit_id
from hsched_adapters.people_file import demo_people, save_people
from hsched_adapters.settings import load_settings, save_practice
from hsched_cli import effect
from hsched_cli.main import run as typed
from hsched_cli.reminders_report import measured
from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.rollout import Phase, StandingOrder
from hsched_core.domain.standby import StandbyRecord
from hsched_core.use_cases import REMINDERS, WAITLIST
from hsched_core.use_cases.reminders_plan import Step
from hsched_pipelines.operations.remind_work import key_at
from tests.integration.test_event_flow import publish, run, sense

KINDS = frozenset(f"send_message:{step}" for step in Step)


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    with live_practice(tmp_path, Size(visits=10, waiting=4)) as made:
        switch_on(made)
        yield made


def switch_on(live: Live, **changes: Any) -> None:
    """practice.yaml with reminders, and phase auto under an order for every template, as two people would have it."""
    wanted = {"is_on": True, "calls_per_day": 0, **changes}
    save_practice(live.settings.paths, replace(live.settings.practice, reminders=wanted))
    live.settings = load_settings(live.environment)
    practice = live.open()
    now = practice.clock.now()
    order = StandingOrder("reminders", 1, practice.practice.id, REMINDERS, KINDS, 0.0, 1_000, now, now + timedelta(days=30))
    note = AuditEntry(now, "testing", "order.set_up", f"use_case:{REMINDERS}", {})
    with practice.path_store.transaction() as tx:
        tx.set_order(order, audit=note)
        tx.set_phase(REMINDERS, Phase.AUTO, audit=note)
    practice.take_over_consents()


def test_new_scores_become_reminders_once_in_the_clients_words(live: Live) -> None:
    """Tomorrow's visits: the risky are asked, the others reminded; a second run sends nothing."""
    publish(live, [visit_id(0), visit_id(1)])
    assert run(live, "remind").success
    assert run(live, "remind").success
    sent = {one.patient_id: one for one in live.messages()}

    assert len(live.messages()) == len(sent) == 10
    assert {one.template for one in sent.values()} == {"reminder_again", "visit_reminder"}
    assert sorted(number for number, one in sent.items() if one.template == "reminder_again") == ["PT-000000", "PT-000001"]
    assert sent["PT-000000"].body.startswith("your provider's office: can you make it on Wed, Mar 4")
    assert sent["PT-000000"].body.endswith("Reply STOP to end texts.")
    live.cancel(1)
    told = [(one.group, one.visits, one.endings["cancelled_late"], one.early_share) for one in measured(live.open(), 30)]
    assert told == [("standard", 8, 0, None), ("raised", 2, 1, None)]


def test_the_sensor_asks_on_new_scores_on_changes_and_as_time_goes(live: Live) -> None:
    """Once for the same state of the world; not at all where reminders are off."""
    keys, cursor = sense(live, "reminders_sensor")
    assert len(keys) == 1
    assert sense(live, "reminders_sensor", cursor)[0] == []
    publish(live, [visit_id(0)])
    assert len(sense(live, "reminders_sensor", cursor)[0]) == 1

    at = datetime(2026, 3, 3, 12, 1, tzinfo=UTC)
    assert key_at("1:a", 3, at) == key_at("1:a", 3, at + timedelta(minutes=13))
    assert len({key_at("1:a", 3, at), key_at("2:b", 3, at), key_at("1:a", 4, at), key_at("1:a", 3, at + timedelta(minutes=14))}) == 4
    switch_on(live, is_on=False)
    assert sense(live, "reminders_sensor")[0] == []
    assert run(live, "remind").success
    assert live.messages() == []


def test_the_holdout_is_drawn_by_the_practices_own_lot_and_its_effect_asked_for(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """Drawn once, with its entries; what may be said of ten visits is that they are too few."""
    switch_on(live, holdout_share=0.5)
    publish(live, [visit_id(number) for number in range(10)])
    assert run(live, "remind").success
    practice = live.open()
    with practice.path_store.looking() as state:
        draws = state.draws(REMINDERS, practice.clock.now() + timedelta(days=9))
        entries = state.bodies_of("holdout.drawn")
    assert len(draws) == len(entries) == 10
    assert {one.arm for one in draws} == {"held", "treated"} or len({one.arm for one in draws}) == 1
    assert all((practice.lot.number(REMINDERS, one.subject) < 0.5) == (one.arm == "held") for one in draws)
    held = {one.subject for one in draws if one.arm == "held"}
    assert sum(one.template == "visit_reminder" for one in live.messages()) == len(held)

    rows = pd.DataFrame({name: [] for name in ("moment", "appointment_token", "client_token", "label_outcome", "label_known_at")})
    monkeypatch.setattr("hsched_models.dataset.load_rows", lambda _: rows)
    monkeypatch.setattr("hsched_cli.practice.opened", live.open)
    assert effect.measure_holdout() == []  # none of the visits has begun
    assert effect.measure_openings() == []


def test_openings_left_to_the_staff_by_chance_are_not_offered(live: Live) -> None:
    """And count, filled or not, when they are over; the others are offered as ever."""
    save_practice(live.settings.paths, replace(live.settings.practice, waitlist={**live.settings.practice.waitlist, "holdout_share": 0.5}))
    live.settings = load_settings(live.environment)
    for number in range(6):
        live.cancel(number)
    assert run(live, "catch_up").success
    practice = live.open()
    with practice.path_store.looking() as state:
        draws = state.draws(WAITLIST, practice.clock.now() + timedelta(days=9))
        offered = {one.opening for one in state.unfinished_offers()}

    assert len(draws) == 6
    assert offered.isdisjoint(one.subject for one in draws if one.arm == "held")


def test_the_commands_show_what_would_happen_and_send_nothing(
    live: Live, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Preview, calls by what they save, and a lint that ends with 1 where a word is not for others."""
    for name, value in live.environment.items():
        monkeypatch.setenv(name, value)
    switch_on(live, calls_per_day=2)
    publish(live, [visit_id(0), visit_id(1), visit_id(2)])

    def printed(*words: str, code: int = 0) -> str:
        capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            typed(["reminders", *words])
        assert ended.value.code == code
        return capsys.readouterr().out

    def said(*words: str, code: int = 0) -> Any:
        return json.loads(printed(*words, "--json", code=code))

    told = said("calls")
    assert (len(told["calls"]), told["calls_per_day"]) == (3, 2)
    assert [bool(one["skipped_because"]) for one in told["calls"]] == [False, False, True]
    due = said("preview", "--due")
    assert len(due["due"]) == 12
    assert [(one["tier"], one["coming"]) for one in due["tiers"]] == [("standard", 7), ("raised", 0), ("high", 3)]
    texts = said("preview")["templates"]
    assert {one["language"] for one in texts} == {"en", "es"}
    assert (said("report")["tiers"], said("standbys")) == ([], {"standbys": []})
    assert all("{" not in one["text"] for one in texts)
    save_people(live.settings.paths.people, demo_people([]))
    practice = live.open()
    now = practice.clock.now()
    with practice.path_store.transaction() as tx:
        waits = StandbyRecord("5b" * 16, "0e" * 16, "0c" * 16, now + timedelta(hours=5), now)
        tx.put_standby(waits, audit=AuditEntry(now, "path", "standby.asked", waits.id, {}))
    assert "has not answered" in printed("standbys")
    assert "stands by" in printed("stands-by", "5b5b5b", "--as", "frontdesk")
    assert "said yes" in printed("standbys")
    assert "does not want it" in printed("stands-by", "5b5b5b", "--no", "--as", "frontdesk")
    assert said("lint") == {"problems": []}
    told = said("lint", "--word", "earlier time", "--word", "Provider", code=1)
    assert {one["template"] for one in told["problems"]} == {"waitlist_offer", "waitlist_closed", "the sender"}
    assert live.messages() == []
