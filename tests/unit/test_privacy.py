"""What passes de-identification, under which name, and what may be claimed about it."""

from dataclasses import replace
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hsched_adapters.extracts import raw_schema, to_parquet
from hsched_core.domain.contracts import TABLES, Kind
from hsched_core.domain.errors import SafeError
from hsched_core.privacy import release
from hsched_core.privacy.claims import Claim, Profile, claim_of, released_by, strongest_claim
from hsched_core.privacy.deidentify import age_at, deidentify, lake_columns
from hsched_core.privacy.release import RELEASE, How, Nature, Passing, Withheld, passing
from tests.raw_rows import RAW, fake_pseudonyms, raw

ZONE = ZoneInfo("America/New_York")


def out(table: str, **changed: Any) -> dict[str, Any]:
    [row] = deidentify(table, [raw(table, **changed)], fake_pseudonyms, ZONE)
    return row


def test_every_contract_field_is_decided() -> None:
    """A new field fails here until somebody says whether it passes."""
    assert release.undecided() == []


def test_an_undecided_field_is_seen_and_does_not_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rule above can fail, and a field outside the table stays inside."""
    fewer = {table: dict(decisions) for table, decisions in RELEASE.items()}
    del fewer["clients"]["gender"]
    monkeypatch.setattr(release, "RELEASE", fewer)

    assert release.undecided() == ["clients.gender"]
    assert "gender" not in passing("clients")


def test_free_text_and_identifiers_never_pass_as_they_are() -> None:
    """By the contract's kinds: no text at all, ids and sites only as pseudonyms, labels only as words of a closed vocabulary."""
    for table in TABLES.values():
        for name, to in passing(table.name).items():
            kind = table.field(name).kind
            assert kind is not Kind.TEXT
            assert kind is not Kind.ID or to.how is How.PSEUDONYM
            assert kind is not Kind.CODE or to.how in {How.PSEUDONYM, How.CODE}


def test_every_withheld_field_says_why() -> None:
    """The reason is what a reviewer reads."""
    assert all(decision.reason for decisions in RELEASE.values() for decision in decisions.values() if isinstance(decision, Withheld))


@pytest.mark.parametrize("table", RELEASE)
def test_nothing_that_identifies_is_in_the_row_that_leaves(table: str) -> None:
    """Every withheld or replaced value of the raw row is gone; what is left has the lake's columns exactly."""
    row = out(table)
    inside = {str(value) for name, value in RAW[table].items() if name not in passing(table) or passing(table)[name].how is How.PSEUDONYM}

    assert not {str(value) for value in row.values()} & inside
    assert list(row) == [column for column, _ in lake_columns(table)]


def test_an_appointment_leaves_with_pseudonyms_and_its_times() -> None:
    """The lake's columns, in the order the warehouse reads them."""
    assert out("appointments", clinician_id=None) == {
        "appointment_token": "appointment#0",
        "client_token": "client#0",
        "clinician_token": None,
        "event_type": "booked",
        "event_by": None,
        "event_at": RAW["appointments"]["event_at"],
        "recorded_at": RAW["appointments"]["recorded_at"],
        "starts_on": date(2026, 3, 5),
        "starts_at": RAW["appointments"]["starts_at"],
        "duration_minutes": 50,
        "session_type": "individual",
        "modality": "video",
        "site_token": "site#0",
        "series_token": "series#0",
        "series_interval_days": 7,
        "replaces_appointment_token": "appointment#1",
    }


def test_one_person_is_one_pseudonym_in_all_tables() -> None:
    """Pseudonyms are asked for by kind, so that a client's rows can be joined, and a clinician with the same id is somebody else."""
    asked: list[tuple[str, list[str]]] = []

    def recorded(kind: str, identifiers: Any) -> dict[str, str]:
        asked.append((kind, list(identifiers)))
        return fake_pseudonyms(kind, asked[-1][1])

    deidentify("appointments", [raw("appointments"), raw("appointments")], recorded, ZONE)

    assert ("client", ["5550001"]) in asked
    assert ("appointment", ["apt-70001", "apt-69999"]) in asked
    assert len(asked) == 5


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"birth_date": date(1987, 3, 14)}, 38),
        ({"birth_date": date(1987, 3, 2)}, 39),
        ({"birth_date": date(1930, 1, 1)}, 90),
        ({"birth_date": date(2026, 3, 3)}, 0),
        ({"birth_date": None, "age_years": 40}, 40),
        ({"birth_date": None, "age_years": 115}, 90),
        ({"birth_date": None, "age_years": None}, None),
    ],
)
def test_an_age_leaves_and_the_birth_date_does_not(changed: dict[str, Any], expected: int | None) -> None:
    """Completed years when recorded, 90 and above as 90."""
    assert out("clients", **changed)["age_years"] == expected


