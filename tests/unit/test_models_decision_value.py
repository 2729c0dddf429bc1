"""What calls find and may give back: counted by hand on a small calendar, and against what is known of net benefit."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from hsched_models.decision_value import EFFECTS, THRESHOLDS, capacities, found_more, net_benefit, per_day_rank, recovered_hours
from hsched_models.resampling import Clients

MONDAY = date(2026, 3, 2)


def week(per_day: int = 6) -> pd.DataFrame:
    """Seven days; on each the first two visits are missed, and the forecast has the first one on top and the second at the bottom."""
    rows = [
        {"day": MONDAY + timedelta(days=day), "y": int(place < 2), "p": [0.9, 0.1, 0.5, 0.4, 0.3, 0.2][place], "client": f"{day}-{place}"}
        for day in range(7)
        for place in range(per_day)
    ]
    return pd.DataFrame(rows)


def test_calls_find_what_the_top_of_each_days_list_holds() -> None:
    """Two calls a day find the one missed visit that stands on top: seven a week, half of all, 0.9 + 0.5 expected a day."""
    rows = week()
    minutes = pd.Series(30, index=rows.index)
    (two, five) = capacities(rows["y"].to_numpy(), rows["p"].to_numpy(), rows["day"], minutes, Clients(rows["client"]))

    assert (two.calls, two.found_a_week.value, two.share_found) == (2, pytest.approx(7), 0.5)
    assert two.expected_a_week == pytest.approx(7 * 1.4)
    assert two.hours_a_week.value == pytest.approx(3.5)
    assert (five.calls, five.found_a_week.value) == (5, pytest.approx(7))


def test_a_capacity_that_reaches_everybody_is_not_shown() -> None:
    """Ten calls on days of six visits decide nothing."""
    rows = week()
    found = capacities(rows["y"].to_numpy(), rows["p"].to_numpy(), rows["day"], pd.Series(50, index=rows.index), Clients(rows["client"]))

    assert [one.calls for one in found] == [2, 5]


def test_found_more_is_paired() -> None:
    """A list that has both missed visits on top finds seven more a week; a list against itself, none, without doubt."""
    rows = week()
    y, p, clients = rows["y"].to_numpy(), rows["p"].to_numpy(), Clients(rows["client"])
    better = np.where(y == 1, 0.8, 0.1)
    more, none = found_more(y, better, p, rows["day"], 2, clients), found_more(y, p, p, rows["day"], 2, clients)

    assert more.value == pytest.approx(7)
    assert more.is_above_zero
    assert (none.value, none.low, none.high) == (0, 0, 0)


def test_ties_keep_the_rows_order() -> None:
    """The same list each time it is made."""
    ranks = per_day_rank(np.full(4, 0.2), pd.Series([MONDAY] * 4))

    assert ranks.tolist() == [1, 2, 3, 4]


def test_net_benefit_of_a_perfect_and_of_a_flat_forecast() -> None:
    """Perfect: the base rate at every threshold. Flat: everybody below its value, nobody above."""
    y = np.array([1, 0, 0, 0, 0] * 20)
    flat = net_benefit(y, np.full(100, 0.21))

    assert net_benefit(y, y.astype(float)) == pytest.approx(np.full(len(THRESHOLDS), 0.2))
    assert flat[THRESHOLDS > 0.21] == pytest.approx(0)
    assert flat[0] == pytest.approx(0.2 - 0.8 * 0.02 / 0.98)


def test_hours_follow_the_assumed_effect() -> None:
    """A call prevents 39 of 100 misses it finds (25 to 51); a text in psychotherapy none."""
    rows = week()
    minutes = pd.Series(60, index=rows.index)
    two = capacities(rows["y"].to_numpy(), rows["p"].to_numpy(), rows["day"], minutes, Clients(rows["client"]))[0]
    by_contact = {effect.contact: recovered_hours(two, effect) for effect in EFFECTS}

    assert by_contact["phone call"] == pytest.approx((7 * 0.39, 7 * 0.25, 7 * 0.51))
    assert by_contact["text message, psychotherapy"] == (0, 0, 0)


def test_every_effect_names_its_source() -> None:
    """An assumption without a source is an invention; none claims to make things worse than nothing."""
    assert all("20" in effect.source and effect.low <= effect.relative_risk <= effect.high <= 1 for effect in EFFECTS)


def test_a_length_that_is_not_known_is_a_session() -> None:
    """Fifty minutes where the source says nothing."""
    rows = week()
    two = capacities(rows["y"].to_numpy(), rows["p"].to_numpy(), rows["day"], pd.Series(None, index=rows.index), Clients(rows["client"]))[0]

    assert two.hours_a_week.value == pytest.approx(7 * 50 / 60)
