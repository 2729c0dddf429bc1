"""Which strings identify: the needles of the search that none passes de-identification."""

from datetime import date
from typing import Any

from hsched_core.domain.contracts import TABLES, Kind
from hsched_core.privacy.identifiers import FIELDS, Needle, needles_of
from hsched_core.privacy.release import How, passing
from tests.raw_rows import RAW, raw

FROM = date(2026, 1, 1)
# Made into needles together: full names and birth dates.
COMBINED = {"birth_date"}


def needles(table: str, **changed: Any) -> set[Needle]:
    return set(needles_of({table: [raw(table, **changed)]}, dates_from=FROM).found)


def texts(table: str, kind: str, **changed: Any) -> set[str]:
    return {needle.text for needle in needles(table, **changed) if needle.kind == kind}


def test_every_field_that_does_not_pass_as_it_is_becomes_a_needle() -> None:
    """What the release table withholds or replaces is what must not be found; numbers (an open age) are no strings."""
    searched = {table: {name for name, _, _ in fields} | COMBINED for table, fields in FIELDS.items()}
    inside = {
        table.name: {
            field.name
            for field in table.fields
            if field.kind is not Kind.INTEGER
            and (field.name not in passing(table.name) or passing(table.name)[field.name].how is How.PSEUDONYM)
        }
        for table in TABLES.values()
    }

    assert {table: names - searched[table] for table, names in inside.items() if names - searched[table]} == {}


def test_a_clients_row_gives_its_identifiers() -> None:
    """Each kind that is there, and nothing that passes."""
    found = needles("clients")

    assert {needle.kind for needle in found} == {
        "client_id", "name_part", "full_name", "birth_date", "email", "phone", "street", "place", "member_id", "free_text",
    }  # fmt: skip
    assert not {needle.text for needle in found} & {"female", "pt-BR", "medicaid"}


def test_names_are_searched_whole_anywhere_and_in_part_as_values_only() -> None:
    """Rose is a name and a colour; Rose Quillfeather is a person."""
    found = needles("clients")

    assert {needle.text for needle in found if needle.whole} == {"Zoë", "Quillfeather", "Springfield", "02139"}
    assert {"Zoë Quillfeather", "Quillfeather, Zoë"} <= texts("clients", "full_name")


def test_a_phone_is_searched_in_its_usual_forms() -> None:
    """As written, as digits, and grouped."""
    assert {"+1 (212) 555-0147", "12125550147", "2125550147", "212-555-0147", "(212) 555-0147", "212.555.0147"} <= texts("clients", "phone")


def test_a_birth_date_is_searched_in_several_formats() -> None:
    """As systems and as people write it."""
    assert {"1987-03-14", "03/14/1987", "14/03/1987", "3/14/1987", "19870314", "March 14, 1987"} <= texts("clients", "birth_date")


def test_birth_dates_that_look_like_the_graphs_own_days_are_left_out() -> None:
    """A child born yesterday has the partition's name; 1 January is what software writes for no date."""
    assert texts("clients", "birth_date", birth_date=date(2026, 2, 1)) == set()
    assert texts("clients", "birth_date", birth_date=date(1970, 1, 1)) == set()


def test_short_ids_are_not_searched_and_are_counted() -> None:
    """Six digits occur everywhere; who runs the check is told how many were left out."""
    found = needles_of(
        {"appointments": [raw("appointments", client_id="123456", appointment_id="a-1", event_id="7654321")]}, dates_from=FROM
    )

    assert not {"123456", "a-1"} & {needle.text for needle in found.found}
    assert "7654321" in {needle.text for needle in found.found}
    assert found.too_short == {"client_id": 1, "appointment_id": 1}


def test_a_name_that_is_a_released_category_is_not_searched() -> None:
    """A client called White beside the released category white."""
    row = raw("clients", family_name="White", race_ethnicity="White")

    found = {needle.text for needle in needles_of({"clients": [row]}, dates_from=FROM).found}

    assert "White" not in found
    assert "Zoë White" in found


def test_every_raw_row_of_the_examples_gives_needles() -> None:
    """Otherwise a clean search would prove nothing."""
    assert all(needles(table) for table in RAW)
