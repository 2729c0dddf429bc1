"""Column maps are checked word by word before a row is read."""

import copy
from pathlib import Path
from typing import Any

import pytest

from hsched_adapters.ehr.csv_map import MAPS, checked_map, load_map, shipped_maps
from hsched_core.domain.errors import SettingsError
from tests.exports import EVENT_MAP, VISIT_MAP


@pytest.mark.parametrize("name", shipped_maps())
def test_shipped_maps_are_sound(name: str) -> None:
    """Every map that comes with hsched passes its own check and says what it is for."""
    assert load_map(name).about


def test_the_public_files_map_knows_all_its_columns() -> None:
    """Thirteen columns are read; the fourteenth is left out on purpose, with the reason."""
    column_map = load_map("medical-appointment-no-shows")

    assert len(column_map.columns()) == 13
    assert list(column_map.ignore) == ["SMS_received"]
    assert set(column_map.practice["demographic_inputs"]) == {"age", "gender"}


def changed(base: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    """A copy of a map with one place replaced."""
    content = copy.deepcopy(base)
    place = content
    *parents, last = path.split("/")
    for parent in parents:
        place = place.setdefault(parent, {})
    place[last] = value
    return content


FIELDS = "tables/appointments/fields"


@pytest.mark.parametrize(
    ("base", "path", "value", "problem"),
    [
        (EVENT_MAP, "colour", "red", "unknown colour"),
        (EVENT_MAP, "tables", {}, "fills no table"),
        (EVENT_MAP, "tables/visits", {}, "unknown visits"),
        (EVENT_MAP, "tables/appointments/grain", "weekly", "grain is"),
        (EVENT_MAP, "tables/clients", {"grain": "visit", "fields": {}}, "grain is"),
        (EVENT_MAP, f"{FIELDS}/hair", "Hair", "unknown hair"),
        (EVENT_MAP, f"{FIELDS}/client_id", {"column": "A", "constant": "B"}, "exactly one of"),
        (EVENT_MAP, f"{FIELDS}/client_id", {"colum": "A"}, "unknown colum"),
        (EVENT_MAP, f"{FIELDS}/client_id", {"column": 7}, "not a text: column"),
        (EVENT_MAP, f"{FIELDS}/client_id", {"column": "A", "words": {"x": "y"}}, "takes no `words`"),
        (EVENT_MAP, f"{FIELDS}/event_type", {"column": "A", "words": {"x": "exploded"}}, "a word that the contract does not have"),
        (EVENT_MAP, f"{FIELDS}/event_type", {"column": "A", "words": {True: "booked"}}, 'Quote keys such as "Yes"'),
        (EVENT_MAP, f"{FIELDS}/event_at", {"column": "A", "zone": "Mars/Olympus"}, "unknown zone"),
        (EVENT_MAP, f"{FIELDS}/event_at", {"column": "A", "format": "%Q"}, "format is not a date format"),
        (EVENT_MAP, f"{FIELDS}/starts_on", {"day_of": "client_id"}, "is not a field of kind instant"),
        (EVENT_MAP, f"{FIELDS}/starts_at", {"until": "End"}, "`until` is for duration_minutes"),
        (EVENT_MAP, f"{FIELDS}/starts_at", {"same_as": "starts_on"}, "is not a field of kind instant"),
        (EVENT_MAP, "csv", {"encoding": "klingon"}, "unknown encoding"),
        (EVENT_MAP, "csv", {"delimiter": ";;"}, "the delimiter is not one character"),
        (EVENT_MAP, "csv", {"empty": [False]}, "a word under `empty` is not a text"),
        (VISIT_MAP, f"{FIELDS}/event_type", {"constant": "booked"}, "unknown event_type"),
        (VISIT_MAP, f"{FIELDS}/outcome", "Outcome", "outcome_at must be mapped"),
    ],
)
def test_a_wrong_map_says_where_it_is_wrong(base: dict[str, Any], path: str, value: object, problem: str) -> None:
    """One line, with the map's name and the place."""
    with pytest.raises(SettingsError, match="map wrong") as caught:
        checked_map(changed(base, path, value), "wrong")

    assert problem in str(caught.value)


def test_required_fields_need_a_rule() -> None:
    """All that are missing are named at once."""
    with pytest.raises(SettingsError, match="required fields have no rule: event_id, appointment_id"):
        checked_map({"tables": {"appointments": {"fields": {}}}}, "wrong")


def test_an_unknown_map_names_those_there_are() -> None:
    """A misspelt name is no traceback."""
    with pytest.raises(SettingsError, match="medical-appointment-no-shows"):
        load_map("medical-appointments")


def test_a_map_can_be_a_file_of_ones_own(tmp_path: Path) -> None:
    """By its path, also relative to the practice's folder; broken YAML is one line."""
    shipped = MAPS / "medical-appointment-no-shows.yaml"
    (tmp_path / "mine.yaml").write_text(shipped.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / "bad.yaml").write_text("a: [", encoding="utf-8")

    assert load_map("mine.yaml", tmp_path).name == "mine"
    with pytest.raises(SettingsError, match=r"bad\.yaml is not YAML"):
        load_map(str(tmp_path / "bad.yaml"))
