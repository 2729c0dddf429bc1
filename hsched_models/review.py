"""What a reviewer compares before a challenger takes over: computed from held-out visits and two forecasts of them. Pure.

Rows here are aggregates over at least `FEWEST_CLIENTS` clients; how they are shown is review_page.py, who is compared comparison.py.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from hsched_models.decision_value import Capacity, capacities, found_more, net_benefit, per_day_rank
from hsched_models.metrics import CALL_CAPACITY, measure
from hsched_models.resampling import Clients, Interval
from hsched_models.review_slices import group_masks, slice_masks
from hsched_models.score_shift import Shift, shift_of

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
Marks = NDArray[np.bool_]
FEWEST_CLIENTS = 11  # nothing is told of fewer people (SAFETY.md H5)
FEWEST_FOR_SPREAD = 30  # visits of a clinician before an average of theirs says anything
SIDES = ("champion", "challenger")


@dataclass(frozen=True)
class Compared:
    """Held-out visits with a known outcome, and two forecasts of them.

    `against` heads the other model's columns: champion, or the simpler model where no champion can be asked. `opponent`
    says which forecasts these are, `note` why.
    """

    moment: str
    challenger: str
    against: str
    opponent: str
    note: str
    rows: pd.DataFrame
    champion_p: Floats
    challenger_p: Floats

    @property
    def labels(self) -> Labels:
        return self.rows["label_is_unused"].to_numpy(dtype=np.int64)

    @property
    def forecasts(self) -> dict[str, Floats]:
        return dict(zip(SIDES, (self.champion_p, self.challenger_p), strict=True))

    @property
    def titles(self) -> dict[str, str]:
        """How people read the two sides."""
        return dict(zip(SIDES, (self.against, "challenger"), strict=True))


@dataclass(frozen=True)
class SliceRow:
    """A part of the visits under both models. `log_loss_change` is challenger minus champion: below zero is better."""

    name: str
    visits: int
    clients: int
    unused: float
    auroc: Mapping[str, float | None]
    observed_over_expected: Mapping[str, Interval]
    log_loss_change: Interval


@dataclass(frozen=True)
class GroupRow:
    """An audited group. Flagged are each day's riskiest fifth; the ratio compares those who came, inside and outside the group."""

    name: str
    visits: int
    clients: int
    unused: float
    flagged: Mapping[str, float]
    observed_over_expected: Mapping[str, Interval]
    false_flag_ratio: Mapping[str, Interval]
    false_flag_change: Interval  # the challenger's ratio over the champion's


@dataclass(frozen=True)
class Clinicians:
    """How evenly a model serves clinicians: observed over expected, by clinician. Nobody is named."""

    count: int
    low: float  # fifth percentile
    middle: float
    high: float  # ninety-fifth
    off: int  # clinicians further from 1 than chance explains


@dataclass(frozen=True)
class Review:
    """Everything on the page."""

    compared: Compared
    figures: Mapping[str, Mapping[str, float | int | None]]
    slices: tuple[SliceRow, ...]
    groups: tuple[GroupRow, ...]
    clinicians: Mapping[str, Clinicians]
    capacities: Mapping[str, tuple[Capacity, ...]]
    found_more: Mapping[int, Interval]
    net_benefit: Mapping[str, Floats]
    shift: Shift

    @property
    def overall(self) -> SliceRow:
        return self.slices[0]


def review(compared: Compared, shift: Shift | None = None) -> Review:
    """The whole comparison. `shift`: scores of the two versions themselves, where they can be had; of these forecasts otherwise."""
    rows, y = compared.rows, compared.labels
    clients = Clients(rows["client_token"])
    of_each = {
        side: tuple(capacities(y, p, rows["starts_on"], rows["duration_minutes"], clients)) for side, p in compared.forecasts.items()
    }
    return Review(
        compared=compared,
        figures={side: measure(rows["label_is_unused"].astype(int), p, rows["starts_on"]) for side, p in compared.forecasts.items()},
        slices=tuple(_slices(compared)),
        groups=tuple(_groups(compared, clients)),
        clinicians={side: clinician_spread(rows, p) for side, p in compared.forecasts.items()},
        capacities=of_each,
        found_more={
            one.calls: found_more(y, compared.challenger_p, compared.champion_p, rows["starts_on"], one.calls, clients)
            for one in of_each["challenger"]
        },
        net_benefit={side: net_benefit(y, p) for side, p in compared.forecasts.items()},
        shift=shift or shift_of(rows, compared.champion_p, compared.challenger_p, "the forecasts compared here", compared.against),
    )


