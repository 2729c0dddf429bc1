"""Who is compared with whom before a model takes over, and the review written into the challenger's MLflow run.

The champion was trained on most of the held-out visits, so it can seldom be asked itself; who stands for it is said on the page.
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from hsched_core.domain.errors import NotReadyError
from hsched_models.design import BASELINE, SHIPPED
from hsched_models.promote import FEWEST_TEST_ROWS
from hsched_models.registry import CHAMPION, Registry, model_name
from hsched_models.review import Compared, Review, review
from hsched_models.review_findings import advice, findings
from hsched_models.review_page import Candidacy, page, tables
from hsched_models.review_plots import pictures
from hsched_models.review_writing import document, html, markdown
from hsched_models.score_shift import Shift, shift_of
from hsched_models.train import Fitted

Floats = NDArray[np.float64]
NEWEST_DAYS = 28  # over which the two versions' scores are laid side by side
TABLE = "lead_time_table"
SIMPLER = {BASELINE: "baseline", TABLE: "lead-time table"}  # as columns are headed


def publish_reviews(
    registry: Registry, moment: str, runs: Mapping[str, Mapping[str, Any]], held_out: pd.DataFrame, forecasts: Mapping[str, Floats]
) -> None:
    """A review of every registered candidate, in its run: page, tables, JSON, and pictures of the one that ships first.

    `forecasts`: P(unused) of the held-out visits by rung.
    """
    for name, run in runs.items():
        if "version" in run and name in forecasts:
            made, who = _reviewed(registry, moment, name, str(run["version"]), held_out, forecasts)
            publish(registry, str(run["run_id"]), made, who, pictures(made) if name == SHIPPED else {})


def publish(registry: Registry, run_id: str, made: Review, who: Candidacy, drawn: Mapping[str, bytes]) -> None:
    """Write one review into a run; `drawn` are its pictures by name."""
    sections = page(made, who)
    registry.log(
        run_id,
        metrics=headline(made),
        texts={
            "review.md": markdown(sections),
            "review.html": html(sections, drawn),
            "review.json": document(made, who),
        },
        pictures={f"{name}.png": png for name, png in drawn.items()},
    )
    registry.log_tables(run_id, {f"review/{name}.json": rows for name, rows in tables(sections).items()})
    registry.tag_version(made.compared.moment, who.challenger_version, {"review": advice(made, findings(made))[0].value})


def headline(made: Review) -> dict[str, float]:
    """The few figures that MLflow's own comparison of runs should show."""
    found = {f"review.found_more_at_{calls}": more.value for calls, more in made.found_more.items()}
    change, shift = made.overall.log_loss_change, made.shift
    measured = {"review.log_loss_change": change.value, "review.psi": shift.psi, "review.list_kept": shift.list_kept, **found}
    return {name: value for name, value in measured.items() if math.isfinite(value)}


def compared(registry: Registry, moment: str, name: str, held_out: pd.DataFrame, forecasts: Mapping[str, Floats]) -> Compared:
    """The held-out visits, this candidate's forecasts and those that stand for the champion, in order of preference.

    The champion's recipe fitted before these visits, where that is another one; the champion itself on visits after those it
    was trained on, where there are enough; else the simpler model that a candidate must beat in any case.
    """
    in_charge = registry.version_of(moment, CHAMPION)
    if in_charge is None:
        return _with_simpler(moment, name, held_out, forecasts, "There is no champion yet.")
    rung, version = str(in_charge.tags.get("rung")), str(in_charge.version)
    if rung != name and rung in forecasts:
        note = (
            f"The champion's recipe ({rung}) was fitted again without these visits, so that both are asked about visits they have not seen."
        )
        return Compared(moment, name, CHAMPION, f"{rung}, refitted", note, held_out, forecasts[rung], forecasts[name])
    return _with_itself(registry, moment, name, version, held_out, forecasts)


def _with_itself(
    registry: Registry, moment: str, name: str, version: str, held_out: pd.DataFrame, forecasts: Mapping[str, Floats]
) -> Compared:
    unseen = (held_out["starts_on"].astype(str) > registry.trained_through(moment, version)).to_numpy()
    if unseen.sum() < FEWEST_TEST_ROWS or held_out["label_is_unused"][unseen].nunique() < 2:
        share = f"all but {int(unseen.sum())}" if unseen.any() else "all"
        note = (
            f"The champion is the same recipe and was trained on {share} of these visits: on them it cannot be judged. "
            "What a promotion brings is newer visits; the sections on scores show how much moves."
        )
        return _with_simpler(moment, name, held_out, forecasts, note)
    try:
        p = _asked(registry.load(moment, version), held_out[unseen])
    except NotReadyError as error:
        return _with_simpler(moment, name, held_out, forecasts, f"The champion could not be asked: {error.problem}")
    note = "The champion itself, on visits after those it was trained on; the challenger's recipe was fitted before them, perhaps on fewer."
    return Compared(moment, name, CHAMPION, f"itself (version {version})", note, held_out[unseen], p, forecasts[name][unseen])


def _with_simpler(moment: str, name: str, held_out: pd.DataFrame, forecasts: Mapping[str, Floats], why: str) -> Compared:
    simpler = BASELINE if name != BASELINE and BASELINE in forecasts else TABLE
    return Compared(moment, name, SIMPLER[simpler], simpler, why, held_out, forecasts[simpler], forecasts[name])


def version_shift(registry: Registry, moment: str, version: str, rows: pd.DataFrame) -> Shift | None:
    """The two versions themselves on the newest of these visits; None where there is no champion or it cannot be asked."""
    in_charge = registry.version_of(moment, CHAMPION)
    if in_charge is None:
        return None
    newest = rows[rows["starts_on"] > rows["starts_on"].max() - pd.Timedelta(days=NEWEST_DAYS)].reset_index(drop=True)
    try:
        old, new = (_asked(registry.load(moment, one), newest) for one in (str(in_charge.version), version))
    except NotReadyError:
        return None
    return shift_of(newest, old, new, f"version {in_charge.version} (champion) and version {version} (challenger) themselves")


def _asked(model: Fitted, rows: pd.DataFrame) -> Floats:
    missing = [column for column in model.columns if column not in rows]
    if missing:
        raise NotReadyError(f"it reads columns that are no longer made: {', '.join(missing)}.")
    return model.predict(rows)


def _reviewed(
    registry: Registry, moment: str, name: str, version: str, held_out: pd.DataFrame, forecasts: Mapping[str, Floats]
) -> tuple[Review, Candidacy]:
    in_charge = registry.version_of(moment, CHAMPION)
    who = Candidacy(model_name(moment), version, str(in_charge.version) if in_charge else None)
    made = review(compared(registry, moment, name, held_out, forecasts), version_shift(registry, moment, version, held_out))
    return made, who
