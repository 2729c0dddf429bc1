"""`hsched evaluate --sandbox`: a plain-world practice in a scratch home, through the same graph, judged against what only it knows.

The truth is joined here, where key, export and vault of the scratch home are at hand; the models never see it.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hsched_adapters.settings import Settings

TODAY = date(2026, 11, 24)  # fixed, so that a seed names one practice
TARGETS = (("explained_information_ratio", ">= 0.94"), ("auroc_gap", "<= 0.005"), ("ece", "<= 0.010"), ("kl_millinats", "<= 4"))


def evaluate_sandbox(clinicians: int, years: float, seed: int, say: Callable[[str], None]) -> dict[str, Any]:
    """Figures of the recipe that would ship in that practice; nothing of it is kept."""
    from hsched_models.dataset import load_rows
    from hsched_models.rolling import Recipe
    from hsched_models.sandbox_report import evaluate_against_oracle

    with TemporaryDirectory(prefix="hsched-") as folder:
        made = _practice(Path(folder), clinicians, years, seed, say)
        practice = made.practice
        rows = load_rows(made.paths.tables / "feat_no_show__appointments.parquet")
        recipe = Recipe("", practice.timezone, practice.demographic_inputs)
        figures = evaluate_against_oracle(rows, oracle_of(made), recipe, say)
    return {"clinicians": clinicians, "years": years, "seed": seed, **figures}


def _practice(home: Path, clinicians: int, years: float, seed: int, say: Callable[[str], None]) -> "Settings":
    """A sandbox with its feature tables built, by the same jobs as any practice's."""
    from hsched_adapters.settings import Paths
    from hsched_cli.practice import settings
    from hsched_pipelines.home import open_instance
    from hsched_pipelines.running import raise_if_failed, run_extract, run_features
    from hsched_sandbox.create import create_sandbox

    summary = create_sandbox(
        home,
        today=TODAY,
        seed=seed,
        clinicians=clinicians,
        years=years,
        plain=True,
        progress=lambda share, what: say(f"{what} ({share:.0%})"),
    )
    chosen = replace(settings(), paths=Paths(home), key_file=None)
    with open_instance(chosen.paths) as instance:
        raise_if_failed(run_extract(instance, chosen, summary.first_day, TODAY - timedelta(days=1), say))
        raise_if_failed(run_features(instance, chosen, say))
    return chosen


def oracle_of(made: "Settings") -> dict[str, float]:
    """The filter oracle's P(unused) by appointment token, where it makes a forecast."""
    from hsched_adapters.assembly import open_practice
    from hsched_sandbox.truth import filter_forecasts

    forecasts = filter_forecasts(made.paths.sandbox / "truth")
    tokens = open_practice(made).vault.pseudonyms("appointment", forecasts)
    return {tokens[exported]: p for exported, p in forecasts.items()}