def losses(labels: Labels, p: Floats) -> Floats:
    """Log loss of each row, forecasts kept off 0 and 1."""
    kept = np.clip(p, 1e-6, 1 - 1e-6)
    each: Floats = -np.where(labels == 1, np.log(kept), np.log(1 - kept))
    return each


def flagged(p: Floats, days: pd.Series) -> Marks:
    """Each day's riskiest fifth: what a front desk can call."""
    size = pd.Series(p).groupby(days.to_numpy()).transform("size").to_numpy()
    marked: Marks = per_day_rank(p, days) <= np.ceil(CALL_CAPACITY * size)
    return marked


def clinician_spread(rows: pd.DataFrame, p: Floats) -> Clinicians:
    """Observed over expected unused visits of every clinician with enough visits."""
    frame = pd.DataFrame({"who": rows["clinician_token"].to_numpy(), "y": rows["label_is_unused"].to_numpy(dtype=float), "p": p})
    by = (
        frame.assign(spread=frame["p"] * (1 - frame["p"]))
        .groupby("who")
        .agg(n=("y", "size"), y=("y", "sum"), p=("p", "sum"), v=("spread", "sum"))
    )
    by = by[by["n"] >= FEWEST_FOR_SPREAD]
    if by.empty:
        return Clinicians(0, float("nan"), float("nan"), float("nan"), 0)
    low, middle, high = np.quantile(by["y"] / by["p"], [0.05, 0.5, 0.95])
    off = int((((by["y"] - by["p"]).abs() / np.sqrt(by["v"])) > 3).sum())
    return Clinicians(len(by), float(low), float(middle), float(high), off)


def _slices(compared: Compared) -> Iterator[SliceRow]:
    for name, part, mask in _enough(compared, slice_masks(compared.rows)):
        y = compared.labels[mask]
        clients = Clients(part["client_token"])
        p = {side: forecast[mask] for side, forecast in compared.forecasts.items()}
        yield SliceRow(
            name=name,
            visits=len(part),
            clients=clients.count,
            unused=float(y.mean()),
            auroc={side: float(roc_auc_score(y, one)) if 0 < y.mean() < 1 else None for side, one in p.items()},
            observed_over_expected={side: clients.ratio(y.astype(float), one) for side, one in p.items()},
            log_loss_change=clients.mean(losses(y, p["challenger"]) - losses(y, p["champion"])),
        )


def _groups(compared: Compared, clients: Clients) -> Iterator[GroupRow]:
    y, days = compared.labels, compared.rows["starts_on"]
    flags = {side: flagged(p, days) for side, p in compared.forecasts.items()}
    for name, part, mask in _enough(compared, group_masks(compared.rows)):
        inside = mask.astype(float)
        yield GroupRow(
            name=name,
            visits=len(part),
            clients=int(part["client_token"].nunique()),
            unused=float(y[mask].mean()),
            flagged={side: float(flag[mask].mean()) for side, flag in flags.items()},
            observed_over_expected={side: clients.ratio(y * inside, p * inside) for side, p in compared.forecasts.items()},
            false_flag_ratio={side: _false_flags(clients, flag, y == 0, mask) for side, flag in flags.items()},
            false_flag_change=_false_flag_change(clients, flags, y == 0, mask),
        )


def _false_flags(clients: Clients, flag: Marks, came: Marks, group: Marks) -> Interval:
    """Share flagged of those who came, in the group over outside it."""
    inside, outside = came & group, came & ~group
    return clients.ratio_of_ratios(
        ((flag & inside).astype(float), inside.astype(float)), ((flag & outside).astype(float), outside.astype(float))
    )


def _false_flag_change(clients: Clients, flags: Mapping[str, Marks], came: Marks, group: Marks) -> Interval:
    """One ratio over the other, drawn together: the shares' denominators are the same visits and cancel."""
    old, new = (flags[side] & came for side in SIDES)
    inside, outside = (((new & part).astype(float), (old & part).astype(float)) for part in (group, ~group))
    return clients.ratio_of_ratios(inside, outside)


def _enough(compared: Compared, masks: Mapping[str, pd.Series]) -> Iterator[tuple[str, pd.DataFrame, Marks]]:
    """The parts that hold enough people to tell of them; the whole always comes first."""
    for name, mask in masks.items():
        part = compared.rows[mask]
        if name == "all" or part["client_token"].nunique() >= FEWEST_CLIENTS:
            yield name, part, mask.to_numpy(dtype=bool)
