"""How near forecasts come to the best ones possible, where those are known: a sandbox's filter oracle. Pure functions on arrays."""

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from hsched_models.metrics import expected_calibration_error

Floats = NDArray[np.float64]
_EDGE = 1e-9
LEAK_SE = 2.0


def cross_entropy(q: Floats, p: Floats) -> Floats:
    """Expected log loss (nats) of forecasts p where q is the truth, row by row; with q = 0 or 1 it is the log loss."""
    kept = np.clip(p, _EDGE, 1 - _EDGE)
    loss: Floats = -(q * np.log(kept) + (1 - q) * np.log(1 - kept))
    return loss


def explained_information_ratio(q: Floats, p: Floats, best: Floats, base: Floats) -> float:
    """Share of the attainable gain in log loss over the base rate that p attains: (L_base - L_p) / (L_base - L_best).

    `q` is what the losses are expected under: the oracle's own forecasts (no outcome noise), or the outcomes themselves.
    """
    floor, model, ceiling = (float(cross_entropy(q, each).mean()) for each in (base, p, best))
    return (floor - model) / (floor - ceiling)


def against_oracle(labels: NDArray[np.int64], p: Floats, q: Floats, base: Floats, clients: NDArray[np.object_]) -> dict[str, float]:
    """Figures of p against the oracle's q on the same visits; all are of the model, `*_oracle` of the oracle.

    explained_information_ratio and kl_millinats are expected under q and carry no outcome noise: they are the headline.
    explained_information_ratio_outcomes is the same from outcomes; its denominator alone is uncertain by several percent.
    over_oracle_se: by how many standard errors (clients as clusters) the model's log loss beats the oracle's.
    """
    y = labels.astype(float)
    divergence = cross_entropy(q, p) - cross_entropy(q, q)
    auroc, auroc_oracle = float(roc_auc_score(labels, p)), float(roc_auc_score(labels, q))
    return {
        "n": len(labels),
        "explained_information_ratio": explained_information_ratio(q, p, q, base),
        "explained_information_ratio_outcomes": explained_information_ratio(y, p, q, base),
        "kl_millinats": 1000 * float(divergence.mean()),
        "auroc": auroc,
        "auroc_oracle": auroc_oracle,
        "auroc_gap": auroc_oracle - auroc,
        "ece": expected_calibration_error(labels, p, equal_mass=False),
        "ece_oracle": expected_calibration_error(labels, q, equal_mass=False),
        "true_over_predicted": float(q.sum() / p.sum()),
        "over_oracle_se": _over(cross_entropy(y, q) - cross_entropy(y, p), clients),
    }


def is_leaking(figures: dict[str, float]) -> bool:
    """Better than the best forecast possible, beyond chance: something has seen the outcome."""
    return figures["over_oracle_se"] > LEAK_SE


def _over(gain: Floats, clients: NDArray[np.object_]) -> float:
    """The mean gain in its standard errors, visits of a client being alike."""
    _, position = np.unique(clients.astype(str), return_inverse=True)
    by_client = np.bincount(position, weights=gain - gain.mean())
    spread = float(np.sqrt(np.square(by_client).sum()))
    return float(gain.sum()) / spread if spread else 0.0
