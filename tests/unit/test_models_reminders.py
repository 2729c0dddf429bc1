"""What reminders changed: the planted effect is found where a coin decided, none is none, and what people chose is never an effect."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from hsched_core.domain.errors import NotReadyError
from hsched_models.reminders import contacts, effects, load_communications
from hsched_models.uplift import Kind, Verdict
from hsched_sandbox.parameters import NO_EFFECT, Reminders, plain
from hsched_sandbox.practice import simulate
from hsched_sandbox.world import World
from tests.reminder_frames import bookings, communications, planted_change

TODAY = date(2026, 11, 24)


def lived(reminders: Reminders) -> World:
    """Enough visits for a coin to tell."""
    tossing = replace(reminders, randomised=0.6)
    return simulate(replace(plain(clinicians=40, years=2), reminders=tossing), seed=1, today=TODAY)


def found(world: World) -> dict[tuple[str, Kind], dict[str, Any]]:
    told = contacts(communications(world), bookings(world))
    return {(row["channel"], row["kind"]): row for row in effects(told)}


@pytest.fixture(scope="module")
def world() -> World:
    return lived(Reminders())


def test_the_planted_effect_of_a_text_is_found(world: World) -> None:
    """Where a coin decided: fewer unused visits, and the interval covers what the truth says."""
    effect = found(world)["text", Kind.RANDOMISED]

    assert effect["verdict"] is Verdict.FEWER
    assert effect["low"] < planted_change(world) < effect["high"] < 0
    assert min(effect["contacted"], effect["held_out"]) > 10_000


def test_a_world_without_an_effect_has_none() -> None:
    """Said so: the interval lies within what would be worthwhile."""
    without = lived(NO_EFFECT)

    assert planted_change(without) == 0
    assert found(without)["text", Kind.RANDOMISED]["verdict"] is Verdict.NONE


def test_what_the_front_desk_chose_is_an_association(world: World) -> None:
    """Calls help and go to who missed before: raw figures make them look harmful, and no such figure is called an effect."""
    told = contacts(communications(world), bookings(world))
    called = told[(told["channel"] == "call") | told["channel"].isna()]
    crude = called.groupby("is_contacted")["is_unused"].mean()
    chosen = [row for (_, kind), row in found(world).items() if kind is Kind.OBSERVATIONAL]

    assert crude[True] > crude[False] + 0.02
    assert [(row["channel"], row["verdict"]) for row in chosen] == [("call", Verdict.ASSOCIATION), ("text", Verdict.ASSOCIATION)]


def test_a_channel_nobody_tossed_a_coin_for_has_too_little_data(world: World) -> None:
    """Calls went by the rule only: nothing is said of their effect, and the figures are empty rather than zero."""
    effect = found(world)["call", Kind.RANDOMISED]

    assert (effect["verdict"], effect["difference"], effect["contacted"]) == (Verdict.TOO_LITTLE, None, 0)


def message(number: int, **changes: Any) -> dict[str, Any]:
    return {
        "communication_token": f"m{number}",
        "appointment_token": f"a{number}",
        "recorded_at": pd.Timestamp("2026-03-02 10:00", tz="UTC"),
        "channel": "text",
        "status": "completed",
        "assigned_by": "randomised",
        "sent_at": pd.Timestamp("2026-03-02 09:00", tz="UTC"),
        **changes,
    }


def booking(number: int, outcome: str | None = "attended", known: str = "2026-03-04 16:00") -> dict[str, Any]:
    return {
        "moment": "at_booking",
        "appointment_token": f"a{number}",
        "client_token": f"c{number}",
        "starts_at": pd.Timestamp("2026-03-04 15:00", tz="UTC"),
        "lead_time_days": 9,
        "weekday": 3,
        "expected_unused_rate": 0.2,
        "label_outcome": outcome,
        "label_known_at": pd.Timestamp(known, tz="UTC"),
    }


def test_an_answer_is_not_a_second_reminder() -> None:
    """The last row of a reminder stands; an unanswered and an answered one are one each."""
    answered = message(0, recorded_at=pd.Timestamp("2026-03-02 11:00", tz="UTC"))
    told = contacts(pd.DataFrame([message(0), answered, message(1, status="not-done")]), pd.DataFrame([booking(0), booking(1)]))

    assert told.set_index("appointment_token")["is_contacted"].to_dict() == {"a0": True, "a1": False}


def test_who_counts() -> None:
    """Cancelled in good time after the reminder counts as not unused; before it, by the clinic, or without an end it does not count."""
    rows = [
        booking(0, "early_cancel", "2026-03-02 12:00"),
        booking(1, "early_cancel", "2026-03-01 12:00"),
        booking(2, "clinic_cancel"),
        booking(3, None),
        booking(4, "late_cancel"),
        booking(5, "early_cancel", "2026-02-27 12:00"),  # nobody reminded: it was off before the usual time
        booking(6, "no_show"),
    ]
    told = contacts(pd.DataFrame([message(number) for number in range(5)]), pd.DataFrame(rows))

    assert told.set_index("appointment_token")["is_unused"].to_dict() == {"a0": False, "a4": True, "a6": True}
    assert told["assigned_by"].isna().tolist() == [False, False, True]


def test_without_reminders_the_command_says_what_to_do(tmp_path: Path) -> None:
    """Nobody mapped them yet: no figures out of nothing."""
    with pytest.raises(NotReadyError, match="No reminders"):
        load_communications(tmp_path)


def test_the_reminders_of_all_days_are_read(tmp_path: Path) -> None:
    """One file a recorded day; days without any do not hinder."""
    folder = tmp_path / "deid_ehr__communications"
    folder.mkdir()
    days = [pd.DataFrame([message(0)]), pd.DataFrame([message(0)]).iloc[:0], pd.DataFrame([message(1)])]
    for number, frame in enumerate(days):
        frame.to_parquet(folder / f"2026-03-0{number + 1}.parquet")

    assert load_communications(tmp_path)["appointment_token"].tolist() == ["a0", "a1"]