def test_a_birthday_on_29_february_is_reached_on_1_march() -> None:
    """In a year without it."""
    born = date(2008, 2, 29)

    assert [age_at(born, day) for day in (date(2026, 2, 28), date(2026, 3, 1), date(2028, 2, 28), date(2028, 2, 29))] == [17, 18, 19, 20]


@pytest.mark.parametrize(
    ("table", "field", "value", "expected"),
    [
        ("clients", "language", "pt-BR", "pt"),
        ("clients", "language", "Portuguese, ask for Maria", None),
        ("clients", "race_ethnicity", "Hispanic or Latino", "hispanic_or_latino"),
        ("clients", "race_ethnicity", "see note 5550001", None),
        ("clients", "race_ethnicity", "quackenbush", None),
        ("clients", "language", "Kim", None),
        ("clients", "language", "en-Ottoline", "en"),
        ("clinicians", "discipline", "Social Worker", "social_worker"),
        ("clinicians", "discipline", "ada_nightingale", None),
        ("clinicians", "licence_state", "ny", "NY"),
        ("clinicians", "licence_state", "LEE", None),
        ("clinicians", "licence_state", "New York, lic. 4411", None),
        ("waitlist", "weekdays", "1|3|5", "1|3|5"),
        ("waitlist", "weekdays", "call 555", None),
    ],
)
def test_a_label_passes_as_a_word_of_a_closed_vocabulary_only(table: str, field: str, value: str, expected: str | None) -> None:
    """A label field can hold a sentence, or a name that looks like a code."""
    assert out(table, **{field: value})[field] == expected


def test_the_graphs_profile_is_a_limited_data_set_because_of_its_dates() -> None:
    """It keeps dates, so it stays PHI and can never be called Safe Harbor."""
    finding = claim_of(Profile.LIMITED)

    assert finding.claim is Claim.LIMITED
    assert "still PHI" in str(finding)
    assert "a date finer than the year" in str(finding)
    assert "Safe Harbor" not in str(finding)


def test_the_export_may_be_called_safe_harbor() -> None:
    """Nothing it releases stands against it."""
    assert str(claim_of(Profile.SAFE_HARBOR)) == "Safe Harbor, 45 CFR 164.514(b)(2)"


@pytest.mark.parametrize(
    ("nature", "claim"),
    [
        (Nature.DIRECT, Claim.NONE),
        (Nature.FREE_TEXT, Claim.NONE),
        (Nature.DATE, Claim.LIMITED),
        (Nature.GEOGRAPHIC, Claim.LIMITED),
        (Nature.DERIVED_CODE, Claim.LIMITED),
        (Nature.OPEN_AGE, Claim.LIMITED),
        (Nature.RANDOM_CODE, Claim.SAFE_HARBOR),
        (Nature.QUANTITY, Claim.SAFE_HARBOR),
    ],
)
def test_one_field_changes_what_may_be_claimed(nature: Nature, claim: Claim) -> None:
    """The claim follows from what is released: one hashed record number, one date, and the stronger word is gone."""
    finding = strongest_claim(released_by(Profile.SAFE_HARBOR) | {"added": nature})

    assert finding.claim is claim
    assert claim is Claim.SAFE_HARBOR or "added" in str(finding)


def test_a_profile_that_lets_a_name_pass_can_claim_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Computed from the release table itself, not from the profile's name."""
    leaky = {**RELEASE, "clients": {**RELEASE["clients"], "family_name": Passing("family_name", How.KEEP, Nature.DIRECT)}}
    monkeypatch.setattr(release, "RELEASE", leaky)

    assert claim_of(Profile.LIMITED).claim is Claim.NONE


def test_raw_extracts_are_typed_by_the_contract() -> None:
    """One column a field; a value of another type is refused without being quoted."""
    assert {table: raw_schema(table).names for table in TABLES} == {table: list(TABLES[table].columns) for table in TABLES}
    with pytest.raises(SafeError) as caught:
        to_parquet("clients", [raw("clients", age_years="Maria")])
    assert "Maria" not in str(caught.value)


def test_passing_is_a_decision_one_can_read() -> None:
    """Decisions are values; two equal ones are equal."""
    decision = passing("clients")["gender"]

    assert replace(decision, to="sex") == Passing("sex", How.KEEP, Nature.CATEGORY)
