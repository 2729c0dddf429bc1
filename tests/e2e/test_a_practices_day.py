"""A practice's day as a person lives it: the command in its own process, on a small sandbox practice, and the pages in a browser."""

import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

REPOSITORY = Path(__file__).parents[2]
HSCHED = Path(sys.executable).with_name("hsched")
TODAY = "2026-11-20"
pytestmark = [pytest.mark.xdist_group("a_practices_day"), pytest.mark.timeout(600)]


def hsched(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The command, as typed."""
    environment = {**os.environ, "HSCHED_HOME": str(home), "HSCHED_TODAY": TODAY, "OMP_NUM_THREADS": "1"}
    return subprocess.run([HSCHED, *words], env=environment, cwd=REPOSITORY, capture_output=True, text=True, check=False, timeout=540)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A practice of three clinicians and eight months, its last two days scored."""
    folder = tmp_path_factory.mktemp("day") / "home"
    made = hsched(folder, "sandbox", "create", "--clinicians", "3", "--years", "0.7")
    assert made.returncode == 0, made.stderr
    ran = hsched(folder, "run", "--days", "2", "--json")
    assert ran.returncode == 0, ran.stderr
    (folder / "first.json").write_text(ran.stdout, encoding="utf-8")
    return folder


def test_the_first_run_tells_the_whole_day(home: Path) -> None:
    """Rows by stage, what was set aside, a champion with its figures, and no identifier past de-identification."""
    told = json.loads((home / "first.json").read_text(encoding="utf-8"))

    rows = {stage["stage"]: stage["rows"] for stage in told["rows"]}
    assert rows["raw appointment events"] == rows["de-identified appointment events"] > 3_000
    assert rows["scores of coming visits (2 days)"] > 50
    assert told["quarantined"]["rows"] > 0
    assert "no_show__day_before" in {champion["name"] for champion in told["champions"]}
    assert (home / "drift" / "2026-11-19.html").exists()


def test_reminders_are_judged_by_chance_and_by_choice_apart(home: Path) -> None:
    """`hsched effect reminders` on the de-identified tables: each figure says who decided; a small practice settles nothing."""
    told = hsched(home, "effect", "reminders", "--json")
    assert told.returncode == 0, told.stderr
    found = {(row["channel"], row["kind"]): row for row in json.loads(told.stdout)["reminders"]}

    assert set(found) == {(channel, kind) for channel in ("call", "text") for kind in ("observational", "randomised")}
    assert found["text", "randomised"]["verdict"] == "too little data"
    assert min(found["text", "randomised"][arm] for arm in ("contacted", "held_out")) > 100
    assert found["call", "observational"]["verdict"] == "association only, not an effect"


def test_scores_are_probabilities_of_coming_visits(home: Path) -> None:
    """Every row names a standing visit after the midnight it is as of, ranked within its day."""
    scores = pd.read_parquet(home / "scores" / "2026-11-19.parquet")

    assert scores["probability"].between(0.001, 0.95).all()
    assert (scores["starts_on"] >= scores["as_of_on"]).all()
    assert scores["booking_id"].is_unique
    first = scores[scores["rank_in_day"] == 1].set_index("starts_on")["probability"]
    assert first.equals(scores.groupby("starts_on")["probability"].max().rename("probability"))


def test_a_second_run_uses_what_is_there(home: Path) -> None:
    """Only the search for identifiers is made anew."""
    again = hsched(home, "run", "--days", "2")

    assert again.returncode == 0, again.stderr
    kept = re.findall(r"^kept (.+?)  ", again.stderr + again.stdout, flags=re.MULTILINE)
    assert {name.strip() for name in kept} >= {"extract, de-identify", "features", "train", "score, drift"}


def test_a_day_run_again_gives_the_same_rows(home: Path) -> None:
    """Asked for by name, the day is scored again: by the model that scored it first, to the same bytes."""
    file = home / "scores" / "2026-11-19.parquet"
    before = file.read_bytes()
    file_time = file.stat().st_mtime_ns

    again = hsched(home, "run", "--day", "2026-11-19", "--days", "1", "--no-train")

    assert again.returncode == 0, again.stderr
    assert file.stat().st_mtime_ns != file_time
    assert file.read_bytes() == before


def test_evaluate_prints_both_moments(home: Path) -> None:
    """The JSON of the manual: moments, slices, figures."""
    told = json.loads(hsched(home, "evaluate", "--test-from", "2026-09-15", "--json").stdout)

    assert set(told["day_before"]) >= {"all", "lead_ge_1", "booked_after_cutoff"}
    assert 0.5 < told["day_before"]["all"]["auroc"] < 0.85
    assert told["at_booking"]["all"]["n"] > 200


def test_grades_tell_whether_the_seals_hold(home: Path) -> None:
    """Two days sealed; an edited seal is named, and the command says so by its exit code."""
    ledger = home / "ledger" / "seals.jsonl"
    told = hsched(home, "model", "grades", "--json")
    whole = ledger.read_text(encoding="utf-8")
    ledger.write_text(whole.replace('"rows":', '"rows":1', 1), encoding="utf-8")
    edited = hsched(home, "model", "grades")
    ledger.write_text(whole, encoding="utf-8")

    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout)["ledger"]["seals"] == 2
    assert json.loads(told.stdout)["ledger"]["heads_compared"] >= 1
    assert edited.returncode == 1
    assert "seal 1 (2026-11-18): edited" in edited.stdout


