"""The public file through our own import and de-identification to feature rows: the shortest way that leaves nothing out."""

from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

from hsched_adapters.assembly import OpenPractice, open_practice
from hsched_adapters.clock import choose_clock
from hsched_adapters.ehr.importer import ImportSummary, import_file
from hsched_adapters.settings import load_settings
from hsched_core.domain.contracts import TABLES
from hsched_core.domain.time import days_between
from hsched_core.privacy.deidentify import deidentify
from hsched_pipelines.lake import write_day
from tests.dbt_harness import Practice

MAP = "medical-appointment-no-shows"


Imported = tuple[ImportSummary, OpenPractice]


def imported_into(home: Path, file: Path) -> Imported:
    """The file as a practice of that home, and what the import said."""
    settings = load_settings({"HSCHED_HOME": str(home)})
    summary = import_file(settings, file, MAP, choose_clock(settings, ZoneInfo("UTC")))
    return summary, open_practice(settings)


def features_of(opened: OpenPractice) -> Practice:
    """The home with the file's lake and its training rows; coming visits are left out."""
    release(opened)
    practice = Practice(opened.paths.home, opened.practice.timezone)
    practice.run(select=["+feat_no_show__appointments"])
    return practice


def release(opened: OpenPractice) -> None:
    """Every day's changes, de-identified, into the lake; the vault is asked once a table."""
    practice = opened.practice
    days = list(days_between(practice.first_day, practice.last_day or practice.first_day))
    for table in TABLES:
        changes = [opened.ehr.changes(table, day).rows for day in days]
        released = iter(deidentify(table, [row for rows in changes for row in rows], opened.vault.pseudonyms, opened.timezone))
        for day, rows in zip(days, changes, strict=True):
            write_day(opened.paths.lake, table, day, list(islice(released, len(rows))))
