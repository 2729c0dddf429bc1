"""Profiles of EHRs, the connection's settings, and the words of messages: what is wrong in them is refused with its place."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from hsched_adapters.connection import Connection, connection_from
from hsched_adapters.ehr.rest.deeds import NOTES
from hsched_adapters.ehr.rest.profile import load_profile, shipped_profiles
from hsched_adapters.ehr.rest.wording import (
    LANGUAGES,
    STOP,
    check_discreet,
    checked_template,
    language_for,
    load_templates,
    revealing,
    written_time,
)
from hsched_adapters.settings import Paths, Practice, Source, load_practice, save_practice
from hsched_core.domain.appointments import AppointmentStatus
from hsched_core.domain.errors import SettingsError
from hsched_core.domain.vocabulary import SessionType

GOOD = {"kind": "rest", "base_url": "https://ehr.example/api", "profile": "sandbox"}


@pytest.mark.parametrize("name", shipped_profiles())
def test_a_shipped_profile_can_book_move_and_cancel(name: str) -> None:
    """It says which EHR it is, has a word for every status that is written, and every type of session we know but `visit`."""
    profile = load_profile(name)

    assert (profile.name, bool(profile.about)) == (name, True)
    assert profile.theirs(AppointmentStatus.CANCELLED)
    assert [kind for kind in SessionType if profile.theirs(kind) is None] == [SessionType.VISIT]


def test_the_shipped_profiles_are_the_missions() -> None:
    """Four vendors and the sandbox; those without a public API say so."""
    assert set(shipped_profiles()) == {"sandbox", "simplepractice", "theranest", "therapynotes", "valant"}
    for name in set(shipped_profiles()) - {"sandbox"}:
        assert "no public one" in load_profile(name).about


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"pathes": {}}, "unknown sections: pathes"),
        ({"paths": {"apointments": "/x"}}, "paths has unknown keys: apointments"),
        ({"paths": {"appointment": None}}, "paths lacks: appointment"),
        ({"fields": {"appointment": {"status": None}}}, "appointment lacks: status"),
        ({"fields": {"client": {"minor": None}}}, "client maps no minor"),
        ({"fields": {"client": {"contact_flags": None}}, "absent": ["minor"]}, "absent: minor is mapped"),
        ({"absent": ["consents"]}, "absent: consents"),
        ({"fields": {"appointment": {"stauts": "status"}}}, "unknown fields: stauts"),
        ({"words": {"status": {"gone": "vanished"}}}, "vanished is no word of ours"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_wrong_profile_is_refused_with_its_place(changes: dict[str, Any], problem: str, tmp_path: Path) -> None:
    """What is misspelt must not look like what is set."""
    (tmp_path / "own.yaml").write_text(yaml.safe_dump({"profile": "own", "extends": "sandbox", **changes}))

    with pytest.raises(SettingsError, match=problem):
        load_profile("own.yaml", tmp_path)


def test_a_practices_own_profile_is_laid_over_a_shipped_one(tmp_path: Path) -> None:
    """Sections are merged, a vocabulary is replaced, null takes away."""
    own = {"profile": "own", "extends": "sandbox", "paths": {"messages": None}, "words": {"status": {"Gone": "cancelled", "On": "booked"}}}
    (tmp_path / "own.yaml").write_text(yaml.safe_dump(own))
    profile = load_profile("own.yaml", tmp_path)

    assert ("messages" in profile.paths, profile.paths["appointments"]) == (False, "/appointments")
    assert (profile.ours(AppointmentStatus, "GONE"), profile.ours(AppointmentStatus, "attended")) == (AppointmentStatus.CANCELLED, None)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"base_url": "http://ehr.example/api"}, "not encrypted"),
        ({"base_url": "https://name:word@ehr.example"}, "not a plain address"),
        ({"base_url": "https://ehr.example/api?token=x"}, "not a plain address"),
        ({"base_url": "https://ehr.example:port"}, "not an address"),
        ({"kind": "soap"}, "kind is none of"),
        ({"honours_keys": "yes"}, "honours_keys is neither"),
        ({"timeout_seconds": 0}, "timeout_seconds is not a number"),
        ({"timeout_seconds": 40}, "max_latency_seconds is less"),
        ({"token_file": "../elsewhere"}, "token_file is not a file's name"),
        ({"toke_file": "x"}, "unknown keys: toke_file"),
        ({"profile": None}, "lacks: profile"),
        ({"sender": "Elm Psychotherapy"}, "tells what kind of care"),
        ({"phone": "(212) 555-0100"}, "phone is not a number with its country"),
        ({"phone": "+1 212 CALL-ELM"}, "phone is not a number with its country"),
        ({"phone": '+12125550100"><script>'}, "phone is not a number with its country"),
        ({"phone": 12125550100}, "phone is not a number with its country"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_wrong_connection_is_refused_with_its_place(changes: dict[str, Any], problem: str) -> None:
    """A token goes nowhere it should not, and nothing is guessed."""
    with pytest.raises(SettingsError, match=problem):
        connection_from({**GOOD, **changes})


def test_a_phone_is_shown_as_written_and_dialled_in_one_form() -> None:
    """Nothing is dialled where nothing is set."""
    assert Connection(**GOOD, phone="+1 (212) 555-0100").phone_digits == "+12125550100"
    assert Connection(**GOOD).phone_digits == ""


def test_a_practice_keeps_its_connection(tmp_path: Path) -> None:
    """Written and read back; a practice without one stays without."""
    source = Source("daily_exports", "sandbox-practice", "exports")
    for connection in (None, Connection("rest", "http://127.0.0.1:8090", "sandbox", can_search=True)):
        practice = Practice("elm", "Elm", "America/New_York", "US", source, date(2026, 1, 1), connection=connection)
        save_practice(Paths(tmp_path), practice)
        assert load_practice(Paths(tmp_path)).connection == connection


def test_what_the_ehr_can_do_is_not_assumed() -> None:
    """Unless it was tried, an EHR can neither be searched nor asked for changes, nor honours keys."""
    found = Connection(**GOOD)

    assert (found.honours_keys, found.can_search, found.can_poll) == (False, False, False)


@pytest.mark.parametrize("name", load_templates())
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_message_tells_what_kind_of_care_it_is(name: str, language: str) -> None:
    """On a lock screen, in either language, with its ending."""
    assert revealing(load_templates()[name][language] + STOP[language]) == ()


@pytest.mark.parametrize("template", NOTES)
def test_a_note_in_the_chart_says_what_was_done_and_nothing_else(template: str) -> None:
    """The same lint: it may be read by others."""
    assert revealing(NOTES[template]) == ()


@pytest.mark.parametrize(
    "text",
    [
        "Your therapy is at 3",
        "a THERAPIST is free",
        "Elm Psychiatry",
        "Behavioral health: hello",
        "su sesión",
        "Psicóloga libre",
        "salud mental",
        "couples group",
        "Grupo de parejas",
        "anxiety",
        "TERAPÍA",
    ],
)
def test_the_lint_sees_what_reveals(text: str) -> None:
    """Whatever its case and accents."""
    assert revealing(text)
    with pytest.raises(SettingsError, match="what kind of care"):
        check_discreet("message x (en)", text)


@pytest.mark.parametrize(
    ("texts", "problem"),
    [
        ({"en": "hello"}, "not there in en and es"),
        ({"en": "{client}", "es": "{when}"}, "unknown fields: client"),
        ({"en": "{sender}", "es": "su terapia"}, r"\(es\) tells"),
    ],
)
def test_a_wrong_template_is_refused(texts: dict[str, str], problem: str) -> None:
    """Both languages, known fields, discreet."""
    with pytest.raises(SettingsError, match=problem):
        checked_template("x", texts)


def test_languages_and_times_are_written_as_people_do() -> None:
    """Spanish where it is spoken, English otherwise."""
    noon = datetime(2026, 3, 5, 12, 5)

    assert [language_for(one) for one in ("es", "es-MX", "spa", "Spanish", "en", "", "zh")] == ["es"] * 4 + ["en"] * 3
    assert (written_time(noon, "en"), written_time(noon.replace(hour=0), "es")) == ("Thu, Mar 5 at 12:05 PM", "jue 5 mar, 12:05 am")
    assert (
        len(
            load_templates()["waitlist_offer"]["en"].format(
                sender="your provider's office", when="Thu, Mar 5 at 12:05 PM", until="Thu, Mar 5 at 11:05 AM", link=""
            )
            + STOP["en"]
        )
        <= 160
    )
