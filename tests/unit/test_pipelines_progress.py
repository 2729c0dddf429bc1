"""How a step tells where it is, and how failures near patients' values are reduced."""

import traceback

import pytest

from hsched_core.domain.errors import InputError, SafeError
from hsched_pipelines.progress import Progress
from hsched_pipelines.safely import inside_zone

NEEDLE = "Ottoline Quackenbush"


def test_progress_speaks_when_time_has_passed_and_not_before() -> None:
    """A line every few seconds, not a line a day."""
    said: list[str] = []
    progress = Progress(said.append, "extracting", 200)
    progress.advance(50)
    progress._last -= 10
    progress.advance(50)

    assert said == ["extracting: 100 of 200 days (50 %)"]


def test_a_strangers_message_becomes_a_code_and_a_place() -> None:
    """Neither the text nor the printed traceback quotes the value."""
    with pytest.raises(SafeError) as caught, inside_zone("extract_failed", "raw_ehr__clients 2026-01-01"):
        raise ValueError(f"cannot parse {NEEDLE}")

    assert str(caught.value) == "extract_failed at raw_ehr__clients 2026-01-01"
    assert NEEDLE not in "".join(traceback.format_exception(caught.value))


def test_an_error_made_for_people_passes() -> None:
    """It names file, row and field, and never a value."""
    with pytest.raises(InputError, match="row 3"), inside_zone("extract_failed", "x"):
        raise InputError("not a day", file="clients.csv", row=3, field="birth_date")
