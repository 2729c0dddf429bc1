"""More than a thousand canaries of all 18 kinds through extraction and de-identification. `make prove` takes them through everything."""

from datetime import date

import pytest

from hsched_adapters.assembly import OpenPractice, open_practice
from hsched_adapters.scanner import Scanner
from hsched_adapters.settings import Paths, Settings, load_practice
from hsched_core.domain.contracts import TABLES
from hsched_pipelines.home import open_instance
from hsched_pipelines.operations.scan import places
from hsched_pipelines.running import JobResult, run_extract
from hsched_sandbox.create import create_sandbox
from tests.canaries import KINDS
from tests.canary_practice import CanaryPractice
from tests.canary_run import reached, without_a_column

TODAY, LAST = date(2026, 3, 10), date(2026, 3, 9)


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> CanaryPractice:
    """Five weeks of one clinician, every field of every table with canaries."""
    home = tmp_path_factory.mktemp("canaries")
    create_sandbox(home, today=TODAY, seed=7, clinicians=1, years=0.1)
    return CanaryPractice(home / "sandbox" / "ehr_export").plant()


@pytest.fixture(scope="module")
def opened(planted: CanaryPractice) -> OpenPractice:
    paths = Paths(planted.export.parents[1])
    return open_practice(Settings(paths, f"sqlite:///{paths.mlflow / 'mlflow.db'}", today=TODAY))


@pytest.fixture(scope="module")
def extracted(opened: OpenPractice) -> JobResult:
    """All days, extracted and de-identified."""
    with open_instance(opened.paths) as instance:
        return run_extract(instance, opened.settings, load_practice(opened.paths).first_day, LAST, lambda _: None)


def test_every_field_carries_canaries_of_all_kinds(planted: CanaryPractice) -> None:
    """More than 1,000, and each column of each table of the map is among the places."""
    places_by_table = {place.split(".")[0] for place in planted.fields}

    assert planted.canaries.count > 1_000
    assert {kind: len(planted.canaries.planted[kind]) > 30 for kind in KINDS} == dict.fromkeys(KINDS, True)
    assert places_by_table >= set(TABLES)


def test_none_gets_past_deidentification(planted: CanaryPractice, opened: OpenPractice, extracted: JobResult) -> None:
    """All 18 kinds stand in the identified zone, readable with the key; not one outside it, nor in its files as they lie there."""
    scanner = Scanner(planted.canaries.needles())
    report = scanner.scan([*places(opened.paths), opened.paths.identified, opened.paths.vault], opened.paths.home)

    assert extracted.success, extracted.reasons
    assert set(reached(opened, scanner)) == set(KINDS)
    assert report.hits == ()
    assert report.files > 200


def test_a_file_of_the_wrong_form_fails_without_quoting_it(planted: CanaryPractice, opened: OpenPractice, extracted: JobResult) -> None:
    """A header with canaries and without a column: the day fails, names the column of the map, and no canary."""
    assert extracted.success
    file = planted.export / LAST.isoformat() / "appointments.csv"
    without_a_column(file)
    with open_instance(opened.paths) as instance:
        failed = run_extract(instance, opened.settings, LAST, LAST, lambda _: None)

    assert not failed.success
    assert "Status" in str(failed.reasons)
    assert Scanner(planted.canaries.needles()).scan(places(opened.paths), opened.paths.home).hits == ()
