"""The `policy:` section of practice.yaml: what is read, what is refused, and how the refusal helps."""

from dataclasses import fields, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import yaml

from hsched_adapters.policy_file import policy_of, reschedule_settings_of, settable
from hsched_adapters.settings import Practice, Source, practice_from
from hsched_core.domain.errors import SettingsError
from hsched_core.domain.people import Role
from hsched_core.policy.practice import Caps, Closure, Compact, EscalationStep, Notice, PracticePolicy

NOW = datetime(2026, 3, 3, 17, 0, tzinfo=UTC)
SECTION = """
state: NY
quiet_from: "20:30"
common_zones: [America/New_York, America/Chicago]
contact_caps: {per_day: 1, per_week: 3, cooldown: 4 h}
answer_window: 30 min
offer_notice: {least: 4 h, most: 5 d}
open_on: [2026-10-12]
closures:
  - {first_on: 2026-08-03, last_on: 2026-08-14}
compacts:
  - {name: psypact, discipline: psychologist, members: {NY: 2026-01-01, NJ: 2025-01-01}}
score_field_is_hidden: true
sole_person: owner
escalation:
  - {after: 30 min, role: practice_manager}
max_probes: 7
"""


def practice(country: str = "US", **policy: Any) -> Practice:
    source = Source(kind="daily_exports", path="exports", map="sandbox-practice")
    return Practice("elm", "Elm", "America/New_York", country, source, date(2026, 1, 1), policy=policy)


def refusal(**policy: Any) -> SettingsError:
    with pytest.raises(SettingsError) as raised:
        policy_of(practice(**policy), NOW)
    return raised.value


def test_every_setting_is_read_as_people_write_it() -> None:
    """Durations, wall times, days, lists and mappings; what is not written stays the default."""
    found = policy_of(practice(**yaml.safe_load(SECTION)), NOW)

    assert found.quiet_from == time(20, 30)
    assert found.contact_caps == Caps(1, 3, timedelta(hours=4))
    assert found.offer_notice == Notice(timedelta(hours=4), timedelta(days=5))
    assert found.open_on == frozenset({date(2026, 10, 12)})
    assert found.closures == (Closure(date(2026, 8, 3), date(2026, 8, 14)),)
    assert found.compacts == (Compact("psypact", "psychologist", (("NJ", date(2025, 1, 1)), ("NY", date(2026, 1, 1)))),)
    assert found.escalation == (EscalationStep(timedelta(minutes=30), Role.PRACTICE_MANAGER),)
    assert (found.score_field_is_hidden, found.sole_person, found.max_probes) == (True, "owner", 7)
    assert found.text_caps == PracticePolicy("elm", "America/New_York").text_caps


def test_nothing_set_is_the_default_with_the_countrys_holidays() -> None:
    """Of the year before, this one and the next."""
    found = policy_of(practice(), NOW)
    days = dict(found.holidays)

    assert days[date(2026, 12, 25)] == "Christmas Day"
    assert {day.year for day in days} == {2025, 2026, 2027}
    assert found == PracticePolicy("elm", "America/New_York", holidays=found.holidays)


def test_a_state_adds_its_holidays() -> None:
    """New York closes on Lincoln's birthday, the country does not."""
    lincoln = date(2026, 2, 12)

    assert lincoln in dict(policy_of(practice(state="NY"), NOW).holidays)
    assert lincoln not in dict(policy_of(practice(), NOW).holidays)


def test_a_country_nobody_knows_has_no_holidays() -> None:
    """Closures can still be named."""
    assert policy_of(practice(country="XX"), NOW).holidays == ()


def test_the_version_follows_the_settings() -> None:
    """A proposal says under which settings it was made."""
    assert policy_of(practice(), NOW).version == policy_of(practice(), NOW).version
    assert policy_of(practice(), NOW).version != policy_of(practice(max_attempts=2), NOW).version