def test_a_champion_that_cannot_be_loaded_stops_the_run_and_leaves_what_stands(home: Path) -> None:
    """One line with version and remedy; scores, seals and publication are those of before."""
    with sqlite3.connect(home / "store" / "operational.sqlite") as store:
        published = store.execute("SELECT id, as_of_on, scores FROM publications").fetchall()
    kept = {file: file.read_bytes() for file in (*(home / "scores").glob("*.parquet"), home / "ledger" / "seals.jsonl")}
    models = list((home / "mlflow" / "artifacts").rglob("*.skops"))
    for model in models:
        model.rename(model.with_suffix(".away"))
    stopped = hsched(home, "run", "--day", "2026-11-19", "--days", "1", "--no-train")
    for model in models:
        model.with_suffix(".away").rename(model)

    assert models
    assert stopped.returncode == 2
    assert re.search(r"The job score_daily stopped\. .*version \d+ cannot be loaded", stopped.stderr)
    assert "hsched model demote" in stopped.stderr
    assert "Traceback" not in stopped.stderr
    assert {file: file.read_bytes() for file in kept} == kept
    with sqlite3.connect(home / "store" / "operational.sqlite") as store:
        assert store.execute("SELECT id, as_of_on, scores FROM publications").fetchall() == published


@pytest.fixture(scope="module")
def pages(home: Path) -> Iterator[dict[str, str]]:
    """`hsched ui`, running, and its addresses."""
    environment = {**os.environ, "HSCHED_HOME": str(home), "HSCHED_TODAY": TODAY}
    command = [str(HSCHED), "ui", "--dagster-port", "3210", "--mlflow-port", "5210"]
    with subprocess.Popen(command, env=environment, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as ui:
        assert ui.stdout is not None
        found = {}
        for line in ui.stdout:
            name, _, address = line.partition(" ")
            found[name] = address.strip()
            if line.startswith("Ctrl-C"):
                break
        yield found
        ui.terminate()  # not SIGINT: a build started in the background has it ignored, and so would its children
        try:
            ui.communicate(timeout=60)
        finally:
            ui.kill()


def test_the_pages_show_the_lineage_and_the_champion(pages: dict[str, str]) -> None:
    """In a real browser: both code locations loaded, the assets from extraction to drift, and the champion alias."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser")
    if browser is None:
        pytest.skip("no Chromium on this machine: the pages were not looked at (apt-get install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        quiet = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update"]
        chromium = playwright.chromium.launch(executable_path=browser, args=[*quiet, "--disable-sync"])
        page = chromium.new_page(viewport={"width": 1800, "height": 1000})
        page.goto(f"{pages['Dagster']}/locations")
        page.get_by_text("operations").first.wait_for(timeout=60_000)
        page.get_by_text("learning").first.wait_for()
        assert page.get_by_text("Failed").count() == 0
        page.goto(f"{pages['Dagster']}/assets/drift_no_show__daily")
        page.get_by_text("drift_within_bounds").or_(page.get_by_text("Definition")).first.wait_for(timeout=60_000)
        page.goto(f"{pages['MLflow']}/#/models/no_show__day_before")
        page.get_by_text("champion").first.wait_for(timeout=60_000)
        chromium.close()
