"""Who is champion, and who decides: promote, reject and demote on a real MLflow, with the history each leaves."""

import json
import shutil
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hsched_core.domain.errors import NotReadyError, UserError
from hsched_models import succession
from hsched_models.dataset import training_set
from hsched_models.design import BASELINE
from hsched_models.features import category_columns
from hsched_models.promote import Decision
from hsched_models.registry import CHALLENGER, CHAMPION, Registry
from hsched_models.standing import WATCH, watch_champions
from hsched_models.succession import REVIEWED, Act, champion_version, demote, history, promote, reigns, reject, settle
from hsched_models.train import fit
from hsched_models.workspace import Workspace
from tests.feature_frames import FIRST, feature_rows, workspace

pytestmark = pytest.mark.xdist_group("mlflow")

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
MOMENT = "day_before"
ROWS = feature_rows(visits=2000, days=100, seed=4)
GOOD, BAD = Decision(True, ("Log loss 0.40 against 0.41.",)), Decision(False, ("Log loss 0.42 is worse than that of the baseline.",))


@pytest.fixture(scope="module")
def registered(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Four versions of a small model, none in charge, none judged."""
    ws = workspace(tmp_path_factory.mktemp("home"))
    rows = feature_rows(visits=400, days=40)
    fitted = fit("lead_time_table", training_set(rows, MOMENT, NOW), {})
    registry = registry_of(ws)
    tags = {"moment": MOMENT, "rung": fitted.name, "columns": '["lead_time_days"]', "trained_through": "2026-02-10"}
    for _ in range(4):
        with registry.run("small", {}) as run_id:
            registry.register(run_id, MOMENT, fitted, {"lead_time_days": "number"}, tags)
    return ws


@pytest.fixture
def ws(registered: Workspace, tmp_path: Path) -> Workspace:
    """A copy of its registry; the model files stay where MLflow's database says they are."""
    shutil.copytree(
        Path(registered.tracking_uri.removeprefix("sqlite:///")).parent, tmp_path / "mlflow", ignore=shutil.ignore_patterns("artifacts")
    )
    return replace(
        registered, tracking_uri=f"sqlite:///{tmp_path / 'mlflow' / 'mlflow.db'}", artifact_root=tmp_path / "mlflow" / "artifacts"
    )


@pytest.fixture
def registry(ws: Workspace) -> Registry:
    return registry_of(ws)


def registry_of(ws: Workspace) -> Registry:
    return Registry(ws.tracking_uri, ws.artifact_root)


def settled(registry: Registry, version: str, decision: Decision = GOOD, *, days: int = 0, policy: str = succession.AUTOMATIC) -> str:
    return settle(registry, MOMENT, version, decision, NOW + timedelta(days=days), policy=policy, is_first=True)


def alias(registry: Registry, name: str) -> str:
    found = registry.version_of(MOMENT, name)
    return "" if found is None else str(found.version)


def damage(ws: Workspace, registry: Registry, version: str) -> None:
    """Make a version impossible to load, in a copy of its files."""
    name = registry.version_row(MOMENT, version).name
    registry._client.set_model_version_tag(name, version, "columns", "[")


def test_a_training_promotes_by_itself_where_the_practice_lets_it(registry: Registry) -> None:
    """One after the other; the history knows both reigns."""
    assert (settled(registry, "1"), settled(registry, "2", days=7)) == ("champion", "champion")

    first, second = reigns(history(registry, MOMENT), champion_version(registry, MOMENT))
    assert (first.version, first.since, first.until, first.by) == (
        "1",
        "2026-06-01T12:00:00+00:00",
        "2026-06-08T12:00:00+00:00",
        "training",
    )
    assert (second.version, second.until, second.because) == ("2", "", "Log loss 0.40 against 0.41.")


def test_in_a_reviewed_practice_a_challenger_waits(registry: Registry) -> None:
    """The first champion needs nobody; the next good one is a challenger until somebody decides."""
    assert settled(registry, "1", policy=REVIEWED) == "champion"
    assert settled(registry, "2", policy=REVIEWED) == "waits for review"

    assert (alias(registry, CHAMPION), alias(registry, CHALLENGER)) == ("1", "2")
    assert registry.version_row(MOMENT, "2").stands_against == ""


def test_a_person_promotes_and_signs(registry: Registry) -> None:
    """Who, when and why are on the version and in the history; it waits no longer."""
    settled(registry, "1", policy=REVIEWED)
    settled(registry, "2", policy=REVIEWED)
    change = promote(registry, MOMENT, "2", reason=" Better for new\nclients ", by="mara", now=NOW + timedelta(days=1))
    row = registry.version_row(MOMENT, "2")

    assert (change.act, change.was, change.reason) == (Act.PROMOTED, "1", "Better for new clients")
    assert (row.aliases, row.promoted_by, row.reasons, row.promoted_at) == (
        ("champion",),
        "mara",
        "Better for new clients",
        "2026-06-02T12:00:00+00:00",
    )
    assert history(registry, MOMENT)[-1] == change


@pytest.mark.parametrize("reason", ["", "  \n", "call Jo at 212 555 0147", "jo@example.org asked", "x" * 1001])
def test_a_reason_is_asked_for_and_names_nobody(registry: Registry, reason: str) -> None:
    """None, blanks, a number, an address, a novel: refused, and nothing has changed."""
    settled(registry, "1")
    with pytest.raises(UserError, match="reason"):
        promote(registry, MOMENT, "2", reason=reason, by="mara", now=NOW)
    with pytest.raises(UserError, match="reason"):
        reject(registry, MOMENT, "2", reason=reason, by="mara", now=NOW)
    with pytest.raises(UserError, match="reason"):
        demote(registry, MOMENT, reason=reason, by="mara", now=NOW)

    assert len(history(registry, MOMENT)) == 1


def test_a_reason_may_hold_days_and_figures(registry: Registry) -> None:
    """Those are what reasons are made of."""
    settled(registry, "1")
    settled(registry, "2", policy=REVIEWED)
    change = promote(registry, MOMENT, "2", reason="Since 2026-05-01 17.6 % of 1,821 visits, O/E 1.01", by="mara", now=NOW)

    assert change.reason.startswith("Since 2026-05-01")


@pytest.mark.parametrize(
    ("judged", "words"),
    [(BAD, "worse than that of the baseline"), (None, "never judged")],
)
def test_what_stands_against_a_version_refuses_it(registry: Registry, judged: Decision | None, words: str) -> None:
    """A bad judgement, or none at all; with `despite` it takes over and both reasons are kept."""
    settled(registry, "1")
    if judged:
        settled(registry, "2", judged)
    with pytest.raises(UserError, match=words) as refused:
        promote(registry, MOMENT, "2", reason="We want it", by="mara", now=NOW)
    assert "--despite" in refused.value.remedy
    assert alias(registry, CHAMPION) == "1"
    change = promote(registry, MOMENT, "2", reason="We want it", by="mara", now=NOW, despite="A new site has few visits")

    assert alias(registry, CHAMPION) == "2"
    assert change.reason == "We want it Despite: A new site has few visits"


def test_a_judgement_against_another_champion_has_expired(registry: Registry) -> None:
    """Two waited; one took over; the other was never compared with it."""
    settled(registry, "1", policy=REVIEWED)
    settled(registry, "2", policy=REVIEWED)
    settled(registry, "3", policy=REVIEWED)
    promote(registry, MOMENT, "3", reason="Newer", by="mara", now=NOW)

    with pytest.raises(UserError, match="judged against version 1; since then version 3 has taken over"):
        promote(registry, MOMENT, "2", reason="Older", by="jo", now=NOW)


def test_the_champion_is_not_promoted_twice(registry: Registry) -> None:
    """Nothing to do is said, not done again."""
    settled(registry, "1")

    with pytest.raises(UserError, match="in charge already"):
        promote(registry, MOMENT, "1", reason="Again", by="mara", now=NOW, despite="Really")


def test_a_version_that_is_not_there_or_cannot_be_loaded_does_not_take_over(ws: Workspace, registry: Registry) -> None:
    """The champion stays: a damaged model would stop tomorrow's scores."""
    settled(registry, "1")
    settled(registry, "2", policy=REVIEWED)
    damage(ws, registry, "2")

    with pytest.raises(NotReadyError, match=r"no version 9 .*hsched model list"):
        promote(registry, MOMENT, "9", reason="Try", by="mara", now=NOW)
    with pytest.raises(NotReadyError, match="cannot be loaded"):
        promote(registry, MOMENT, "2", reason="Try", by="mara", now=NOW)
    assert alias(registry, CHAMPION) == "1"


def test_a_rejected_version_waits_no_longer(registry: Registry) -> None:
    """The champion stays, and the rejection stands against it from then on."""
    settled(registry, "1", policy=REVIEWED)
    settled(registry, "2", policy=REVIEWED)
    change = reject(registry, MOMENT, "2", reason="Flags teenagers too often", by="mara", now=NOW)

    assert (change.act, change.version, change.was) == (Act.REJECTED, "2", "1")
    assert (alias(registry, CHAMPION), alias(registry, CHALLENGER)) == ("1", "")
    with pytest.raises(UserError, match="Rejected by mara: Flags teenagers too often"):
        promote(registry, MOMENT, "2", reason="Anyway", by="jo", now=NOW)
    assert [reign.version for reign in reigns(history(registry, MOMENT), "1")] == ["1"]


def test_the_champion_cannot_be_rejected(registry: Registry) -> None:
    """It can be demoted; the message says how."""
    settled(registry, "1")

    with pytest.raises(UserError, match="hsched model demote"):
        reject(registry, MOMENT, "1", reason="No", by="mara", now=NOW)


def test_a_demotion_goes_back_and_can_be_undone(registry: Registry) -> None:
    """To the champion before; again to the one before that; and forward again, said to be despite the demotion."""
    for number in ("1", "2", "3"):
        settled(registry, number)
    change = demote(registry, MOMENT, reason="Found less", by="mara", now=NOW)
    assert (change.version, change.was, alias(registry, CHAMPION)) == ("2", "3", "2")
    assert registry.version_row(MOMENT, "2").reasons == "Back in charge after version 3: Found less"

    with pytest.raises(UserError, match="Demoted by mara: Found less"):
        promote(registry, MOMENT, "3", reason="A mistake", by="jo", now=NOW)
    promote(registry, MOMENT, "3", reason="A mistake", by="jo", now=NOW, despite="The week had a holiday")
    assert alias(registry, CHAMPION) == "3"

    assert demote(registry, MOMENT, reason="After all", by="mara", now=NOW).version == "2"
    assert demote(registry, MOMENT, reason="Further", by="mara", now=NOW).version == "1"
    with pytest.raises(NotReadyError, match="no earlier champion"):
        demote(registry, MOMENT, reason="Further still", by="mara", now=NOW)
    assert [reign.version for reign in reigns(history(registry, MOMENT), "1")] == ["1", "2", "3", "2", "3", "2", "1"]


def test_a_demotion_passes_over_what_cannot_be_loaded(ws: Workspace, registry: Registry) -> None:
    """And says so."""
    for number in ("1", "2", "3"):
        settled(registry, number)
    damage(ws, registry, "2")
    change = demote(registry, MOMENT, reason="Found less", by="mara", now=NOW)

    assert change.version == "1"
    assert change.reason.endswith("(Passed over, cannot be loaded: version 2.)")


def test_a_champion_that_cannot_be_loaded_names_the_way_out(ws: Workspace, registry: Registry) -> None:
    """The error says `demote`, and demote works although the champion itself cannot be read."""
    settled(registry, "1")
    settled(registry, "2")
    damage(ws, registry, "2")
    with pytest.raises(NotReadyError, match=r'hsched model demote --moment day_before --reason "cannot be loaded"'):
        registry.champion(MOMENT)

    assert demote(registry, MOMENT, reason="cannot be loaded", by="mara", now=NOW).version == "1"
    assert registry.champion(MOMENT)[0] == "1"


def test_without_a_champion_nothing_is_demoted(registry: Registry) -> None:
    """There is nobody in charge."""
    with pytest.raises(NotReadyError, match="no champion for day_before to demote"):
        demote(registry, MOMENT, reason="Why not", by="mara", now=NOW)


def test_a_champion_set_elsewhere_is_in_the_history_as_that(registry: Registry) -> None:
    """The alias moved in MLflow itself: shown, not hidden; a later promotion can go back to it."""
    registry.set_alias(MOMENT, CHAMPION, "1", {})
    (reign,) = reigns(history(registry, MOMENT), "1")
    assert (reign.version, reign.because) == ("1", "Set before there was a history, or outside hsched.")
    settled(registry, "2")

    assert demote(registry, MOMENT, reason="Back", by="mara", now=NOW).version == "1"


def test_of_two_promotions_at_once_one_is_refused(ws: Workspace, registry: Registry) -> None:
    """Both were judged against the same champion. Whoever comes second is told; history and alias agree."""
    settled(registry, "1", policy=REVIEWED)
    settled(registry, "2", policy=REVIEWED)
    settled(registry, "3", policy=REVIEWED)
    results: list[object] = []
    start = threading.Barrier(2)

    def decide(version: str) -> None:
        own = registry_of(ws)
        start.wait()
        try:
            results.append(promote(own, MOMENT, version, reason="Mine is better", by=f"reviewer {version}", now=NOW))
        except UserError as error:
            results.append(error)

    threads = [threading.Thread(target=decide, args=(version,)) for version in ("2", "3")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done = [one for one in results if isinstance(one, succession.Change)]
    refused = [one for one in results if isinstance(one, UserError)]

    assert (len(done), len(refused)) == (1, 1)
    assert alias(registry, CHAMPION) == done[0].version == history(registry, MOMENT)[-1].version
    assert "has taken over" in refused[0].problem


def test_entries_keep_their_order_whatever_the_clock_says(registry: Registry) -> None:
    """A fixed present, or one that goes back, does not reorder the history."""
    settled(registry, "1", days=9)
    settled(registry, "2", days=9)
    settled(registry, "3", days=2)

    assert [change.version for change in history(registry, MOMENT)] == ["1", "2", "3"]


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Version 1 knows clients' histories, version 2 says the opposite; both were trained on visits up to the fortieth day of a hundred."""
    ws = workspace(tmp_path_factory.mktemp("watched"), ROWS)
    registry = registry_of(ws)
    rows = ROWS[ROWS["starts_on"] <= FIRST + timedelta(days=40)]
    good = fit(BASELINE, training_set(rows, MOMENT, NOW), {})
    turned = rows["label_is_unused"].map({True: False, False: True})
    wrong = fit(BASELINE, training_set(rows.assign(label_is_unused=turned), MOMENT, NOW), {})
    kinds = {name: "word" if name in category_columns(good.columns) else "number" for name in good.columns}
    for fitted in (good, wrong):
        columns = json.dumps(list(fitted.columns))
        tags = {"moment": MOMENT, "rung": BASELINE, "columns": columns, "trained_through": (FIRST + timedelta(days=40)).isoformat()}
        with registry.run("small", {}) as run_id:
            settled(registry, registry.register(run_id, MOMENT, fitted, kinds, tags))
    return ws


def own(watched: Workspace, tmp_path: Path, policy: str) -> Workspace:
    """A copy of its registry under that policy."""
    shutil.copytree(watched.tables.parent / "mlflow", tmp_path / "mlflow", ignore=shutil.ignore_patterns("artifacts"))
    uri = f"sqlite:///{tmp_path / 'mlflow' / 'mlflow.db'}"
    return replace(watched, tracking_uri=uri, artifact_root=tmp_path / "mlflow" / "artifacts", promotion=policy)


def test_a_champion_that_turns_out_worse_goes_by_itself_where_the_practice_lets_it(watched: Workspace, tmp_path: Path) -> None:
    """The one before is back, the reason holds the figures, and the next morning there is nothing more to do."""
    ws = own(watched, tmp_path, succession.AUTOMATIC)
    report = watch_champions(ws, NOW, NOW)
    (row,) = report.tables["standing"]

    assert (row["champion"], row["before"], row["verdict"], row["done"]) == ("2", "1", "demote", "Version 1 is champion again.")
    assert int(str(row["visits"])) > 500
    last = history(registry_of(ws), MOMENT)[-1]
    assert (last.act, last.version, last.was, last.by) == (Act.DEMOTED, "1", "2", WATCH)
    assert "higher than that of the champion before it" in last.reason
    assert len(report.breaches) == 1
    assert watch_champions(ws, NOW, NOW).breaches == ()


def test_in_a_reviewed_practice_a_demotion_is_proposed(watched: Workspace, tmp_path: Path) -> None:
    """Visible, with what to type; who is champion stays, until a person acts."""
    ws = own(watched, tmp_path, REVIEWED)
    (breach,) = watch_champions(ws, NOW, NOW).breaches

    assert breach.endswith('Proposed: `hsched model demote --moment day_before --reason "..."`.')
    assert alias(registry_of(ws), CHAMPION) == "2"


def test_before_outcomes_are_in_it_is_too_early(watched: Workspace, tmp_path: Path) -> None:
    """A day after its training nothing is held against anybody."""
    known_by = datetime.combine(FIRST + timedelta(days=42), datetime.min.time(), tzinfo=UTC)
    (row,) = watch_champions(own(watched, tmp_path, succession.AUTOMATIC), known_by, NOW).tables["standing"]

    assert row["verdict"] == "too early to say"


def test_a_champion_that_cannot_be_loaded_is_never_demoted_by_itself(watched: Workspace, tmp_path: Path) -> None:
    """It may be a store that is down for a minute: said, proposed, left to a person."""
    ws = own(watched, tmp_path, succession.AUTOMATIC)
    damage(ws, registry_of(ws), "2")
    (breach,) = watch_champions(ws, NOW, NOW).breaches

    assert "cannot be loaded" in breach
    assert "hsched model demote" in breach
    assert alias(registry_of(ws), CHAMPION) == "2"
