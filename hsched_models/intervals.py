"""Figures of a set of forecasts with their intervals over clients, and paired differences between two models on the same visits."""

from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hsched_models.resampling import Clients, Interval

Floats = NDArray[np.float64]
_EDGE = 1e-6


@dataclass(frozen=True)
class Paired:
    """Mean log loss of a model minus that of another on the same visits (nats); below 0 the model is better."""

    against: str
    visits: int
    clients: int
    difference: Interval

    def document(self) -> dict[str, object]:
        """As JSON."""
        return {"against": self.against, "visits": self.visits, "clients": self.clients, **asdict(self.difference)}


def paired_of(document: dict[str, object]) -> Paired:
    """Back from JSON."""
    value, low, high = (float(str(document[name])) for name in ("value", "low", "high"))
    return Paired(str(document["against"]), int(str(document["visits"])), int(str(document["clients"])), Interval(value, low, high))


def paired_log_loss(labels: NDArray[np.int64], p: Floats, other: Floats, clients: pd.Series, against: str) -> Paired:
    """How much better or worse p is than `other`, with clients drawn anew."""
    drawn = Clients(clients)
    return Paired(against, len(labels), drawn.count, drawn.mean(log_losses(labels, p) - log_losses(labels, other)))


def intervals(labels: NDArray[np.int64], p: Floats, clients: pd.Series) -> dict[str, Interval]:
    """Log loss, Brier score, observed over expected, and AUROC where there are both classes; nothing where there are no visits."""
    if len(labels) == 0:
        return {}
    drawn = Clients(clients)
    found = {
        "log_loss": drawn.mean(log_losses(labels, p)),
        "brier": drawn.mean((labels - p) ** 2),
        "observed_over_expected": drawn.ratio(labels.astype(float), p),
    }
    return found | ({"auroc": drawn.auroc(labels, p)} if 0 < labels.mean() < 1 else {})


def log_losses(labels: NDArray[np.int64], p: Floats) -> Floats:
    """The log loss (nats) of each visit."""
    kept = np.clip(p, _EDGE, 1 - _EDGE)
    losses: Floats = -np.log(np.where(labels == 1, kept, 1 - kept))
    return losses
