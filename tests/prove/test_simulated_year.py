"""A year of the sandbox practice, lived twice on the same draws: with hsched, and as usual. Figures: docs/explanation/simulated-year.md.

About a quarter of an hour on a quiet core. `python -m tests.prove.year` makes the page's tables and pictures, over several seeds.
"""

from dataclasses import replace
from pathlib import Path

import pytest

from hsched_adapters.keys import Keyring
from hsched_adapters.store.replies import SqlRepliesStore
from tests.audit_trails import Desk as TrailDesk
from tests.prove.year import live
from tests.year import measures, platform, report
from tests.year.life import Life
from tests.year.manual import lived as lived_as_usual
from tests.year.platform import Platform
from tests.year.scores import Model
from tests.year.store import YearStore
from tests.year.summary import Summary
from tests.year.town import Setting, Town

YEAR = Setting(seed=1, clinicians=8, weeks=52)
SHORT = Setting(seed=2, clinicians=3, weeks=2)
LEAST_ALIKE = 1500


@pytest.fixture(scope="module")
def year() -> tuple[Summary, Summary]:
    usual, hsched = live(YEAR, ("usual", "hsched"))
    print("\n" + report.markdown([usual, hsched]))
    return usual, hsched


def test_hsched_breaks_no_rule_books_nobody_twice_and_leaves_nothing_lying(year: tuple[Summary, Summary]) -> None:
    """Messages in quiet hours, over a cap, without consent, past a wish: judged by code that shares nothing with the gate."""
    usual, hsched = year
    assert usual.faults == {"double bookings": 0}
    assert hsched.faults == {"double bookings": 0, "messages that broke a rule": 0, "cases left at no end": 0}


def test_groups_get_as_many_offers_and_contacts_within_four_fifths_or_for_a_recorded_reason(year: tuple[Summary, Summary]) -> None:
    found = report.group_ratios(year)
    assert len(found) == 10
    assert [(one.what, one.group, one.ratio) for one in found if not (one.is_within or one.reason)] == []


def test_fewer_visits_are_missed_with_hsched(year: tuple[Summary, Summary]) -> None:
    """Unused visits, no-shows and late cancellations together: the whole interval lies below nothing."""
    _, above = report.SHARES["no-shows"]
    _, _, high, weeks = report.difference([year], ("no-show", "cancelled late"), above)
    assert weeks == YEAR.weeks
    assert high < 0


def test_more_visits_are_cancelled_early_with_hsched(year: tuple[Summary, Summary]) -> None:
    usual, hsched = (one.figures["early cancellations (%)"] for one in year)
    assert hsched > usual


def test_openings_are_filled_as_far_as_published_and_more_offers_are_accepted_than_published(year: tuple[Summary, Summary]) -> None:
    """Automated offers at academic centers: 8 to 11 % accepted, 25 to 30 % of openings filled. The clients' leaning was set to one in ten
    within half an hour; they have longer now. Ours is held to its own measure, widely.
    """
    hsched = year[1]
    accepted = hsched.told["answers: yes: booked"] / sum(asked for asked, _ in hsched.offers.values())
    assert 0.1 <= accepted <= 0.2
    assert 20 <= hsched.figures["openings filled (%)"] <= 40


def test_a_year_without_effects_shows_none() -> None:
    """Reminders do nothing and nobody accepts: every visit of a quarter ends alike in both worlds."""
    town = Town(replace(YEAR, weeks=13)).without_effect()
    model = Model(town)
    usual, hsched = lived_as_usual(town, model).life, platform.lived(town, model).life
    ends, others = (_ends(one) for one in (usual, hsched))
    assert len(ends) > LEAST_ALIKE
    assert ends == others
    assert [measures.figures(one)["openings filled (%)"] for one in (usual, hsched)] == [0, 0]


def test_two_weeks_are_the_same_on_sqlite(tmp_path: Path) -> None:
    """The year's store keeps its tables in memory. On the real one, with its signed trail, the same weeks go the same way."""
    town = Town(SHORT)
    model = Model(town)
    in_memory = Platform(Life(town), model, store=YearStore())
    in_memory.life.live(in_memory)
    desk = TrailDesk(f"sqlite:///{tmp_path / 'year.db'}", tmp_path)
    trail = desk.open()
    try:
        life = Life(town)
        on_sqlite = Platform(life, model, store=SqlRepliesStore(trail, Keyring(tmp_path / "keys", platform.PRACTICE), life))
        life.live(on_sqlite)
    finally:
        trail.close()
    assert life.sent == in_memory.life.sent
    assert life.ehr.log == in_memory.life.ehr.log
    assert on_sqlite.rounds == in_memory.rounds
    assert on_sqlite.answers == in_memory.answers


def _ends(life: Life) -> dict[str, str]:
    return {name: measures.end_of(life, name) for name in life.ehr.appointments_by_id}
