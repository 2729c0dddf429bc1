"""What the audit trail says of an EHR that is away, and of rows that are left out: once each, whoever asks how often."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hsched_adapters.store.ehr_trail import EhrTrail
from tests.audit_trails import Desk
from tests.inbox_world import Practice, without_flushing

HOLOGRAM = {"unexpected_form: waitlist_entry.modality": 2}


@pytest.fixture(params=["sqlite", "postgresql"])
def practice(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Practice]:
    without_flushing(monkeypatch)
    url = f"sqlite:///{tmp_path / 'store.sqlite'}" if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))
    made = Practice(Desk(url, tmp_path))
    yield made
    assert made.verifies()
    made.trail.close()


def opened(practice: Practice) -> EhrTrail:
    """As another process would: nothing is remembered but what stands in the trail."""
    return EhrTrail(practice.trail, practice, "ehr")


def told(practice: Practice) -> list[tuple[str, Any]]:
    return [(one.kind, one.body.get("code") or one.body.get("count")) for one in practice.entries() if one.kind.startswith("ehr.")]


def test_an_outage_is_two_entries_however_often_it_is_met(practice: Practice) -> None:
    """One when it begins, one when it is over, with since when; the next outage is told of again."""
    for _ in range(10):
        opened(practice).not_read("no_connection")
        practice.wait(seconds=30)
    for _ in range(10):
        opened(practice).read({})
    opened(practice).not_read("http_401")

    assert told(practice) == [("ehr.not_read", "no_connection"), ("ehr.read_again", None), ("ehr.not_read", "http_401")]
    since = next(one.body["since"] for one in practice.entries() if one.kind == "ehr.read_again")
    assert since == (practice.present - timedelta(seconds=300)).isoformat()


def test_an_outage_with_many_faces_is_told_of_once_an_hour(practice: Practice) -> None:
    """Timeouts and lost connections in turn do not flood the trail."""
    for number in range(120):
        opened(practice).not_read(("timeout", "connection_lost")[number % 2])
        practice.wait(minutes=1)

    assert [kind for kind, _ in told(practice)] == ["ehr.not_read"] * 2


def test_rows_left_out_are_told_of_when_their_number_changes(practice: Practice) -> None:
    """By field and number, once; and once when there are none any more."""
    opened(practice).read({})
    for _ in range(10):
        opened(practice).read(HOLOGRAM)
    (entry,) = [one for one in practice.entries() if one.kind == "ehr.rows_set_aside"]
    assert entry.body == {"codes": ["unexpected_form:waitlist_entry.modality"], "count": 2}
    opened(practice).read({})
    opened(practice).read({})

    assert told(practice) == [("ehr.rows_set_aside", 2), ("ehr.rows_set_aside", 0)]
