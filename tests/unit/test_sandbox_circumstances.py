"""What lifelike worlds have and plain ones lack: each circumstance alone does what it says, where it says, and nothing elsewhere."""

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from hsched_models.features import CATALOGUE, Role
from hsched_sandbox import wordlists
from hsched_sandbox.archetypes import parameters_of
from hsched_sandbox.columns import Flags, Floats
from hsched_sandbox.events import Happening
from hsched_sandbox.exported_log import exported_log
from hsched_sandbox.kinds import Archetype
from hsched_sandbox.oracle import filter_oracle
from hsched_sandbox.oracle_error import oracle_error
from hsched_sandbox.parameters import Circumstances, Dirt, PracticeParameters, plain
from hsched_sandbox.practice import simulate
from hsched_sandbox.shocks import WHITE
from hsched_sandbox.timeline import DAY, MINUTE
from hsched_sandbox.world import Cause, Channel, End, Payer, Session, Visits, World

TODAY = date(2026, 11, 24)
CALM = plain(clinicians=10, years=1)


@pytest.fixture(scope="module")
def calm() -> World:
    return simulate(CALM, seed=4, today=TODAY)


def under(**sizes: float) -> World:
    """The calm world with one circumstance."""
    return simulate(replace(CALM, circumstances=Circumstances(**sizes)), seed=4, today=TODAY)


def drawn(world: World) -> Visits:
    """Visits that had a chance of their own, not those of clients who had left."""
    return world.visits.take(~np.isnan(world.visits.p_unused))


def within(world: World, first: tuple[int, int], last: tuple[int, int]) -> Flags:
    """Whether each visit's month and day lie between two, whatever the year."""
    days = drawn(world).day
    dates = [world.timeline.date_of(day) for day in range(int(days.max()) + 1)]
    return np.array([first <= (day.month, day.day) <= last for day in dates])[days]


def test_a_plain_world_has_none(calm: World) -> None:
    """No hidden logit, no lapses, no failing links."""
    visits = drawn(calm)

    assert (visits.hidden_logit == 0).all()
    assert not np.isin(visits.cause, (Cause.AUTHORIZATION, Cause.LINK)).any()


def test_what_is_hidden_moves_no_base_rate() -> None:
    """Zero in the mean over a lifelike practice, and of a size that matters."""
    hidden = drawn(simulate(parameters_of(Archetype.PRIVATE, clinicians=20), seed=4, today=TODAY)).hidden_logit

    assert hidden.mean() == pytest.approx(0, abs=0.03)
    assert 0.3 < hidden.std() < 0.6


def test_an_alliance_is_of_the_pair() -> None:
    """One number for each client and clinician, spread as asked; a client's two clinicians differ."""
    visits = drawn(under(alliance_sigma=0.5))
    pair = visits.client * 1000 + visits.clinician
    _, first, place = np.unique(pair, return_index=True, return_inverse=True)
    fit, client = visits.hidden_logit[first], visits.client[first]
    two = np.flatnonzero(np.diff(client) == 0)

    assert np.allclose(visits.hidden_logit, fit[place])
    assert fit.std() == pytest.approx(0.5, abs=0.05)
    assert (np.abs(fit[two + 1] - fit[two]) > 0.01).mean() > 0.9


def test_clinicians_differ_in_their_gap_between_groups() -> None:
    """Minority clients fare better with some and worse with others; no clinician's gap is anybody's own."""
    world = under(group_gap_sigma=0.4)
    visits = drawn(world)
    minority = world.clients.race[visits.client] != WHITE
    gap = np.array([mean_of(visits, minority, who) - mean_of(visits, ~minority, who) for who in range(10)])

    assert gap == pytest.approx(world.clinicians.group_gap)
    assert gap.min() < 0 < gap.max()


def mean_of(visits: Visits, among: Flags, clinician: int) -> float:
    return float(visits.hidden_logit[among & (visits.clinician == clinician)].mean())


def test_a_household_has_its_weeks_together() -> None:
    """Members who come in the same week share one shock; couples, families and minors have theirs; single adults have none."""
    world = under(household_sigma=1.0)
    visits = drawn(world)
    household, week = world.clients.household[visits.client], visits.week
    _, place = np.unique(household * 1000 + week, return_inverse=True)
    moved = visits.hidden_logit != 0
    spread = [np.ptp(visits.hidden_logit[(place == one) & moved]) for one in np.unique(place[moved])[:300]]
    alone = np.bincount(world.clients.household)[household] == 1
    adult = world.clients.age[visits.client] >= 18
    together = (visits.session == Session.COUPLES) | (visits.session == Session.FAMILY)

    assert max(spread) == 0
    assert moved[together].all()
    assert moved[~adult].all()
    assert moved[alone & adult & ~together].mean() < 0.12  # whose household members never had a visit in the export
    assert 0.05 < (~alone).mean() < 0.3


