"""The model card: what a reviewer must know before letting a model take over (after Mitchell et al. 2019)."""

from collections.abc import Mapping, Sequence

from hsched_models.dataset import TrainingSet
from hsched_models.features import CATALOGUE, Role
from hsched_models.metrics import Metrics

_SHOWN = ("n", "base_rate", "mean_predicted", "auroc", "auprc", "brier", "log_loss", "ece", "calibration_slope", "lift_at_10")


def model_card(
    rung: str,
    training: TrainingSet,
    columns: Sequence[str],
    demographic_inputs: Mapping[str, str],
    by_slice: Mapping[str, Metrics],
    holdout_from: str,
) -> str:
    """The card as Markdown. Figures are of the same recipe fitted before the held-out visits."""
    frame = training.frame
    return "\n".join(
        [
            f"# No-show model `{rung}`, moment `{training.moment}`",
            "",
            "**Predicts** the probability that a booked slot goes unused: a no-show, or a client's cancel inside the notice window.",
            "Early and clinic cancels are neither and are left out.",
            "",
            "**For** ranking a day's visits for help: reminders, calls, an earlier offer to move. **Not for** double-booking a",
            "person, ranking anyone down, fees, or any clinical judgement.",
            "",
            f"**Trained on** {len(frame):,} visits from {frame['starts_on'].min()} to {frame['starts_on'].max()}, "
            f"{training.y.mean():.1%} unused; rows sha256 `{training.digest[:16]}`.",
            *(f"- left out, {reason}: {count:,}" for reason, count in training.left_out.items()),
            "",
            f"**Held-out visits** from {holdout_from} on (fitted on what was known a day before the first of them):",
            "",
            *_table(by_slice),
            "",
            f"**Reads** {len(columns)} columns: {', '.join(f'`{column}`' for column in columns)}.",
            *_demographics(columns, demographic_inputs),
            "Never reads: race, ethnicity, language, welfare, diagnoses, payer.",
            "",
            "**Known limits**: level of misses wanders from week to week; new clients are scored from the booking alone; a",
            "reminder that works makes the score look wrong, so drift is judged together with contacts.",
            "",
        ]
    )


def _table(by_slice: Mapping[str, Metrics]) -> list[str]:
    header = ["slice", *_SHOWN]
    rows = [[name, *(_cell(metrics.get(key)) for key in _SHOWN)] for name, metrics in by_slice.items()]
    return [f"| {' | '.join(row)} |" for row in (header, ["---"] * len(header), *rows)]


def _cell(value: float | int | None) -> str:
    return "" if value is None else f"{value:,}" if isinstance(value, int) else f"{value:.3f}"


def _demographics(columns: Sequence[str], demographic_inputs: Mapping[str, str]) -> list[str]:
    used = [feature for feature in CATALOGUE if feature.role is Role.DEMOGRAPHIC and feature.name in columns]
    return [
        f"- demographic input `{feature.name}`; basis recorded by the practice: {demographic_inputs[feature.basis]}" for feature in used
    ]
