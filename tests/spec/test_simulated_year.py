"""A few weeks of the sandbox practice, lived twice: with hsched, and with a front desk that calls down a list.

`make prove` does it for a year. Path, desks, rules, budget and holdout are hsched's own; clients and EHR are simulated.
"""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from hsched_core.domain.appointments import AppointmentStatus
from hsched_core.domain.contact import Channel, Purpose
from tests.year import judge, manual, measures, platform, report
from tests.year.draws import Draws
from tests.year.groups import Ratio, ratios
from tests.year.life import Life, Sent
from tests.year.manual import Manual
from tests.year.platform import Platform
from tests.year.scores import Model
from tests.year.summary import Summary, of_manual, of_platform, read
from tests.year.town import Setting, Town

SETTING = Setting(seed=3, clinicians=2, weeks=2)
Pair = tuple[Manual, Platform]


@pytest.fixture(scope="module")
def town() -> Town:
    return Town(SETTING)


@pytest.fixture(scope="module")
def worlds(town: Town) -> Pair:
    return lived(town)


@pytest.fixture(scope="module")
def zero(town: Town) -> Pair:
    return lived(town.without_effect())


def lived(town: Town) -> Pair:
    model = Model(town)
    return manual.lived(town, model), platform.lived(town, model)


def own_ends(life: Life) -> dict[str, str]:
    """How every visit ended that the practice booked by itself."""
    return {name: measures.end_of(life, name) for name in life.ehr.appointments_by_id if name.startswith("a")}


def test_a_draw_belongs_to_its_words_and_not_to_the_order_in_which_it_is_asked_for() -> None:
    one, other = Draws(1), Draws(1)
    before = one.number("visit", 7, "unused")
    other.number("visit", 8, "unused")
    assert other.number("visit", 7, "unused") == before != Draws(2).number("visit", 7, "unused")


def test_a_visit_for_which_both_worlds_did_the_same_ends_the_same(worlds: Pair) -> None:
    usual, hsched = worlds[0].life, worlds[1].life
    ends, others = own_ends(usual), own_ends(hsched)
    touched = {name for name in ends if usual.had[name] != hsched.had[name]} | usual.ehr.given_up | hsched.ehr.given_up
    alike = [name for name in ends.keys() & others.keys() - touched if "cancelled early" not in (ends[name], others[name])]
    assert len(alike) > 30
    assert {name: ends[name] for name in alike} == {name: others[name] for name in alike}


def test_help_only_helps(worlds: Pair) -> None:
    """Nobody misses a visit because more was done for it."""
    usual, hsched = worlds[0].life, worlds[1].life
    for name, end in own_ends(hsched).items():
        if end == "no-show" and hsched.had[name].texts >= usual.had[name].texts and name in usual.ehr.appointments_by_id:
            assert measures.end_of(usual, name) in ("no-show", "cancelled early", "given up for an earlier one")


def test_where_nothing_has_an_effect_every_visit_ends_alike_and_nothing_is_filled(zero: Pair) -> None:
    assert own_ends(zero[0].life) == own_ends(zero[1].life)
    assert zero[1].life.sent  # although hsched did what it does
    assert not [one for pair in zero for one in measures.openings(pair.life) if one.filled_at]


def test_hsched_reminds_more_than_once_where_the_risk_is_raised(worlds: Pair) -> None:
    templates = {str(one.template) for one in worlds[1].life.sent}
    assert {"visit_reminder", "reminder_confirm", "reminder_again", "reminder_call"} <= templates
    assert {one.template for one in worlds[0].life.sent} <= {"visit_reminder", "call"}


def test_no_message_breaks_a_rule_of_contact_and_the_judge_is_not_blind(worlds: Pair) -> None:
    hsched = worlds[1]
    assert list(judge.violations(hsched)) == []
    a_text = next(one for one in hsched.life.sent if one.channel is Channel.TEXT)
    night = a_text.at.astimezone(hsched.town.zone).replace(hour=3)
    planted = [replace(a_text, at=night), *(replace(a_text, at=a_text.at + timedelta(minutes=one)) for one in range(1, 4))]
    hsched.life.sent.extend(planted)
    try:
        found = set(judge.violations(hsched))
    finally:
        del hsched.life.sent[-len(planted) :]
    assert found >= {"quiet hours", "cap of a day", "cap of a week", "pause between"}


def test_nobody_is_in_two_places_at_once_though_the_ehr_would_let_them(worlds: Pair) -> None:
    assert not worlds[1].life.ehr.refuses_conflicts
    assert measures.doubled(worlds[0].life) == measures.doubled(worlds[1].life) == []


def test_nothing_is_left_at_no_end(worlds: Pair) -> None:
    hours = timedelta(days=5)
    assert all(one.proposal.expires_at < worlds[1].town.ends + hours for one in platform.unfinished(worlds[1]))


def a_life(town: Town) -> tuple[Life, str]:
    """A practice before anything happens, and a single visit of a later day."""
    life = Life(town)
    later = [row for row, one in enumerate(town.sessions) if town.is_lived[row] and one.starts_at > town.begins]
    row = next(row for row in later if not town.is_group(row))
    life.ehr.put("a" + "1" * 31, town.sessions[row], row)
    return life, "a" + "1" * 31


