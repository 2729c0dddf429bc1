"""people.yaml: who may decide, and what is refused."""

from pathlib import Path

import pytest

from hsched_adapters.people_file import demo_people, load_people, save_people, who
from hsched_core.domain.errors import NotReadyError, SettingsError, UserError
from hsched_core.domain.people import Role

TOKEN = "0c" * 16


def read(tmp_path: Path, text: str) -> object:
    path = tmp_path / "people.yaml"
    path.write_text(text, encoding="utf-8")
    return load_people(path, "elm")


def test_people_have_their_roles_and_sign_with_their_login(tmp_path: Path) -> None:
    """A login is the token under which decisions are kept."""
    path = tmp_path / "people.yaml"
    save_people(path, {"dana": {"roles": ["clinician"], "clinician": TOKEN}, "lee": {"roles": ["front_desk"], "is_active": False}})
    people = load_people(path, "elm")

    assert people["dana"].token == "dana"
    assert (people["dana"].practice, people["dana"].roles, people["dana"].clinician) == ("elm", frozenset({Role.CLINICIAN}), TOKEN)
    assert not people["lee"].is_active


def test_a_sandbox_has_somebody_for_every_decision(tmp_path: Path) -> None:
    """Two managers besides one who proposes, and each clinician's own login."""
    path = tmp_path / "people.yaml"
    save_people(path, demo_people([TOKEN, "0d" * 16]))
    people = load_people(path, "elm")

    assert sum(Role.PRACTICE_MANAGER in one.roles for one in people.values()) == 3
    assert [one.clinician for one in people.values() if one.clinician] == [TOKEN, "0d" * 16]
    assert {Role.FRONT_DESK, Role.AUDITOR, Role.DATA_TEAM} <= {role for one in people.values() for role in one.roles}


def test_who_is_not_there_cannot_decide(tmp_path: Path) -> None:
    """The error says who is."""
    people = load_people(_saved(tmp_path), "elm")

    with pytest.raises(UserError, match="Nobody is called mallory") as raised:
        who(people, "mallory")
    assert "frontdesk" in raised.value.remedy


def _saved(tmp_path: Path) -> Path:
    save_people(tmp_path / "people.yaml", demo_people([]))
    return tmp_path / "people.yaml"


def test_without_the_file_nobody_can_decide(tmp_path: Path) -> None:
    """And the remedy says what to write."""
    with pytest.raises(NotReadyError, match="nobody can decide"):
        load_people(tmp_path / "people.yaml", "elm")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[", "not YAML"),
        ("- dana", "names nobody"),
        ("Dana Scully: {roles: [clinician]}", "a login is not a plain name"),
        ("path: {roles: [clinician]}", "a login is not a plain name"),
        ("dana: {roles: [boss]}", "dana.roles is not a list of roles"),
        ("dana: {roles: []}", "dana.roles is not a list of roles"),
        ("dana: {role: clinician}", "dana: not a mapping of roles"),
        ("dana: {roles: [clinician], is_active: maybe}", "dana.is_active is neither"),
        ("dana: {roles: [clinician], clinician: CLIN-0001}", "dana.clinician is not a pseudonym"),
    ],
)
def test_a_wrong_file_is_refused_by_its_place(tmp_path: Path, text: str, named: str) -> None:
    """A login that could be taken for the program's own signature is refused as well."""
    with pytest.raises(SettingsError, match=named) as raised:
        read(tmp_path, text)
    assert raised.value.remedy
