"""Groups: what is reported of each, what is kept back, and that a planted unfairness shows."""

import numpy as np
import pandas as pd
import pytest

from hsched_models.groups import FEWEST_IN_GROUP, audit


def visits(n: int = 4000, seed: int = 0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "audit_has_welfare": rng.random(n) < 0.3,
            "audit_language": np.where(rng.random(n) < 0.02, "pt", "en"),
            "audit_race_ethnicity": None,
            "gender": rng.choice(["female", "male"], n),
            "age_years": rng.integers(0, 90, n).astype(float),
            "label_is_unused": rng.random(n) < 0.2,
        }
    )


def rows(frame: pd.DataFrame, p: np.ndarray) -> dict[tuple[str, str], dict[str, object]]:
    return {(str(row["attribute"]), str(row["group"])): row for row in audit(frame, p)}


def test_a_model_that_flags_a_group_for_what_it_is_shows() -> None:
    """Nobody misses more, but welfare clients score higher: the ratio is far above 1, observed over expected below."""
    frame = visits()
    p = np.random.default_rng(1).uniform(0.1, 0.3, len(frame)) + 0.08 * frame["audit_has_welfare"].to_numpy()
    found = rows(frame, p)[("welfare", "yes")]

    assert float(str(found["false_flag_ratio"])) > 2
    assert float(str(found["observed_over_expected"])) < 0.85
    assert found["n"] == frame["audit_has_welfare"].sum()


def test_a_fair_model_is_near_one() -> None:
    """Scores that do not know the group flag it as often as others."""
    frame = visits()
    found = rows(frame, np.random.default_rng(1).uniform(0.1, 0.3, len(frame)))

    assert float(str(found[("welfare", "yes")]["false_flag_ratio"])) == pytest.approx(1, abs=0.15)
    assert float(str(found[("gender", "male")]["observed_over_expected"])) == pytest.approx(1, abs=0.15)


def test_few_visits_are_counted_and_not_measured() -> None:
    """A rate of some dozen visits says nothing, and could point at a person."""
    found = rows(visits(), np.full(4000, 0.2))[("language", "pt")]

    assert 0 < int(str(found["n"])) < FEWEST_IN_GROUP
    assert found["too_few"] is True
    assert "base_rate" not in found


def test_what_is_not_recorded_is_no_group() -> None:
    """An attribute without any value is left out; single blanks are a group of their own; ages come in bands."""
    frame = visits()
    frame.loc[frame.index[:1000], "gender"] = None
    groups = rows(frame, np.full(len(frame), 0.2))

    assert not [key for key in groups if key[0] == "race_ethnicity"]
    assert groups[("gender", "not recorded")]["n"] == 1000
    assert {group for attribute, group in groups if attribute == "age_band"} == {"0-12", "13-17", "18-29", "30-44", "45-59", "60 and over"}
