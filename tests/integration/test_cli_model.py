"""`hsched model`, as a reviewer types it: compare, promote, reject, demote, history, on a real MLflow with real reviews."""

import getpass
import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hsched_cli.main import run
from hsched_models.comparison import publish
from hsched_models.dataset import training_set
from hsched_models.intercept import moved_by
from hsched_models.promote import Decision
from hsched_models.registry import Registry, model_name
from hsched_models.relevel import UPDATE
from hsched_models.review import review
from hsched_models.review_page import Candidacy
from hsched_models.succession import REVIEWED, settle
from hsched_models.train import fit
from tests.feature_frames import feature_rows, tokens_in
from tests.review_frames import compared, flat, visits

pytestmark = pytest.mark.xdist_group("mlflow")

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
MOMENT = "day_before"


@pytest.fixture(scope="module")
def reviewed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A reviewed practice: version 1 in charge, 2 and 3 trained later; 2 waits, 3 has its judgement against it. Tests only copy it."""
    home = tmp_path_factory.mktemp("reviewed")
    registry = registry_of(home)
    fitted = fit("lead_time_table", training_set(feature_rows(visits=400, days=40), MOMENT, NOW), {})
    rows, truth = visits()
    decisions = [
        Decision(True, ("Good enough.",)),
        Decision(True, ("Better.",)),
        Decision(False, ("Calibration error 0.080 is above 0.050.",)),
    ]
    for number, decision in enumerate(decisions, start=1):
        with registry.run("small", {}) as run_id:
            tags = {"moment": MOMENT, "rung": fitted.name, "columns": '["lead_time_days"]', "trained_through": f"2026-02-{number:02}"}
            version = registry.register(run_id, MOMENT, fitted, {"lead_time_days": "number"}, tags)
        if number > 1:
            publish(registry, run_id, review(compared(flat(truth), truth, rows)), Candidacy(model_name(MOMENT), version, "1"), {})
        settle(registry, MOMENT, version, decision, NOW + timedelta(days=7 * number), policy=REVIEWED, is_first=number < 3)
    return home


@pytest.fixture
def home(reviewed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of its registry; the model files stay where MLflow's database says they are."""
    monkeypatch.setenv("HSCHED_HOME", str(tmp_path))
    shutil.copytree(reviewed / "mlflow", tmp_path / "mlflow", ignore=shutil.ignore_patterns("artifacts"))
    return tmp_path


def registry_of(home: Path) -> Registry:
    return Registry(f"sqlite:///{home / 'mlflow' / 'mlflow.db'}", home / "mlflow" / "artifacts")


def hsched(*words: str) -> int:
    """The exit code of a command line."""
    try:
        run(["model", *words])
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """What a command that ends well says on stdout, on one line."""
    capsys.readouterr()
    assert hsched(*words) == 0
    return " ".join(capsys.readouterr().out.split())