def test_group_sessions_are_attended_in_part() -> None:
    """Members of one session come or stay away each on their own, around one shock of the session."""
    visits = drawn(under(group_sigma=1.0))
    groups = visits.take((visits.session == Session.GROUP) & (visits.end <= End.LATE_CANCEL))
    _, place = np.unique(groups.clinician * 10_000 + groups.day, return_inverse=True)
    size, missing = np.bincount(place), np.bincount(place, weights=groups.end > End.ATTENDED)
    full = size >= 4

    assert full.sum() > 20
    assert ((missing[full] > 0) & (missing[full] < size[full])).mean() > 0.3
    assert max(np.ptp(groups.hidden_logit[place == one]) for one in range(len(size))) == 0
    assert (visits.hidden_logit[visits.session != Session.GROUP] == 0).all()


def test_storms_keep_people_at_home_unless_they_meet_by_video() -> None:
    """On some winter days of a site, all of its visits in person; none of the others."""
    world = under(storm=2.0, storm_days=0.1)
    visits = drawn(world)
    stormy = visits.hidden_logit > 1
    site = world.clinicians.site[visits.clinician]
    in_person = visits.channel == Channel.IN_PERSON
    of_day = site * 10_000 + visits.day

    assert stormy.any()
    assert in_person[stormy].all()
    assert world.timeline.winter[visits.day[stormy]].all()
    assert stormy[in_person & np.isin(of_day, of_day[stormy])].all()
    assert len(np.unique(of_day[stormy])) / len(np.unique(of_day[world.timeline.winter[visits.day]])) == pytest.approx(0.1, abs=0.06)


def test_the_way_there_is_harder_without_a_car() -> None:
    """In person only."""
    world = under(no_car=0.5)
    visits = drawn(world)
    without, in_person = world.clients.no_car[visits.client], visits.channel == Channel.IN_PERSON

    assert (visits.hidden_logit[~in_person] == 0).all()
    assert visits.hidden_logit[in_person & without].min() - visits.hidden_logit[in_person & ~without].max() == pytest.approx(0.5)


def test_authorizations_run_out() -> None:
    """Administrative cancels come at visits after the last authorised one, at the rate asked for, until one is held."""
    world = under(lapse=0.4)
    visits = drawn(world)
    units = world.clients.units[visits.client]
    spent = (units > 0) & (visits.used > 0) & (visits.used % np.maximum(units, 1) == 0)
    lapsed = visits.cause == Cause.AUTHORIZATION

    assert lapsed.sum() > 30
    assert spent[lapsed].all()
    assert (visits.end[lapsed] == End.CLINIC_CANCEL).all()
    assert lapsed[spent].mean() == pytest.approx(0.4, abs=0.06)
    assert not lapsed[world.clients.payer[visits.client] == Payer.SELF_PAY].any()


def test_links_fail_whoever_waits() -> None:
    """Video as often as asked, as a cause of its own, found out as the visit begins; in person never."""
    visits = drawn(under(video_fails=0.1))
    failed, video = visits.cause == Cause.LINK, visits.channel == Channel.VIDEO

    assert failed[video].mean() == pytest.approx(0.1, abs=0.015)
    assert not failed[~video].any()
    assert (visits.start - visits.closed == MINUTE)[failed].all()


def known_added(world: World) -> Floats:
    """What a circumstance adds to the records' logit of each visit, in a world where nothing else does."""
    added: Floats = drawn(world).known_logit - world.parameters.chances.unused
    return added


def bare(**sizes: float) -> World:
    """A world with one circumstance, and no other effect of hour, season, kind of visit, clinician or client."""
    sigmas = {"clinician_sigma": 0.0, "slot_sigma": 0.0, "modality_mean": 0.0, "modality_sigma": 0.0, "phone": 0.0}
    kinds = {"intake": 0.0, "intake_wait": 0.0, "intake_week": 0.0, "early_sessions": 0.0, "medication": 0.0, "group": 0.0}
    seasons = {"age_decade": 0.0, "year_end": 0.0, "august": 0.0, "after_holiday": 0.0}
    chances = replace(CALM.chances, payer=(0.0, 0.0, 0.0, 0.0), **sigmas, **kinds, **seasons)
    return simulate(replace(CALM, chances=chances, circumstances=Circumstances(**sizes)), seed=4, today=TODAY)


def test_a_new_year_has_a_new_deductible() -> None:
    """Commercial clients, in January: by its size. Nobody else, never else."""
    world = bare(deductible=0.5)
    due = within(world, (1, 1), (1, 31)) & (world.clients.payer[drawn(world).client] == Payer.COMMERCIAL)

    assert due.any()
    assert known_added(world) == pytest.approx(0.5 * due)


