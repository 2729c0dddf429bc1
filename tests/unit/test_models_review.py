"""The review: better and worse are told apart from chance, by slice and group, and few people are never told of."""

import json
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pandas as pd
import pytest

from hsched_models.resampling import Clients
from hsched_models.review import FEWEST_CLIENTS, Review, clinician_spread, flagged, losses, review
from hsched_models.review_findings import Advice, Kind, advice, findings
from hsched_models.review_page import Candidacy, page, tables
from hsched_models.review_plots import pictures
from hsched_models.review_slices import group_masks, slice_masks
from hsched_models.review_writing import document, html, markdown
from hsched_models.score_shift import population_stability, shift_of
from tests.feature_frames import tokens_in
from tests.review_frames import compared, flat, visits

ROWS, TRUTH = visits()
ALIKE = 5  # a seed in which women and men who come are flagged alike under the truth
WHO = Candidacy("no_show__day_before", "4", "3")


def advised(made: Review) -> Advice:
    return advice(made, findings(made))[0]


@pytest.fixture(scope="module")
def better() -> Review:
    """A challenger that knows the truth against a champion that knows nothing."""
    return review(compared(flat(TRUTH), TRUTH, ROWS))


def test_a_better_challenger_is_found_better(better: Review) -> None:
    """On the whole, in ranking, in calls; the figures speak for it."""
    found = findings(better)

    assert better.overall.log_loss_change.is_below_zero
    assert better.found_more[5].is_above_zero
    assert {one.kind for one in found if one.text.startswith(("Log loss", "At 5 calls"))} == {Kind.BETTER}
    assert better.overall.auroc["challenger"] is not None
    assert better.overall.auroc["challenger"] > 0.65


def test_a_worse_challenger_is_rejected() -> None:
    """The same two, the other way round."""
    made = review(compared(TRUTH, flat(TRUTH), ROWS))

    assert made.overall.log_loss_change.is_above_zero
    assert advised(made) is Advice.REJECT


def test_a_twin_gives_no_reason_to_hurry() -> None:
    """Identical forecasts: not one finding for either side, nothing moved, the same list."""
    made = review(compared(TRUTH, TRUTH, ROWS))

    assert {one.kind for one in findings(made)} <= {Kind.WATCH}
    assert advised(made) is Advice.NO_HURRY
    assert (made.shift.psi, made.shift.list_kept, made.shift.disagreements) == (0, 1, ())


def test_chance_is_not_a_finding() -> None:
    """Two forecasts as good as each other, made so by noise: of forty pairs hardly one is told apart on the whole."""
    rng = np.random.default_rng(8)

    def noisy() -> Any:
        return 1 / (1 + np.exp(-(np.log(TRUTH / (1 - TRUTH)) + rng.normal(0, 0.2, len(TRUTH)))))

    clients, y = Clients(ROWS["client_token"]), ROWS["label_is_unused"].to_numpy(dtype=int)
    told = sum(clients.mean(losses(y, noisy()) - losses(y, noisy())).excludes(0) for _ in range(40))

    assert told <= 6


def test_a_miscalibrated_challenger_is_worse() -> None:
    """Twice the probability for everybody: the ranking is the same, the level is not."""
    made = review(compared(TRUTH, np.clip(TRUTH * 2, 0, 0.99), ROWS))

    assert any("probabilities are off" in one.text and one.kind is Kind.WORSE for one in findings(made))
    assert advised(made) is Advice.REJECT


def test_flagging_a_group_falsely_is_found_and_named() -> None:
    """Women who come are put on top of every list: worse, whatever else the forecast can do."""
    rows, truth = visits(seed=ALIKE)
    unfair = np.clip(truth + np.where(rows["gender"] == "female", 0.2, 0.0), 0.01, 0.99)
    made = review(compared(truth, unfair, rows))
    worse = [one.text for one in findings(made) if one.kind is Kind.WORSE]
    (row,) = [row for row in made.groups if row.name == "gender: female"]

    assert row.false_flag_ratio["challenger"].low > 1.5 > row.false_flag_ratio["champion"].value
    assert row.false_flag_change.low > 1
    assert any(text.startswith("gender: female: those who come are flagged") for text in worse)


def test_unfairness_that_both_share_is_watched_and_its_end_is_good() -> None:
    """What the champion does already is no news, and no reason against; what ends is a reason for."""
    rows, truth = visits(seed=ALIKE)
    unfair = np.clip(truth + np.where(rows["gender"] == "female", 0.2, 0.0), 0.01, 0.99)
    both, ended = review(compared(unfair, unfair, rows)), review(compared(unfair, truth, rows))

    def kinds(made: Review) -> set[Kind]:
        return {one.kind for one in findings(made) if one.text.startswith("gender: female: ")}

    assert kinds(both) == {Kind.WATCH}
    assert Kind.BETTER in kinds(ended)


def test_few_people_are_never_told_of() -> None:
    """A group of ten clients has no row, nor has a slice; of eleven it has."""
    rows, truth = visits()
    names = sorted(rows["client_token"].unique())
    for count, shown in ((FEWEST_CLIENTS - 1, False), (FEWEST_CLIENTS, True)):
        few = rows.assign(
            audit_language=np.where(rows["client_token"].isin(names[:count]), "xx", "en"),
            modality=np.where(rows["client_token"].isin(names[:count]), "letter", "video"),
        )
        made = review(compared(flat(truth), truth, few))

        assert ("language: xx" in {row.name for row in made.groups}) is shown
        assert ("modality: letter" in {row.name for row in made.slices}) is shown
        assert any(one.kind == "modality letter" for one in made.shift.disagreements) <= shown


