"""Extraction and de-identification on a real Dagster instance, with real encryption and vault; only the EHR is a fake."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import pyarrow.parquet as pq
import pytest

from hsched_adapters.assembly import open_practice
from hsched_adapters.settings import Settings
from hsched_core.domain.contracts import TABLES
from hsched_core.domain.time import days_between
from hsched_core.ports import Rejected
from hsched_pipelines import running
from hsched_pipelines.home import open_instance
from hsched_pipelines.lake import day_file, lake_name, lake_schema
from hsched_pipelines.operations import definitions, deidentified
from tests.fake_practice import CLOSED, FIRST, LAST, NAMES, FakeEhr, fake_ehr, opened_with, settings_in

SECRETS = [*(name for pair in NAMES for name in pair), "Elderberry", "CLIENT-000", "555-01", "MBR000"]


@dataclass
class Host:
    """A practice, its EHR and its Dagster instance."""

    settings: Settings
    ehr: FakeEhr
    instance: dg.DagsterInstance
    heard: list[str] = field(default_factory=list)

    def extract(self, first: date, last: date) -> running.JobResult:
        return running.run_extract(self.instance, self.settings, first, last, self.heard.append)

    def scan(self, day: date) -> running.JobResult:
        return running.run_scan(self.instance, self.settings, day, day, self.heard.append)

    def materialized(self, asset: str) -> set[str]:
        return set(self.instance.get_materialized_partitions(dg.AssetKey(asset)))

    def lake(self, table: str, day: date) -> Path:
        return day_file(self.settings.paths.lake, table, day)

    def stored(self) -> bytes:
        """Everything Dagster keeps on disk."""
        return b"".join(file.read_bytes() for file in self.settings.paths.dagster.rglob("*") if file.is_file())


@pytest.fixture
def host(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Host]:
    settings, ehr = settings_in(tmp_path), fake_ehr()
    build = definitions.build_defs
    monkeypatch.setattr(definitions, "build_defs", lambda chosen: build(chosen, opened_with(ehr)))
    with open_instance(settings.paths) as instance:
        yield Host(settings, ehr, instance)


def plant(monkeypatch: pytest.MonkeyPatch, table: str, leak: Callable[[dict[str, Any], Mapping[str, Any]], dict[str, Any]]) -> None:
    """De-identify one table dishonestly: `leak` makes the released row from the honest one and the raw one."""
    honest = deidentified.deidentify

    def dishonest(name: str, rows: Sequence[Mapping[str, Any]], *rest: Any) -> list[dict[str, Any]]:
        released = honest(name, rows, *rest)
        return [leak(new, old) for new, old in zip(released, rows, strict=True)] if name == table else released

    monkeypatch.setattr(deidentified, "deidentify", dishonest)


def test_a_backfill_makes_every_day_of_every_table(host: Host) -> None:
    """Two weeks in one run: partitions, files, counts; and what the terminal hears."""
    result = host.extract(FIRST, LAST)
    days = {str(day) for day in days_between(FIRST, LAST)}

    assert result.reasons == []
    assert result.success
    assert {name: host.materialized(name) for name in result.metadata} == dict.fromkeys(result.metadata, days)
    assert {host.lake(table, day).is_file() for table in TABLES for day in days_between(FIRST, LAST)} == {True}
    assert result.metadata["raw_ehr__appointments"]["run_rows"] == 4 * 13
    assert result.metadata["deid_ehr__appointments"]["run_rows"] == 4 * 13
    assert "limited data set" in result.metadata["deid_ehr__appointments"]["claim"]
    assert "raw_ehr__appointments: 52 rows, 0 rejected, 14 days" in host.heard


def test_the_lake_has_exactly_its_schema_and_no_identifier(host: Host) -> None:
    """Columns and types of every file; no file holds a name, a place or a number of a client."""
    host.extract(FIRST, LAST)
    files = list(host.settings.paths.lake.rglob("*.parquet"))

    assert {lake_schema(table).equals(pq.read_schema(host.lake(table, FIRST))) for table in TABLES} == {True}
    assert all(secret not in str(pq.read_table(file).to_pylist()) for file in files for secret in SECRETS)


def test_nothing_in_dagsters_store_names_a_person(host: Host) -> None:
    """Event log, run records and compute logs, searched as bytes."""
    host.extract(FIRST, LAST)
    stored = host.stored()

    assert b"raw_ehr__clients" in stored
    assert [secret for secret in SECRETS if secret.encode() in stored] == []


def test_a_day_without_appointments_is_a_day(host: Host) -> None:
    """An empty extract, an empty typed file, a materialized partition, checks that pass."""
    result = host.extract(CLOSED, CLOSED)

    assert result.success
    assert result.metadata["raw_ehr__appointments"]["dagster/row_count"] == 0
    assert pq.read_table(host.lake("appointments", CLOSED)).num_rows == 0
    assert host.materialized("deid_ehr__appointments") == {str(CLOSED)}


def test_running_a_day_again_gives_the_same_rows(host: Host) -> None:
    """Byte for byte: pseudonyms are looked up, not drawn again, and the order is fixed."""
    host.extract(FIRST, LAST)
    before = host.lake("appointments", FIRST).read_bytes()
    host.ehr.rows["appointments", FIRST].reverse()
    host.extract(FIRST, FIRST)

    assert host.lake("appointments", FIRST).read_bytes() == before


def test_a_missed_day_is_made_up_for_alone(host: Host) -> None:
    """The days around it stay as they are; the missing partition is filled."""
    missed = FIRST + timedelta(days=2)
    host.extract(FIRST, missed - timedelta(days=1))
    host.extract(missed + timedelta(days=1), LAST)
    untouched = host.lake("appointments", LAST).stat().st_mtime_ns
    assert str(missed) not in host.materialized("deid_ehr__appointments")

    assert host.extract(missed, missed).success
    assert host.materialized("deid_ehr__appointments") == {str(day) for day in days_between(FIRST, LAST)}
    assert host.lake("appointments", LAST).stat().st_mtime_ns == untouched


def test_rows_that_break_the_contract_are_quarantined_and_counted(host: Host) -> None:
    """Place and reason in the metadata, the row itself only encrypted; a large share is a warning, not a stop."""
    host.ehr.rejected[FIRST] = [Rejected("appointments.csv", 7, "starts_on", "not a day", "Ottoline;Quackenbush;31/31/2026")]
    result = host.extract(FIRST, FIRST)
    metadata = result.metadata["raw_ehr__appointments"]
    kept = open_practice(host.settings).zone.read(f"quarantine/appointments/{FIRST}.jsonl")

    assert result.success
    assert metadata["rejected_by_reason"] == {"starts_on: not a day": 1}
    assert [dict(record.data) for record in metadata["rejected_rows"].records] == [
        {"day": "2026-03-02", "row": 7, "field": "starts_on", "reason": "not a day"}
    ]
    assert [(failed.check, failed.is_error) for failed in result.failed_checks] == [("few_quarantined", False)]
    assert b"Ottoline" in kept
    assert b"Ottoline" not in host.stored()


def test_a_failed_check_stops_what_depends_on_it_and_says_why(host: Host) -> None:
    """An event recorded before it happened: the day does not reach the lake."""
    host.ehr.rows["appointments", FIRST][0]["event_at"] += timedelta(days=1)
    result = host.extract(FIRST, FIRST)

    assert not result.success
    assert result.reasons == [
        "raw_ehr__appointments: check contract_holds failed: column_pair_values_a_to_be_greater_than_b on recorded_at, event_at: 1 rows"
    ]
    assert host.materialized("deid_ehr__appointments") == set()
    assert not host.lake("appointments", FIRST).exists()


def test_a_strangers_exception_is_reduced_to_a_code(host: Host) -> None:
    """A connector that quotes a row in its message: neither the result nor Dagster's store repeats it."""
    host.ehr.fails_with = ValueError("cannot parse Ottoline Quackenbush")
    result = host.extract(FIRST, FIRST)

    assert "extract_failed at raw_ehr__appointments 2026-03-02" in str(result.reasons)
    assert b"Quackenbush" not in host.stored()