def test_schools_hold_minors_back() -> None:
    """Before 15:00 in term."""
    world = bare(school_hours=0.5)
    visits = drawn(world)
    held = (world.clients.age[visits.client] < 18) & (visits.hour < 15) & world.timeline.term[visits.day]

    assert held.any()
    assert known_added(world) == pytest.approx(0.5 * held)


def test_spring_break_is_a_season() -> None:
    """The first two weeks of April."""
    world = bare(spring_break=0.5)
    away = within(world, (4, 1), (4, 14))

    assert away.any()
    assert known_added(world) == pytest.approx(0.5 * away)


def test_sites_differ_in_what_video_does_and_the_phone_is_worse() -> None:
    """Some sites gain by it and some lose; over all a visit by phone is missed more often than the same by video."""
    world = simulate(PracticeParameters(clinicians=60, years=0.5), seed=4, today=TODAY)
    visits = drawn(world)
    by_site = world.clinicians.video_effect[::5]
    logit = visits.known_logit - 0.6 * world.clinicians.video_effect[visits.clinician]

    assert by_site.min() < 0 < by_site.max()
    assert logit[visits.channel == Channel.PHONE].mean() > logit[visits.channel == Channel.VIDEO].mean()


def test_protected_attributes_follow_the_payer() -> None:
    """As poverty does: Medicaid's clients are more often of a minority, without a car and disabled, and less often English speakers."""
    clients = simulate(plain(clinicians=40, years=1), seed=4, today=TODAY).clients
    poor, insured = clients.payer == Payer.MEDICAID, clients.payer == Payer.COMMERCIAL
    english = clients.language == wordlists.LANGUAGES.index("en")

    for flag, more in ((clients.race != WHITE, 0.2), (clients.no_car, 0.15), (clients.disability > 0, 0.04), (~english, 0.05)):
        assert flag[poor].mean() > flag[insured].mean() + more


def test_no_protected_attribute_is_read_by_a_model() -> None:
    """None is an input, by default or by a switch; where one passes at all it is for audits."""
    words = ("race", "ethnic", "language", "disab", "payer", "welfare", "household", "car")
    read = [feature.name for feature in CATALOGUE if feature.role in (Role.INPUT, Role.DEMOGRAPHIC)]

    assert [name for name in read if set(name.split("_")) & set(words)] == []


def soiled(**rates: float) -> tuple[World, Any, Any]:
    world = simulate(replace(CALM, dirt=Dirt(**rates)), seed=4, today=TODAY)
    return world, *exported_log(world)


def test_visits_of_who_left_stay_in_the_book() -> None:
    """Called a no-show, and put right by a cancel some days later."""
    world, events, planted = soiled(left_in_book=0.3)
    gone = np.isnan(world.visits.p_unused)
    absent = events.take((events.what == Happening.NO_SHOW) & gone[events.visit] & (events.repeated == 0) & (events.breach == 0))
    cancels = events.take((events.what == Happening.CANCELLED) & np.isin(events.visit, absent.visit))
    righted = dict(zip(cancels.visit.tolist(), cancels.recorded.tolist(), strict=True))

    assert len(absent) == planted.left_in_book > 50
    for visit, noted in zip(absent.visit.tolist(), absent.recorded.tolist(), strict=True):
        assert world.visits.start[visit] < noted < righted[visit] < noted + 12 * DAY


def test_some_clinicians_write_late_cancels_down_as_no_shows() -> None:
    """Theirs all, the others' none."""
    world, events, planted = soiled(late_as_no_show=0.3, corrected_statuses=0.0)
    late = (world.visits.end == End.LATE_CANCEL)[events.visit] & ~world.visits.moved[events.visit] & (events.breach == 0)
    written = np.bincount(world.visits.clinician[events.visit[late & (events.what == Happening.NO_SHOW)]], minlength=10)
    called = np.bincount(world.visits.clinician[events.visit[late & events.late]], minlength=10)

    assert ((written == 0) | (called <= 3)).all()  # a note may fall behind the export's end
    assert 0 < (written > 0).sum() < 10
    assert planted.late_as_no_show > 50


def test_the_oracle_states_its_error_outside_plain_worlds(calm: World) -> None:
    """Nothing where it is exact; elsewhere a bracket: some miscalibration, and no more than what hidden things could tell."""
    lifelike = simulate(parameters_of(Archetype.PRIVATE, clinicians=5, years=1), seed=4, today=TODAY)
    exact, stated = (oracle_error(world, filter_oracle(world), exported_log(world)[0]) for world in (calm, lifelike))

    assert (exact.is_exact, exact.at_least, exact.at_most) == (True, 0, 0)
    assert not stated.is_exact
    assert 0 < stated.at_least < 1
    assert 5 < stated.at_most < 20