def told(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    capsys.readouterr()
    assert hsched(*words, "--json") == 0
    return json.loads(capsys.readouterr().out)


def test_a_challenger_is_looked_at_promoted_and_taken_back(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The whole way: show says who waits, compare what changes, promote signs, demote goes back, history tells it."""
    shown = said(capsys, "show")
    assert "Waiting: v2; its review speaks for: promote" in shown
    assert "Against it: nothing." in shown

    compared_text = said(capsys, "compare")
    assert "no_show__day_before v2 against blend, refitted" in compared_text
    assert "The figures speak for: promote." in compared_text
    assert "better Log loss changes by -0." in compared_text

    promoted = said(capsys, "promote", "2", "--moment", MOMENT, "--reason", "Better for known clients")
    assert "Version 2 is champion of day_before, after version 1. It was trained on visits up to 2026-02-02." in promoted
    assert "The next scores come from it; days that were scored keep theirs." in promoted

    demoted = said(capsys, "demote", "--moment", MOMENT, "--reason", "Found less", "--by", "Mara")
    assert "Version 1 is champion of day_before, after version 2." in demoted
    assert "To undo it: hsched model promote 2 --moment day_before" in demoted

    found = told(capsys, "history")[MOMENT]
    assert [(reign["version"], reign["by"]) for reign in found["reigns"]] == [("1", "training"), ("2", getpass.getuser()), ("1", "Mara")]
    assert found["reigns"][1]["ended_because"] == "Demoted by Mara: Found less"
    assert "v2" in said(capsys, "history", "--moment", MOMENT)


def test_a_refusal_is_one_line_and_what_to_type(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The reason against it, the command that overrules it, exit code 2, and nothing changed."""
    assert hsched("promote", "3", "--moment", MOMENT, "--reason", "I like it") == 2
    error = " ".join(capsys.readouterr().err.split())
    assert "Version 3 was not promoted. Calibration error 0.080 is above 0.050." in error
    assert '--despite "..."' in error
    assert hsched("promote", "2", "--moment", MOMENT, "--reason", "  ") == 2
    assert "needs a reason" in capsys.readouterr().err
    assert hsched("promote", "2", "--moment", MOMENT) == 2

    assert [reign["version"] for reign in told(capsys, "history")[MOMENT]["reigns"]] == ["1"]


def test_a_rejection_is_kept(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It waits no longer, and why is in the history and in what compare says."""
    assert "Version 2 is rejected. Version 1 stays in charge." in said(
        capsys, "reject", "2", "--moment", MOMENT, "--reason", "Too few teenagers", "--by", "Jo"
    )
    assert "Rejected 20" in (kept := said(capsys, "history"))
    assert "v2, by Jo: Too few teenagers" in kept
    assert "Against a promotion: Rejected by Jo: Too few teenagers" in said(capsys, "compare", "2")
    assert "Waiting" not in said(capsys, "show")


def test_compare_prints_every_figure_for_programs(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The review's document, with what stands against the version; nobody's row."""
    found = told(capsys, "compare", "3")

    assert found["challenger_version"] == "3"
    assert found["stands_against"] == "Calibration error 0.080 is above 0.050."
    assert {row["name"] for row in found["slices"]} >= {"all", "intake", "new_client"}
    assert tokens_in(json.dumps(found)) == set()


def test_a_version_without_a_review_says_so(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Trained before there were any: no page, and what makes one."""
    assert hsched("compare", "1") == 2
    assert "trained before there were reviews" in capsys.readouterr().err
    assert hsched("compare", "--moment", "at_noon") == 2
    assert "no model for at_noon" in capsys.readouterr().err


def test_an_updated_intercept_is_shown_with_where_it_comes_from(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In the list, as champion, and where somebody asks for a review of it."""
    registry = registry_of(home)
    updated = moved_by(registry.load(MOMENT, "1"), 0.17, 0.0)
    tags = {"moment": MOMENT, "rung": updated.name, "columns": '["lead_time_days"]', "intercept_of": "1", "intercept": "+0.170"}
    with registry.run("update", {}, below=registry.version_row(MOMENT, "1").run_id) as run_id:
        version = registry.register(run_id, MOMENT, updated, updated.kinds, tags)
    settle(registry, MOMENT, version, Decision(True, ("More were missed.",)), NOW, policy="automatic", is_first=True, by=UPDATE)

    assert f"v{version} {MOMENT} champion" in said(capsys, "list")
    assert "v1 with its intercept moved by +0.170 log odds" in said(capsys, "list")
    assert "v1 with its intercept moved by +0.170 log odds" in said(capsys, "show")
    assert f"by {UPDATE}: More were missed." in said(capsys, "history")
    assert hsched("compare", version) == 2
    assert "is version 1 with another intercept" in capsys.readouterr().err
    assert "Version 1 is champion" in said(capsys, "demote", "--moment", MOMENT, "--reason", "Undone in a test")


def test_the_tables_are_shown_by_mlflow(home: Path) -> None:
    """Logged as MLflow's own tables, so that its pages can lay runs side by side; written again they do not grow."""
    import mlflow

    registry = registry_of(home)
    row, (rows, truth) = registry.version_row(MOMENT, "2"), visits()
    client = mlflow.MlflowClient(f"sqlite:///{home / 'mlflow' / 'mlflow.db'}")
    before = client.load_table(registry.experiment_id, "review/by_slice.json", [row.run_id])
    publish(registry, row.run_id, review(compared(flat(truth), truth, rows)), Candidacy(model_name(MOMENT), "2", "1"), {})
    after = client.load_table(registry.experiment_id, "review/by_slice.json", [row.run_id])

    assert list(before["slice"])[:2] == ["all", "lead_ge_1"]
    assert len(after) == len(before)
    assert row.metrics["review.log_loss_change"] < 0
