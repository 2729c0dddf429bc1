"""`hsched api-clients`: made, listed and revoked by who may; a token is shown once, and what was done is in the trail."""

import json
from pathlib import Path

import pytest

from hsched_adapters.assembly import OpenPractice, open_practice
from hsched_adapters.people_file import demo_people, save_people
from hsched_adapters.settings import Paths, Practice, Source, load_settings, save_practice
from hsched_adapters.store.audit.rows import read_entries
from hsched_cli.main import run
from hsched_core.domain.api_clients import token_hash
from tests.sandbox_ehr import NOW


@pytest.fixture
def practice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> OpenPractice:
    monkeypatch.setenv("HSCHED_HOME", str(tmp_path))
    monkeypatch.setenv("HSCHED_TODAY", NOW.isoformat())
    source = Source(kind="daily_exports", path="sandbox/ehr_export", map="sandbox-practice")
    save_practice(Paths(tmp_path), Practice("elm", "Elm", "America/New_York", "US", source, NOW.date()))
    save_people(Paths(tmp_path).people, {**demo_people(["c1" * 16]), "admin": {"roles": ["admin"]}})
    return open_practice(load_settings())


def typed(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """The command as typed: its exit code, output and errors."""
    capsys.readouterr()
    with pytest.raises(SystemExit) as ended:
        run(["api-clients", *words])
    said = capsys.readouterr()
    return int(ended.value.code or 0), said.out, said.err


def test_one_is_made_listed_and_revoked(practice: OpenPractice, capsys: pytest.CaptureFixture[str]) -> None:
    """Its token is shown once and opens what its scopes say, until it is revoked; only its hash is kept."""
    nobody = typed(capsys)
    code, out, _ = typed(capsys, "add", "ehr", "--as", "admin")
    token = out.split()[0]
    typed(capsys, "add", "prometheus", "--scope", "metrics", "--as", "admin")
    listed = json.loads(typed(capsys, "list", "--json")[1])
    standing = practice.service.predictions.api_clients.standing()
    revoked = typed(capsys, "revoke", "ehr", "--as", "admin")
    after = practice.service.predictions.api_clients.standing()
    words = typed(capsys, "list")[1]

    assert "There is no API client" in nobody[1]
    assert code == revoked[0] == 0
    assert [(one["name"], one["scopes"], one["revoked_at"]) for one in listed] == [
        ("ehr", ["predict"], None),
        ("prometheus", ["metrics"], None),
    ]
    assert standing[token_hash(token)].name == "ehr"
    assert token_hash(token) not in after
    assert token not in json.dumps(listed) + words
    assert "revoked" in words
    with practice.audit.reading() as connection:
        kinds = [(one.kind, one.actor) for one in read_entries(connection, "elm") if one.kind.startswith("api_client")]
    assert len(kinds) == 3
    assert {actor for _, actor in kinds} == {"admin"}


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("add", "ehr", "--as", "frontdesk"), "frontdesk may not keep API clients"),
        (("revoke", "ehr", "--as", "frontdesk"), "frontdesk may not keep API clients"),
        (("add", "ehr", "--as", "nobody"), "nobody"),
        (("revoke", "none", "--as", "admin"), "none"),
        (("add", "Not A Name", "--as", "admin"), "name"),
        (("add", "ehr", "--scope", "everything", "--as", "admin"), "everything"),
    ],
)
def test_what_cannot_be_done_is_said_and_not_done(
    practice: OpenPractice, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], says: str
) -> None:
    code, _, err = typed(capsys, *words)

    assert code != 0
    assert says in " ".join(err.split())
    assert practice.service.predictions.api_clients.every() == []


def test_a_name_is_given_once(practice: OpenPractice, capsys: pytest.CaptureFixture[str]) -> None:
    """Also after it was revoked: the trail must stay readable."""
    typed(capsys, "add", "ehr", "--as", "admin")
    typed(capsys, "revoke", "ehr", "--as", "admin")
    code, out, _ = typed(capsys, "add", "ehr", "--as", "admin")

    assert code != 0
    assert "Bearer" not in out
    assert practice.service.predictions.api_clients.standing() == {}
