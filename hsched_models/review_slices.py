"""The parts of the visits a review looks at one by one: slices of care, and audited groups of people. Masks only."""

from collections.abc import Iterator, Mapping

import pandas as pd

from hsched_models.metrics import slices

AGE_BANDS = ((0, 12), (13, 17), (18, 29), (30, 44), (45, 59), (60, 120))
GROUPS: Mapping[str, str] = {
    "gender": "gender",
    "welfare": "audit_has_welfare",
    "language": "audit_language",
    "race or ethnicity": "audit_race_ethnicity",
}


def slice_masks(rows: pd.DataFrame) -> dict[str, pd.Series]:
    """The house's slices, follow-up visits, and every modality by itself."""
    masks = slices(rows)
    masks |= {"follow_up": rows["session_type"].notna() & (rows["session_type"] != "intake")} if "intake" in masks else {}
    return masks | dict(_by_word(rows, "modality", "modality"))


def group_masks(rows: pd.DataFrame) -> dict[str, pd.Series]:
    """Groups of people, by what is recorded of them for audits; nothing recorded is no group."""
    found = {name: mask for title, column in GROUPS.items() if column in rows for name, mask in _by_word(rows, title, column)}
    age = pd.to_numeric(rows["age_years"]).astype("float64")
    bands = {f"age: {low}-{high}" if high < 120 else f"age: {low}+": age.between(low, high) for low, high in AGE_BANDS}
    return found | {name: mask for name, mask in bands.items() if 0 < mask.sum() < len(rows)}


def _by_word(rows: pd.DataFrame, title: str, column: str) -> Iterator[tuple[str, pd.Series]]:
    values = rows[column].astype("object").where(rows[column].notna(), None)
    words = sorted({value for value in values if value is not None}, key=str)
    if len(words) > 1:
        yield from ((f"{title}: {_word(value)}", values.map(lambda one, value=value: one == value).astype(bool)) for value in words)


def _word(value: object) -> str:
    return {True: "yes", False: "no"}.get(value, str(value)) if isinstance(value, bool) else str(value)