def test_an_identifier_in_place_of_a_token_is_seen_by_its_form(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    """A release that lets the EHR's client id through: the day fails, and what looks at it further does not start."""
    plant(monkeypatch, "clients", lambda new, old: {**new, "client_token": old["client_id"]})
    result = host.extract(FIRST, FIRST)

    assert not result.success
    assert result.reasons == ["deid_ehr__clients: check release_holds failed: column_values_to_match_regex on client_token: 3 rows"]


def test_a_planted_leak_is_found_and_stops_the_run(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name in the form of a harmless code: only the search for identifiers sees it, and the day fails."""
    plant(monkeypatch, "clinicians", lambda new, old: {**new, "discipline": f"{old['given_name']}_{old['family_name']}".lower()})
    result = host.extract(FIRST, FIRST)

    assert not result.success
    assert [(failed.asset, failed.check) for failed in result.failed_checks] == [("deid_ehr__appointments", "no_identifiers_past_deid")]
    assert re.fullmatch(r"identifiers found: deid_ehr__clinicians: \d+ x full_name", result.failed_checks[0].reason)


def test_a_clean_home_has_no_hits_and_a_leaking_one_has(host: Host) -> None:
    """The nightly scan over everything past de-identification; the positive control is a name in a folder nobody thought of."""
    host.extract(FIRST, LAST)
    clean = host.scan(FIRST)
    report = host.settings.paths.home / "somewhere" / "2026-03-02.html"
    report.parent.mkdir()
    report.write_text("<html>Worst predicted: Quackenbush, Ottoline</html>")
    leaking = host.scan(FIRST)

    assert clean.success
    assert clean.metadata["audit_privacy__scan"]["needles"] > 20
    assert clean.metadata["audit_privacy__scan"]["files"] > 70
    assert not leaking.success
    assert leaking.reasons == [
        "audit_privacy__scan: check no_identifiers_anywhere failed: identifiers found: somewhere/2026-03-02.html: 1 x full_name"
    ]


def test_the_lake_says_which_file_is_whose() -> None:
    """Names of tables follow the house's grammar."""
    assert [lake_name(table) for table in ("appointments", "clients")] == ["deid_ehr__appointments", "deid_ehr__clients"]
