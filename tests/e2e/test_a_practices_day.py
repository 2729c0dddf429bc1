"""A practice's day as a person lives it: the command in its own process, on a small sandbox practice, and the pages in a browser."""

import json
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg
import pandas as pd
import pytest

from hsched_adapters.settings import load_settings
from hsched_cli.processes import answers_at
from hsched_pipelines.home import open_instance
from hsched_pipelines.running import run_daily, run_extract
from tests.browsers import DESK, chromium, follow, grave_faults, picture, unfold

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

REPOSITORY = Path(__file__).parents[2]
HSCHED = Path(sys.executable).with_name("hsched")
TODAY = "2026-11-20"
MONDAY = "2026-11-23T08:30:00-05:00"  # the first morning of work after what was scored
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


def test_the_next_day_is_added_and_scored(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The day's two jobs of Dagster, as their schedule and sensor start them: tables once built whole take in that day's file alone."""
    day = date.fromisoformat(TODAY)
    monkeypatch.setenv("HSCHED_HOME", str(home))
    monkeypatch.setenv("HSCHED_TODAY", str(day + timedelta(days=1)))
    settings, said = load_settings(), list[str]()
    with open_instance(settings.paths) as instance:
        extracted = run_extract(instance, settings, day, day, said.append)
        scored = run_daily(instance, settings, day, day, said.append)
        made = instance.fetch_materializations(dg.AssetKey("int_attendance__versions"), limit=10).records
    builds = [record.asset_materialization.metadata["build"].value for record in made if record.asset_materialization]

    assert extracted.success, extracted.reasons
    assert scored.success, scored.reasons
    assert builds[0] == f"increment: {day} to {day}, 1 days"
    assert builds[-1] == "whole build: there are no tables yet"
    scores = pd.read_parquet(settings.paths.scores / f"{day}.parquet")
    assert len(scores) > 20
    assert set(scores["as_of_on"]) == {day + timedelta(days=1)}


@dataclass
class Pages:
    """What `hsched ui` printed: addresses by name, and password by login."""

    addresses: dict[str, str] = field(default_factory=dict)
    passwords: dict[str, str] = field(default_factory=dict)

    def signed_in(self, browser: "Browser", login: str) -> "Page":
        """Whoever has that login, by what was printed; axe may look at their pages."""
        page = browser.new_page(bypass_csp=True, **DESK)
        page.goto(self.addresses["Service"])
        page.get_by_label("Login").fill(login)
        page.get_by_label("Password").fill(self.passwords[login])
        follow(page.get_by_role("button", name="Sign in"))
        page.get_by_role("button", name="Sign out").wait_for()
        return page

    def go(self, page: "Page", path: str) -> None:
        page.goto(f"{self.addresses['Service']}{path}")


@pytest.fixture(scope="module")
def browser() -> Iterator["Browser"]:
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def pages(home: Path, browser: "Browser") -> Iterator[Pages]:
    """`hsched ui`, running on the Monday after, and what it printed. On SIGTERM it ends within a minute and leaves nothing behind."""
    clock = f"{MONDAY}@{datetime.now(UTC).isoformat()}x1.0"
    environment = {**os.environ, "HSCHED_HOME": str(home), "HSCHED_CLOCK": clock}
    command = [str(HSCHED), "ui", "--dagster-port", "3210", "--mlflow-port", "5210", "--service-port", "8710"]
    with subprocess.Popen(command, env=environment, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as ui:
        assert ui.stdout is not None
        found = Pages()
        for line in ui.stdout:
            name, _, rest = line.partition(" ")
            if name:
                found.addresses[name] = rest.strip()
            else:
                login, password, *_ = line.split()
                found.passwords[login] = password
            if line.startswith("Ctrl-C"):
                break
        yield found
        ui.terminate()  # not SIGINT: a build started in the background has it ignored, and so would its children
        try:
            ui.communicate(timeout=60)
        finally:
            ui.kill()
    assert not any(answers_at(found.addresses[name]) for name in ("Service", "Dagster", "MLflow"))


def test_the_pages_show_the_lineage_and_the_champion(pages: Pages, browser: "Browser") -> None:
    """In a real browser: both code locations loaded, the assets from extraction to drift, and the champion alias."""
    page = browser.new_page(viewport={"width": 1800, "height": 1000})
    page.goto(f"{pages.addresses['Dagster']}/locations")
    page.get_by_text("operations").first.wait_for(timeout=60_000)
    page.get_by_text("learning").first.wait_for()
    assert page.get_by_text("Failed").count() == 0
    page.goto(f"{pages.addresses['Dagster']}/assets/drift_no_show__daily")
    page.get_by_text("drift_within_bounds").or_(page.get_by_text("Definition")).first.wait_for(timeout=60_000)
    page.goto(f"{pages.addresses['MLflow']}/#/models/no_show__day_before")
    page.get_by_text("champion").first.wait_for(timeout=60_000)
    page.close()


def test_there_is_something_to_decide_from_the_first_minute(pages: Pages, browser: "Browser") -> None:
    """The front desk signs in as printed: names on the calendar, proposals in the queue; a yes is carried out by Dagster."""
    page = pages.signed_in(browser, "frontdesk")
    page.locator(".block:has-text('risk')").first.wait_for()
    assert page.get_by_text(re.compile("^client [0-9a-f]{8}")).count() == 0
    pages.go(page, "/desk/queue")
    card = page.locator("[data-case]").first
    case = card.get_attribute("data-case")
    follow(card.get_by_role("button", name="Approve"))
    pages.go(page, f"/desk/queue/{case}")
    for _ in range(45):
        if page.get_by_text(re.compile("^done since")).count():
            break
        page.wait_for_timeout(1000)
        page.reload()
    assert page.get_by_text(re.compile("^done since")).is_visible()
    page.close()


def test_a_manager_reads_where_most_is_lost(pages: Pages, browser: "Browser") -> None:
    """Sentences with numbers, the week's pattern and the trend as plots, clinicians by name."""
    page = pages.signed_in(browser, "manager1")
    pages.go(page, "/practice/insights")
    sentences = page.locator(".insights li").all_text_contents()
    assert re.match(r"(Mon|Tues|Wednes|Thurs|Fri)days \d+ [AP]M: \d+ % of \d+ visits went unused \(\d+ to \d+ %\)\.", sentences[0])
    for name in ("Share of visits unused, by weekday and hour", "Share of visits missed, by week", "Share of visits unused, by clinician"):
        assert page.get_by_role("img", name=name).is_visible()
    assert page.get_by_text(re.compile("^clinician [0-9a-f]{8}")).count() == 0
    picture(page, "desk-insights")
    assert grave_faults(page) == []
    page.close()


def test_a_reviewer_reads_the_card_the_groups_and_how_it_turned_out(pages: Pages, browser: "Browser") -> None:
    """Of the champion, whichever update of its level is in charge; MLflow is one click away."""
    page = pages.signed_in(browser, "datateam")
    pages.go(page, "/model")
    page.get_by_text("Model card").first.wait_for(timeout=30_000)
    champion = page.get_by_role("article").filter(has_text="Forecast day before").filter(has_text="champion")
    assert 0.5 < float(champion.get_by_role("listitem").filter(has_text="AUROC").locator("b").text_content() or 0) < 0.9
    assert champion.locator("tbody tr").count() > 3
    unfold(champion.get_by_text("Model card"))
    assert champion.locator("details", has_text="Model card").locator("p, li").count() > 3
    plot = champion.get_by_role("img", name=re.compile("Reliability of the forecast day before"))
    assert plot.evaluate("one => one.naturalWidth") > 300
    assert page.get_by_role("heading", name="How sealed forecasts turned out").is_visible()
    sealed = page.get_by_text(re.compile(r"\d days are sealed")).or_(page.get_by_text("Observed / expected"))
    assert sealed.count() >= 1
    assert (
        page.get_by_role("link", name="its run in MLflow").first.get_attribute("href", timeout=1000).startswith(pages.addresses["MLflow"])
    )
    assert grave_faults(page) == []
    page.close()
