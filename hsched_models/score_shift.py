"""What changes in the scores when one model follows another: their spread, the day's lists, and where they disagree most.

No outcome is needed, so both versions may be asked about the same visits, whatever they were trained on.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hsched_models.decision_value import per_day_rank
from hsched_models.estimators import logit
from hsched_models.metrics import CALL_CAPACITY

Floats = NDArray[np.float64]
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)
FEWEST_CLIENTS = 11
MOST_DISAGREEMENTS, LEAST_MOVE = 8, 0.005  # log odds over all visits
LEAD_BANDS = (("same day", 0, 0), ("1-7 days", 1, 7), ("8-30 days", 8, 30), ("over 30 days", 31, 10_000))
VISITS_BANDS = (("none", 0, 0), ("1-3", 1, 3), ("4-10", 4, 10), ("over 10", 11, 10_000))


@dataclass(frozen=True)
class Disagreement:
    """A kind of visit the two models see differently: mean probabilities, and the observed share where outcomes are known."""

    kind: str
    visits: int
    clients: int
    champion: float
    challenger: float
    observed: float


@dataclass(frozen=True)
class Shift:
    """Champion's and challenger's scores of the same visits. `psi` over the champion's deciles; below 0.1 nothing to see."""

    visits: int
    psi: float
    champion_quantiles: tuple[float, ...]
    challenger_quantiles: tuple[float, ...]
    rank_correlation: float
    list_kept: float  # share of each day's riskiest fifth that stays on the list
    disagreements: tuple[Disagreement, ...]
    scores: Mapping[str, Floats]
    of: str

    @property
    def titles(self) -> tuple[str, str]:
        """How people read the two sides."""
        first, second = self.scores
        return first, second


def shift_of(rows: pd.DataFrame, champion: Floats, challenger: Floats, of: str, against: str = "champion") -> Shift:
    """How the challenger's scores of these visits differ from the champion's; `of` says whose scores these are."""
    ranks = pd.DataFrame({"a": champion, "b": challenger}).rank()
    return Shift(
        visits=len(rows),
        psi=population_stability(champion, challenger),
        champion_quantiles=_quantiles(champion),
        challenger_quantiles=_quantiles(challenger),
        rank_correlation=float(ranks["a"].corr(ranks["b"])) if ranks["a"].nunique() > 1 < ranks["b"].nunique() else float("nan"),
        list_kept=_list_kept(rows["starts_on"], champion, challenger),
        disagreements=tuple(_disagreements(rows, champion, challenger)),
        scores={against: champion, "challenger": challenger},
        of=of,
    )


def population_stability(reference: Floats, current: Floats, bins: int = 10) -> float:
    """PSI over the reference's quantile bins; an empty bin counts as half a row."""
    edges = np.unique(np.quantile(reference, np.linspace(0, 1, bins + 1)[1:-1]))
    shares = [np.maximum(np.bincount(np.searchsorted(edges, p), minlength=len(edges) + 1), 0.5) / len(p) for p in (reference, current)]
    return float(((shares[1] - shares[0]) * np.log(shares[1] / shares[0])).sum())


def _quantiles(p: Floats) -> tuple[float, ...]:
    return tuple(float(q) for q in np.quantile(p, QUANTILES))


def _list_kept(days: pd.Series, champion: Floats, challenger: Floats) -> float:
    size = pd.Series(champion).groupby(days.to_numpy()).transform("size").to_numpy()
    first, second = (per_day_rank(p, days) <= np.ceil(CALL_CAPACITY * size) for p in (champion, challenger))
    return float((first & second).sum() / first.sum())


def _disagreements(rows: pd.DataFrame, champion: Floats, challenger: Floats) -> list[Disagreement]:
    """Kinds of visits by how much the mean log odds moved beyond the move of everybody, most first; few people are left out."""
    move = logit(challenger) - logit(champion)
    common = float(move.mean())
    found = []
    for kind, mask in _kinds(rows):
        part = rows[mask]
        if part["client_token"].nunique() >= FEWEST_CLIENTS:
            weight = abs(float(move[mask].mean()) - common) * np.sqrt(mask.mean())  # a small kind must differ more to be shown
            found.append((float(weight), _disagreement(kind, part, champion[mask], challenger[mask])))
    return [one for weight, one in sorted(found, key=lambda item: -item[0])[:MOST_DISAGREEMENTS] if weight > LEAST_MOVE]


def _disagreement(kind: str, part: pd.DataFrame, champion: Floats, challenger: Floats) -> Disagreement:
    known = part["label_is_unused"].dropna()
    observed = float(known.astype(float).mean()) if len(known) else float("nan")
    return Disagreement(kind, len(part), int(part["client_token"].nunique()), float(champion.mean()), float(challenger.mean()), observed)


def _kinds(rows: pd.DataFrame) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    for column in ("session_type", "modality", "weekday"):
        values = rows[column].astype("object").where(rows[column].notna(), "unknown").astype(str)
        yield from ((f"{column} {word}", (values == word).to_numpy()) for word in sorted(values.unique()))
    for title, column, bands in (("booked ahead", "lead_time_days", LEAD_BANDS), ("earlier visits", "client_visits", VISITS_BANDS)):
        numbers = pd.to_numeric(rows[column]).astype("float64")
        yield from ((f"{title} {name}", numbers.between(low, high).to_numpy()) for name, low, high in bands)
