"""The prediction API says what the daily batch says of the same facts: to the bit, with the same reasons, under the champion of now."""

from collections.abc import Iterator

import pytest

from tests.predict_world import BATCH, PredictWorld, distinct, predict_world, utc

pytestmark = pytest.mark.xdist_group("mlflow")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PredictWorld]:
    with predict_world(tmp_path_factory.mktemp("predict")) as made:
        yield made


def test_every_published_visit_has_the_batchs_score_to_the_bit(world: PredictWorld) -> None:
    """Both moments, one by one and all at once; and what the caller says of the client's past changes nothing."""
    rows = distinct(world.stands.scores)
    asked = [world.asked_as(row) for row in rows]
    alone = [world.ask(one).json() for one in asked[:10]]
    together = world.ask({"visits": asked}, path=BATCH).json()["answers"]

    assert {row["moment"] for row in rows} == {"day_before", "at_booking"}
    assert [one["risk_score"] for one in together] == [row["probability"] for row in rows]
    assert [one["reasons"] for one in together] == [row["reasons"].split("; ") for row in rows]
    assert [one["scoring_moment"] for one in together] == [row["moment"] for row in rows]
    assert [one["model"] for one in together] == [{"name": row["model_name"], "version": row["model_version"]} for row in rows]
    assert [{**one, "scored_at": ""} for one in alone] == [{**one, "scored_at": ""} for one in together[:10]]
    assert {(one["features_from"], one["matched"]) for one in together} == {("stored", "appointment")}
    assert {tuple(one["notes"]) for one in together} == {("history_not_read",)}
    assert len(rows) > 60


def test_a_new_champion_answers_without_a_restart(world: PredictWorld) -> None:
    """Another version is in charge: scores are its own, equal to what the batch makes with it; reasons are computed anew."""
    row = next(row for row in distinct(world.stands.scores) if row["moment"] == "at_booking")
    before = world.ask(world.asked_as(row)).json()

    version = world.train("at_booking", "lead_time_table")
    world.app.state.predictions.standing.refresh()
    after = world.ask(world.asked_as(row)).json()
    world.score_and_publish(2)
    world.app.state.predictions.standing.refresh()
    again = next(one for one in world.stands.scores if one["booking_id"] == row["booking_id"])

    assert (before["model"]["version"], after["model"]["version"]) == ("1", version)
    assert before["risk_score"] != after["risk_score"] == again["probability"]
    assert world.ask(world.asked_as(row)).json()["reasons"] == again["reasons"].split("; ") == after["reasons"]
    assert utc(row["starts_at"]) > world.clock.now()