def test_an_opening_and_who_took_it_are_read_from_the_calendar(town: Town) -> None:
    life, name = a_life(town)
    session = life.ehr.appointments_by_id[name].session
    life.present = session.starts_at - timedelta(hours=5)
    life.ehr.as_("client").change(name, AppointmentStatus.CANCELLED)
    assert [(one.notice, one.filled_at) for one in measures.openings(life)] == [(timedelta(hours=5), None)]
    life.present += timedelta(hours=1)
    life.ehr.as_("staff").put("5" * 32, replace(session, client=life.town.sessions[0].client), 0)
    assert [one.filled_by for one in measures.openings(life)] == ["staff"]
    assert measures.time_to_fill(measures.openings(life)) == 1
    life.ehr.by = "platform"
    life.ehr.put("f" * 32, session, 0)
    assert measures.doubled(life)  # whoever books over it is found


def test_an_hour_given_back_too_late_or_kept_by_staff_is_no_opening(town: Town) -> None:
    life, name = a_life(town)
    session = life.ehr.appointments_by_id[name].session
    life.present = session.starts_at - timedelta(hours=2)
    life.ehr.as_("client").change(name, AppointmentStatus.CANCELLED)
    assert measures.openings(life) == []
    life, name = a_life(town)
    life.present = session.starts_at - timedelta(days=2)
    life.ehr.as_("office").block(session)
    life.ehr.as_("client").change(name, AppointmentStatus.CANCELLED)
    assert measures.openings(life) == []


def test_a_group_that_is_asked_half_as_often_is_found() -> None:
    counted = {str(number): (2.0 if number % 2 else 1.0, 1.0) for number in range(200)}
    found = ratios("offers", counted, lambda client: dict.fromkeys(("race", "language", "disability", "car", "payer"), _group(client)))
    assert [(one.attribute, one.ratio, one.is_within, one.reason) for one in found if one.attribute == "race"] == [("race", 0.5, False, "")]


def _group(client: str) -> str:
    return "not white" if int(client) % 2 == 0 else "white"


def test_a_ratio_outside_that_may_be_chance_says_so() -> None:
    assert Ratio("offers", "race", "not white", 9, 0.7, 1.0, 0.3, 1.5).reason == "too few clients to tell it from chance"
    assert Ratio("offers", "race", "not white", 900, 0.7, 1.0, 0.6, 0.75).reason == ""


def test_the_usual_front_desk_stops_when_its_minutes_are_spent(town: Town, worlds: Pair) -> None:
    few = manual.lived(town, worlds[0].model, 5)
    days = measures.working_days(few.life)
    assert 0 < sum(few.calls.values()) < sum(worlds[0].calls.values())
    assert few.life.office.minutes["calls: openings"] < days * (5 + 7)  # the last call of a day is finished


def test_a_front_desk_that_calls_beside_hsched_books_nobody_into_what_hsched_gave_away(town: Town, worlds: Pair) -> None:
    """Staff fill an hour by phone while offers are out: the path notices, every time."""
    both = platform.lived(town, worlds[0].model, 45)
    assert [one for one in both.life.sent if one.template == "call"]
    assert measures.doubled(both.life) == []
    assert list(judge.violations(both)) == []


def test_a_difference_between_worlds_is_told_with_an_interval_from_pairs_of_weeks() -> None:
    """Luck that both worlds share cancels out; a constant gain is told exactly."""
    usual = a_summary("as usual", missed=[10.0, 30.0, 20.0], attended=[90.0, 70.0, 80.0])
    hsched = a_summary("with hsched", missed=[5.0, 25.0, 15.0], attended=[95.0, 75.0, 85.0])
    estimate, low, high, weeks = report.difference([(usual, hsched)], ("no-show",), ("no-show", "attended"))
    assert (round(estimate, 9), round(low, 9), round(high, 9), weeks) == (-0.05, -0.05, -0.05, 3)
    assert report.difference([(usual, usual)], ("no-show",), ("no-show", "attended"))[:3] == (0, 0, 0)


def a_summary(world: str, missed: list[float], attended: list[float]) -> Summary:
    return Summary(
        world, {"seed": 1, "weeks": 3, "has_effect": True}, {}, {"no-show": missed, "attended": attended}, {}, [], {}, {}, {}, {}, {}
    )


def test_what_was_lived_is_told_again_from_what_was_kept(worlds: Pair, tmp_path: Path) -> None:
    """Tables and pictures are made of the kept summaries alone."""
    for one in (of_manual(worlds[0]), of_platform(worlds[1])):
        one.write(tmp_path)
    kept = read(tmp_path)
    assert [one.world for one in kept] == ["as usual", "with hsched"]
    text = report.markdown(kept)
    assert "| openings filled (%) |" in text
    assert "| no-shows | " in text
    assert [one.faults["double bookings"] for one in kept] == [0, 0]


def test_a_message_names_what_it_is_about(worlds: Pair) -> None:
    known = worlds[1].life.ehr.appointments_by_id
    about: list[Sent] = [one for one in worlds[1].life.sent if one.purpose is Purpose.REMINDER]
    assert about
    assert all(one.about in known for one in about)
