"""The waitlist's page says what the code does: every reason, every setting with its default, every term with its weight."""

from dataclasses import fields
from enum import StrEnum
from pathlib import Path

import pytest

from hsched_core.use_cases.waitlist import FitWeights, WaitlistSettings
from hsched_core.use_cases.waitlist_reasons import SKIPPED

PAGE = (Path(__file__).parents[2] / "docs/explanation/waitlist.md").read_text(encoding="utf-8")
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if line.startswith("| ")]


def written() -> dict[str, str]:
    """Settings of the page's table with their defaults."""
    pairs = [(names.split(","), values.split(",")) for names, values, *_rest in ROWS if names.startswith("`") and len(_rest) == 1]
    return {name.strip(" `"): value.strip() for names, values in pairs for name, value in zip(names, values, strict=False)}


def shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value.value if isinstance(value, StrEnum) else value) or "none"


@pytest.mark.parametrize("sentence", SKIPPED.values())
def test_every_reason_is_explained(sentence: str) -> None:
    assert [row[0] for row in ROWS].count(sentence) == 1


def test_every_setting_stands_there_with_its_default() -> None:
    """All but the weights, which have a table of their own."""
    defaults = {one.name: shown(getattr(WaitlistSettings(), one.name)) for one in fields(WaitlistSettings)}

    assert {name: value for name, value in written().items() if name in defaults} == {
        name: value for name, value in defaults.items() if name != "weights"
    }


def test_every_term_stands_there_with_its_weight() -> None:
    weights = {row[0]: row[1] for row in ROWS if row[0] in {one.name for one in fields(FitWeights)}}

    assert weights == {one.name: f"{getattr(FitWeights(), one.name):.2f}" for one in fields(FitWeights)}