def test_slices_and_groups_are_the_ones_a_reviewer_asks_for() -> None:
    """New clients, intakes and follow-ups, every modality; gender, age and what is recorded for audits."""
    assert {"all", "new_client", "intake", "follow_up", "modality: phone"} <= set(slice_masks(ROWS))
    assert {"gender: female", "welfare: yes", "welfare: no", "age: 13-17", "age: 60+"} <= set(group_masks(ROWS))
    assert not [name for name in group_masks(ROWS) if name.startswith("language")]


def test_a_fifth_of_each_day_is_flagged() -> None:
    """On every day, not over all days: a quiet Friday has its own list."""
    marks = pd.Series(flagged(TRUTH, ROWS["starts_on"])).groupby(ROWS["starts_on"].to_numpy())

    assert (marks.sum() == np.ceil(0.2 * marks.size())).all()


def test_the_spread_of_clinicians_names_nobody() -> None:
    """One whose clients miss twice what is expected is counted; with few visits nobody is judged."""
    hard = np.where(ROWS["clinician_token"] == "clinician0", TRUTH * 0.4, TRUTH)
    found = clinician_spread(ROWS, hard)

    assert (found.count, found.off) == (5, 1)
    assert found.high > 1.5
    assert clinician_spread(ROWS.head(40), TRUTH[:40]).count == 0


def test_scores_that_move_are_seen() -> None:
    """PSI is zero for the same scores, large for others; kinds of visits that moved are named with both means."""
    moved = np.where(ROWS["session_type"] == "intake", np.clip(TRUTH * 2, 0, 0.95), TRUTH)
    shift = shift_of(ROWS, TRUTH, moved, "two forecasts")

    assert population_stability(TRUTH, TRUTH) == 0
    assert population_stability(TRUTH, np.clip(TRUTH + 0.4, 0, 1)) > 0.2
    assert shift.disagreements[0].kind == "session_type intake"
    assert shift.disagreements[0].challenger > 1.5 * shift.disagreements[0].champion
    assert 0 < shift.list_kept < 1


def test_one_class_only_has_a_page_too() -> None:
    """Everybody came: figures that are not defined are dashes and null, and nothing fails."""
    rows = ROWS.assign(label_is_unused=pd.Series(False, index=ROWS.index, dtype="boolean"))
    made = review(compared(flat(TRUTH), TRUTH, rows))

    assert made.overall.auroc == {"champion": None, "challenger": None}
    assert json.loads(document(made, WHO))["slices"][0]["auroc"]["champion"] is None
    assert "| auroc | - | - |" in markdown(page(made, WHO))
    assert pictures(made)


def test_the_page_reads_from_what_changes_to_what_to_do(better: Review) -> None:
    """Headings in order, the commands last, with version and moment in them."""
    titles = [section.title for section in page(better, WHO)]

    assert titles[:4] == ["Review: no_show__day_before version 4", "What gets better", "What gets worse", "What to keep an eye on"]
    assert titles[-1] == "What to do"
    assert 'hsched model promote 4 --moment day_before --reason "..."' in page(better, WHO)[-1].commands


def test_columns_are_headed_by_who_is_compared() -> None:
    """A baseline that stands in is not called champion."""
    made = review(compared(flat(TRUTH), TRUTH, ROWS, against="baseline"))
    heads = {name for rows in tables(page(made, WHO)).values() for name in rows[0]}

    assert "baseline AUROC" in heads
    assert not [name for name in heads if name.startswith("champion")]


class Outside(HTMLParser):
    """Collects what an HTML page would fetch or run."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.images = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.images += tag == "img"
        if tag in ("script", "link", "iframe") or any(not (given.get(name) or "data:").startswith("data:") for name in ("src", "href")):
            self.found.append(tag)


def test_the_html_needs_no_other_host(better: Review) -> None:
    """No script, no link, pictures inside; every table's heading is there."""
    drawn = pictures(better)
    text = html(page(better, WHO), drawn)
    reader = Outside()
    reader.feed(text)

    assert (reader.found, reader.images) == ([], len(drawn))
    assert all(png.startswith(b"\x89PNG") for png in drawn.values())
    assert "By group of people" in text


def test_what_people_typed_cannot_become_markup() -> None:
    """A group's word from a source is text on the page, a bar in it does not break a table."""
    rows, truth = visits()
    odd = rows.assign(audit_language=np.where(rows["gender"] == "female", "<b>|x", "en"))
    sections = page(review(compared(flat(truth), truth, odd)), WHO)

    assert "&lt;b&gt;|x" in html(sections, {})
    assert "<b>" not in html(sections, {})
    assert "<b>\\|x" in markdown(sections)


def test_the_document_is_json_with_every_figure_and_nobody(better: Review) -> None:
    """What `hsched model compare --json` prints: no NaN, no row of a client."""
    text = document(better, WHO)
    content = json.loads(text, parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))

    assert content["advice"]["verdict"] in {"promote", "look closer"}
    assert {"slices", "groups", "capacities", "found_more_a_week", "effects", "net_benefit", "scores", "clinicians"} <= content.keys()
    assert "disagreements" in content["scores"]
    assert tokens_in(text + html(page(better, WHO), {})) == set()
    assert "clinician0" not in text
