"""Great Expectations on feature tables and scores, blocking: nothing is trained, scored or published from what fails."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import dagster as dg

from hsched_adapters.settings import Settings
from hsched_pipelines.learning.daily import SCORE
from hsched_pipelines.partitions import days_of
from hsched_pipelines.suites import check_result, judge

SHARES = (
    "client_unused_rate",
    "client_recent_unused_rate",
    "practice_unused_rate",
    "lead_unused_rate",
    "clinician_unused_rate",
    "slot_unused_rate",
)
KEYS = ("booking_id", "appointment_token", "client_token", "moment", "scored_at", "booked_at", "starts_on", "lead_time_days")

SCORE_KEYS = ("as_of_on", "booking_id", "moment")


def learning_checks(settings: Settings) -> list[dg.AssetChecksDefinition]:
    """One suite for training rows, one for coming visits, one for their scores."""
    appointments, coming = "feat_no_show__appointments", "feat_no_show__coming"
    rows = "Keys, vocabularies and ranges of every feature row."
    return [
        _check(appointments, "features_hold", rows, lambda _: _training_rows(settings), lambda: feature_expectations(appointments)),
        _check(coming, "features_hold", rows, lambda context: _coming_rows(settings, context), lambda: feature_expectations(coming)),
        _check(SCORE, "scores_hold", "Every score is a probability, once a visit.", lambda c: _scores(settings, c), score_expectations),
    ]


def _check(
    asset: str, name: str, description: str, read: Callable[[dg.AssetCheckExecutionContext], Any], expected: Callable[[], Sequence[Any]]
) -> dg.AssetChecksDefinition:
    @dg.asset_check(asset=asset, name=name, blocking=True, description=description)
    def holds(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
        return check_result(judge(read(context), expected()))

    return holds


def feature_expectations(asset: str) -> Sequence[Any]:
    """What every row of a feature table must be, whatever the practice."""
    import great_expectations.expectations as gxe

    from hsched_models.features import MOMENTS

    unique = ["booking_id", "moment", "scored_at"]
    ranges = {"lead_time_days": (0, 1500), "weekday": (1, 7), "start_hour": (0, 23), **dict.fromkeys(SHARES, (0, 1))}
    expectations = [gxe.ExpectColumnValuesToNotBeNull(column=name) for name in KEYS]
    expectations += [gxe.ExpectColumnValuesToBeBetween(column=name, min_value=low, max_value=high) for name, (low, high) in ranges.items()]
    expectations += [
        gxe.ExpectColumnValuesToBeInSet(column="moment", value_set=list(MOMENTS)),
        gxe.ExpectCompoundColumnsToBeUnique(column_list=unique),
        gxe.ExpectColumnPairValuesAToBeGreaterThanB(column_A="scored_at", column_B="booked_at", or_equal=True),
    ]
    return expectations if asset.endswith("coming") else [*expectations, *_label_expectations()]


def score_expectations() -> Sequence[Any]:
    """What every row of a day's scores must be. Parts are empty where the source does not tell them apart."""
    import great_expectations.expectations as gxe

    parts = ("probability", "probability_no_show", "probability_late_cancel")
    return [
        *(gxe.ExpectColumnValuesToNotBeNull(column=name) for name in (*SCORE_KEYS, "probability", "model_version", "rank_in_day")),
        *(gxe.ExpectColumnValuesToBeBetween(column=name, min_value=0, max_value=1) for name in parts),
        gxe.ExpectCompoundColumnsToBeUnique(column_list=list(SCORE_KEYS)),
        gxe.ExpectCompoundColumnsToBeUnique(column_list=["as_of_on", "starts_on", "rank_in_day"]),
    ]


def _label_expectations() -> list[Any]:
    import great_expectations.expectations as gxe

    from hsched_core.domain.vocabulary import Outcome

    missing = "either_value_is_missing"
    return [
        gxe.ExpectTableRowCountToBeBetween(min_value=1),
        gxe.ExpectColumnValuesToBeInSet(column="label_outcome", value_set=[str(word) for word in Outcome]),
        gxe.ExpectColumnPairValuesAToBeGreaterThanB(column_A="label_known_at", column_B="scored_at", ignore_row_if=missing),
    ]


def _training_rows(settings: Settings) -> Any:
    import pyarrow.parquet as pq

    return pq.read_table(settings.paths.tables / "feat_no_show__appointments.parquet").to_pandas(date_as_object=False)


def _coming_rows(settings: Settings, context: dg.AssetCheckExecutionContext) -> Any:
    """The rows of the run's as-of days; a day without coming visits has no folder."""
    import pandas as pd
    import pyarrow.parquet as pq

    folder = settings.paths.tables / "feat_no_show__coming"
    days = [folder / f"as_of_on={day + timedelta(days=1)}" for day in days_of(context)]
    files = [file for day in days if day.is_dir() for file in sorted(day.glob("*.parquet"))]
    frames = [pq.ParquetFile(file).read().to_pandas(date_as_object=False) for file in files]
    columns = [*KEYS, "weekday", "start_hour", *SHARES]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=columns)


def _scores(settings: Settings, context: dg.AssetCheckExecutionContext) -> Any:
    """The scores of the run's days."""
    import pandas as pd

    return pd.concat([pd.read_parquet(settings.paths.scores / f"{day}.parquet") for day in days_of(context)], ignore_index=True)