def test_an_unknown_key_names_file_key_and_remedy() -> None:
    """A misspelt switch must not look like a set one."""
    error = refusal(quiet_untill="08:00")

    assert "practice.yaml, policy has unknown keys: quiet_untill" in error.problem
    assert "quiet_until" in error.remedy


@pytest.mark.parametrize("name", ["practice", "zone", "holidays"])
def test_what_is_set_elsewhere_is_not_set_here(name: str) -> None:
    """The practice's own name, zone and the library's holidays have one source each."""
    assert name not in settable()
    assert name in refusal(**{name: "x"}).problem


@pytest.mark.parametrize(
    ("key", "value", "named"),
    [
        ("quiet_from", 1260, "policy.quiet_from is not a wall time in quotes"),  # what YAML makes of a bare 21:00
        ("quiet_from", "24:00", "policy.quiet_from"),
        ("approval_lasts", 4, "policy.approval_lasts is not a duration"),
        ("approval_lasts", "4 hours", "policy.approval_lasts is not a duration"),
        ("contact_caps", {"per_day": 2}, "policy.contact_caps is not complete: it lacks per_week"),
        ("contact_caps", {"per_day": True, "per_week": 2}, "policy.contact_caps.per_day is not a whole number"),
        ("contact_caps", {"per_day": 1, "per_week": 2, "per_month": 3}, "policy.contact_caps is not a mapping of"),
        ("closures", {"first_on": date(2026, 1, 1)}, "policy.closures is not a list"),
        ("closures", [{"first_on": "soon", "last_on": date(2026, 1, 1)}], "policy.closures.first_on is not a day"),
        ("closures", [{"first_on": date(2026, 1, 2), "last_on": date(2026, 1, 1)}], "a closure ends before it begins"),
        ("score_field_is_hidden", "yes", "policy.score_field_is_hidden is not true or false"),
        ("escalation", [{"after": "1 h", "role": "boss"}], "policy.escalation.role is not one of"),
        ("escalation", [], "policy.escalation is empty"),
        ("max_attempts", 0, "policy.max_attempts is 0"),
        ("common_zones", ["Mars/Olympus"], "Mars/Olympus is not a time zone"),
        ("state", "Bavaria", "policy.state is not a part of US"),
    ],
)
def test_a_wrong_value_is_refused_by_its_place(key: str, value: object, named: str) -> None:
    """What stands there is not read as something else."""
    error = refusal(**{key: value})

    assert named in error.problem
    assert error.remedy


def test_every_setting_of_the_policy_can_be_set() -> None:
    """A new setting is readable from the file at once, or this fails."""
    assert {one.name for one in fields(PracticePolicy)} - {"practice", "zone", "holidays"} == set(settable()) - {"state"}


def test_a_section_that_is_no_mapping_is_refused_where_the_practice_is_read() -> None:
    """`policy: strict` says nothing."""
    content = {"id": "elm", "name": "Elm", "timezone": "America/New_York", "country": "US", "first_day": date(2026, 1, 1)}
    source = {"kind": "daily_exports", "path": "x", "map": "m"}

    with pytest.raises(SettingsError, match="policy is not a mapping"):
        practice_from({**content, "source": source, "policy": "strict"})


def test_how_clients_pick_another_time_is_read() -> None:
    """What is not said is the default."""
    told = reschedule_settings_of(replace(practice(), reschedule={"times": 5, "decide_hours": 4}))
    assert (told.times, told.decide_hours, told.most_moves) == (5, 4, 2)


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ({"time": 3}, r"reschedule has unknown keys: time\..*Known are: times"),
        ({"times": "three"}, r"reschedule\.times is not a whole number"),
        ({"least_notice_minutes": 30_000, "most_notice_days": 1}, r"No time lies between.*most_notice_days higher"),
        ({"times": 9}, r"reschedule\.times is out of range.*1 to 5"),
    ],
)
def test_what_is_wrong_about_it_is_named(section: dict[str, object], words: str) -> None:
    with pytest.raises(SettingsError, match=words):
        reschedule_settings_of(replace(practice(), reschedule=section))
