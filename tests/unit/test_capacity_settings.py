"""The `capacity:` section of practice.yaml: what is read, what is refused, and how the refusal helps."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from hsched_adapters.policy_file import capacity_settings_of
from hsched_adapters.settings import Paths, Practice, Source, load_practice, practice_from, save_practice
from hsched_core.domain.errors import SettingsError
from hsched_core.policy.capacity import CapacitySettings

ANNA = "0c" * 16
ELM = Practice("elm", "Elm", "America/New_York", "US", Source("daily_exports", "sandbox-practice", "exports"), date(2026, 1, 1))


def read(text: str) -> CapacitySettings:
    return capacity_settings_of(replace(ELM, capacity=yaml.safe_load(text)))


def refusal(text: str) -> tuple[str, str]:
    with pytest.raises(SettingsError) as raised:
        read(text)
    return raised.value.problem, raised.value.remedy


def test_every_setting_is_read_and_what_is_not_written_stays_the_default() -> None:
    found = read(f'{{sessions_a_day: 6, break_minutes: 15, over_percent: 120, weekly_hours: {{"{ANNA}": 22.5}}}}')

    assert found == CapacitySettings(6, 15, over_percent=120, weekly_hours=((ANNA, 22.5),))
    assert read("{}") == CapacitySettings(8, 30, 300, 110, 13, ())


def test_the_section_is_kept_as_it_was_written(tmp_path: Path) -> None:
    """Through practice.yaml and back."""
    given: dict[str, Any] = {"sessions_a_day": 7, "weekly_hours": {ANNA: 20}}
    save_practice(Paths(tmp_path), replace(ELM, capacity=given))

    assert load_practice(Paths(tmp_path)).capacity == given


def test_a_section_that_is_no_mapping_is_refused() -> None:
    content = {**yaml.safe_load("{id: elm, name: Elm, timezone: America/New_York, country: US, first_day: 2026-01-01}")}
    content |= {"source": {"kind": "daily_exports", "map": "m", "path": "p"}, "capacity": [8]}
    with pytest.raises(SettingsError, match="capacity is not a mapping"):
        practice_from(content)


@pytest.mark.parametrize(
    ("text", "names", "remedy"),
    [
        ("{sessions: 8}", "unknown keys: sessions", "sessions_a_day"),
        ("{sessions_a_day: 0}", "sessions_a_day", "between 1 and 24"),
        ("{sessions_a_day: many}", "capacity.sessions_a_day is not a whole number", "hsched policy show"),
        ("{break_minutes: 600}", "break_minutes", "between 1 and 240"),
        ("{longest_run_minutes: 5}", "longest_run_minutes", "between 30 and 1440"),
        ("{over_percent: 90}", "over_percent", "between 100 and 300"),
        ("{weeks_looked_back: 2}", "weeks_looked_back", "between 4 and 52"),
        ("{weekly_hours: 20}", "capacity.weekly_hours is not a mapping", "hsched policy show"),
        ("{weekly_hours: {anna: 20}}", "weekly_hours", "hsched people --json"),
        (f"{{weekly_hours: {{{'1' * 32}: 20}}}}", "a text (quote it)", "hsched policy show"),
        (f'{{weekly_hours: {{"{ANNA}": 0}}}}', f"weekly_hours of {ANNA[:8]} are 0", "Above 0"),
        (f'{{weekly_hours: {{"{ANNA}": 0.001}}}}', "are 0.001", "at least 1"),
        (f'{{weekly_hours: {{"{ANNA}": .nan}}}}', "are nan", "Above 0"),
        (f'{{weekly_hours: {{"{ANNA}": 120}}}}', "are 120", "at most 80"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name_with_what_may_be_written(text: str, names: str, remedy: str) -> None:
    problem, help_ = refusal(text)

    assert names in problem
    assert remedy in help_
