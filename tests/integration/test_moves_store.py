"""Picks of other times on SQLite and on PostgreSQL: one of several clients has a time, the waitlist or a client, and the trail tells it."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from hsched_adapters.store.audit.rows import read_entries
from hsched_adapters.store.engine import open_engine, reading
from hsched_core.domain.case import Case
from hsched_core.domain.client_links import Act
from hsched_core.domain.errors import UserError
from hsched_core.domain.lifecycle import State
from hsched_core.domain.offers import OfferState
from hsched_core.domain.openings import OpeningState
from hsched_core.domain.proposal import Proposal
from hsched_core.domain.rollout import Phase
from hsched_core.use_cases.reschedule import Alternative, Facts
from hsched_core.workflow import link_trail as trail
from hsched_core.workflow.moves import Picked
from hsched_core.workflow.offer_steps import OPENING, claim_opening, footing_of_opening, pick_opening, release_opening, replay
from tests.desk_world import NOON, PRACTICE
from tests.http_desk import at_once
from tests.moves_arena import GivesToAnybody, arena

pytestmark = pytest.mark.xdist_group("postgres")
RACES = 4


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database of either kind."""
    return f"sqlite:///{tmp_path / 'store.sqlite'}" if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))


@pytest.mark.parametrize("phase", [Phase.REVIEW, Phase.AUTO])
def test_of_several_clients_at_once_one_has_the_time(url: str, tmp_path: Path, phase: Phase) -> None:
    with arena(url, tmp_path) as found:
        found.order(phase)
        times = [found.opening(number) for number in range(RACES)]
        assert [found.race(at) for at in times] == [(1, 1)] * RACES
        assert [found.at(at) for at in times] == [int(phase is Phase.AUTO)] * RACES
        assert found.trail.verdict().broken is None


def test_without_the_guard_several_have_it(url: str, tmp_path: Path) -> None:
    """The race above can fail: a desk that gives a time to anybody does give it to several."""
    with arena(url, tmp_path, desk_class=GivesToAnybody) as found:
        found.order(Phase.REVIEW)
        assert max(found.race(found.opening(number))[1] for number in range(RACES)) > 1


def test_a_time_goes_to_the_waitlist_or_to_a_client_never_to_both(url: str, tmp_path: Path) -> None:
    """A round that chooses whom to ask, and a tap, in the same moment."""
    with arena(url, tmp_path) as found:
        found.order(Phase.REVIEW)
        for number in range(RACES):
            at, link = found.opening(number), found.client()
            at_once([lambda: str(found.world.desk.advance()), partial(found.tap, link, at)])
            found.world.desk.advance()
            with found.world.store.transaction() as tx:
                offers = [one for one in tx.offers(f"{0xB000 + number:032x}") if one.state is OfferState.SENT]
                picks = [case for case in tx.cases_about(link.visit) if case.state is State.WAITING]
            assert len(offers[:1]) + len(picks) == 1


def test_a_pick_moves_the_visit_closes_the_time_opens_the_old_one_and_the_trail_tells_it(url: str, tmp_path: Path) -> None:
    with arena(url, tmp_path) as found:
        found.order(Phase.AUTO)
        at, link = found.opening(0), found.client()
        before = found.world.ehr.appointments_by_id[link.visit].session.starts_at
        assert found.tap(link, at) is Picked.DONE
        assert found.desk().advance().done == {}  # nothing is left to do
        with found.world.store.transaction() as tx:
            taken, left = tx.opening(f"{0xB000:032x}"), tx.opening(link.visit)
        assert taken is not None
        assert left is not None
        assert (taken.state, left.state) == (OpeningState.TAKEN, OpeningState.OPEN)
        assert (left.opening.starts_at, left.left_by) == (before, (link.client,))
        engine = open_engine(url)
        with reading(engine) as connection:
            entries = read_entries(connection, PRACTICE)
        engine.dispose()
        told = [entry.kind for entry in entries if entry.kind.startswith(OPENING) and entry.subject == taken.id]
        assert told == ["opening.open", "opening.picked", "opening.taken"]
        assert replay(entries, OPENING)[taken.id] == footing_of_opening(taken)


def test_a_worker_that_dies_before_it_proposed_leaves_the_time_to_others(url: str, tmp_path: Path) -> None:
    with arena(url, tmp_path) as found:
        found.order(Phase.REVIEW)
        at, link = found.opening(0), found.client()
        with found.world.store.transaction() as tx:
            record = tx.opening(f"{0xB000:032x}")
            assert record is not None
            pick_opening(tx, record, "5d" * 16, found.world.now(), found.world.now() + timedelta(minutes=2))
        assert found.tap(link, at) is Picked.GONE
        found.desk().advance()
        assert found.tap(link, at) is Picked.GONE
        found.world.wait(minutes=2)
        found.desk().advance()
        assert found.tap(link, at) is Picked.DONE


def test_a_client_with_two_pages_open_has_one_time(url: str, tmp_path: Path) -> None:
    """Two taps of one client, on two times, in the same moment."""
    with arena(url, tmp_path) as found:
        found.order(Phase.REVIEW)
        for number in range(RACES):
            link, times = found.client(), [found.opening(2 * number), found.opening(2 * number + 1)]
            given = at_once([partial(found.tap, link, at) for at in times])
            with found.world.store.transaction() as tx:
                assert [case.state for case in tx.cases_about(link.visit)] == [State.WAITING]
            assert given[Picked.DONE] == 1


def test_while_a_round_chooses_whom_to_offer_a_time_it_is_nobodys(url: str, tmp_path: Path) -> None:
    with arena(url, tmp_path) as found:
        found.order(Phase.REVIEW)
        at, link, name = found.opening(0), found.client(), f"{0xB000:032x}"
        with found.world.store.transaction() as tx:
            record = tx.opening(name)
            assert record is not None
            claimed = claim_opening(tx, record, found.world.now(), found.world.now() + timedelta(minutes=2))
        assert found.tap(link, at) is Picked.GONE
        with found.world.store.transaction() as tx:
            release_opening(tx, claimed, found.world.now())
        assert found.tap(link, at) is Picked.DONE


def test_an_ehr_whose_list_is_behind_does_not_hide_the_old_time(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It still shows the visit where it was: that is the visit itself, nobody else."""
    with arena(url, tmp_path) as found:
        found.order(Phase.AUTO)
        at, link, ehr = found.opening(0), found.client(), found.world.ehr
        before, there = ehr.appointments_by_id[link.visit], ehr.appointments
        monkeypatch.setattr(ehr, "appointments", lambda start, end: [before, *there(start, end)])
        assert found.tap(link, at) is Picked.DONE
        with found.world.store.transaction() as tx:
            left = tx.opening(link.visit)
        assert left is not None
        assert (left.state, left.opening.starts_at) == (OpeningState.OPEN, before.session.starts_at)


@pytest.mark.parametrize("phase", [Phase.REVIEW, Phase.AUTO])
def test_a_worker_that_stalls_before_it_proposes_comes_too_late(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, phase: Phase
) -> None:
    """Longer than a pick is waited for: another client has the time by then, and only they do."""
    with arena(url, tmp_path) as found:
        found.order(phase)
        at, slow, quick, path = found.opening(0), found.client(), found.client(), found.world.path
        propose, given = path.propose, []

        def stalls(proposal: Proposal) -> Case:
            if not given:
                given.append(Picked.REFUSED)
                found.world.wait(minutes=3)
                found.desk().advance()
                found.order(Phase.REVIEW)
                given[0] = found.tap(quick, at)
                found.order(phase)
            return propose(proposal)

        monkeypatch.setattr(path, "propose", stalls)
        assert (found.tap(slow, at), given) == (Picked.GONE, [Picked.DONE])
        found.desk().advance()
        with found.world.store.transaction() as tx:
            states = [[case.state for case in tx.cases_about(one.visit)] for one in (slow, quick)]
        assert states == [[State.WITHDRAWN], [State.WAITING]]


def test_a_step_back_to_shadow_in_the_moment_of_the_tap_costs_nobody_the_time(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with arena(url, tmp_path) as found:
        found.order(Phase.REVIEW)
        at, link, path = found.opening(0), found.client(), found.world.path
        propose = path.propose

        def steps_back(proposal: Proposal) -> Case:
            found.order(Phase.SHADOW)
            return propose(proposal)

        with monkeypatch.context() as patched:
            patched.setattr(path, "propose", steps_back)
            assert found.tap(link, at) is Picked.REFUSED
        found.order(Phase.REVIEW)
        assert found.tap(link, at) is Picked.DONE
        with found.world.store.transaction() as tx:
            assert {case.state for case in tx.cases_about(link.visit)} == {State.SHADOWED, State.WAITING}


def test_a_second_tap_inside_the_first_finds_that_the_client_has_chosen(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What may be chosen is looked at once more where the time is taken."""
    with arena(url, tmp_path) as found:
        found.order(Phase.REVIEW)
        one, other, link, desk = found.opening(0), found.opening(1), found.client(), found.desk()
        shown, given = desk._shown, []

        def meanwhile(facts: Facts | None) -> tuple[Alternative, ...]:
            given.append(found.tap(link, other))
            return shown(facts)

        monkeypatch.setattr(desk, "_shown", meanwhile)
        assert desk.pick(link, found.world.ehr.appointments_by_id[link.visit].session.starts_at, one) is Picked.GONE
        with found.world.store.transaction() as tx:
            assert (given, len(tx.cases_about(link.visit))) == ([Picked.DONE], 1)


def test_a_worker_that_fails_once_its_case_came_about_leaves_it_the_time(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with arena(url, tmp_path) as found:
        found.order(Phase.REVIEW)
        at, link, path = found.opening(0), found.client(), found.world.path
        propose = path.propose

        def fails(proposal: Proposal) -> Case:
            propose(proposal)
            raise UserError("The store does not answer any more.")

        monkeypatch.setattr(path, "propose", fails)
        with pytest.raises(UserError):
            found.tap(link, at)
        with found.world.store.transaction() as tx:
            (case,), record = tx.cases_about(link.visit), tx.opening(f"{0xB000:032x}")
        assert record is not None
        assert (case.state, record.booking) == (State.WAITING, case.id)


def test_a_second_tap_while_the_ehr_shows_the_visit_where_it_was_counts(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with arena(url, tmp_path) as found:
        found.order(Phase.AUTO)
        at, link, ehr = found.opening(0), found.client(), found.world.ehr
        before = ehr.appointments_by_id[link.visit]
        assert found.tap(link, at) is Picked.DONE
        monkeypatch.setattr(ehr, "appointment", lambda _name: before)
        assert found.desk().pick(link, before.session.starts_at, at) is Picked.DONE


@pytest.mark.parametrize("changes", [{"acts": (Act.OTHER_TIME,)}, {"expires_at": NOON}], ids=["a person was asked", "too old"])
def test_an_address_at_which_nothing_may_be_chosen_has_no_times(url: str, tmp_path: Path, changes: dict[str, Any]) -> None:
    with arena(url, tmp_path) as found:
        found.order(Phase.REVIEW)
        found.opening(0)
        link = found.client()
        assert len(found.desk().times(link)) == 1
        with found.store.transaction() as tx:
            tx.put_link(replace(link, version=link.version + 1, **changes), audit=trail.made(link, NOON))
        assert found.desk().times(link) == ()


def test_a_worker_that_fails_too_late_gives_nobody_elses_time_back(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own two minutes are over, and another one has just taken the time and is about to propose."""
    with arena(url, tmp_path) as found:
        found.order(Phase.REVIEW)
        at, link, name = found.opening(0), found.client(), f"{0xB000:032x}"

        def fails(_proposal: Proposal) -> Case:
            found.world.wait(minutes=3)
            found.desk().advance()
            with found.world.store.transaction() as tx:
                record = tx.opening(name)
                assert record is not None
                pick_opening(tx, record, "5d" * 16, found.world.now(), found.world.now() + timedelta(minutes=2))
            raise UserError("The EHR does not answer.")

        monkeypatch.setattr(found.world.path, "propose", fails)
        with pytest.raises(UserError):
            found.tap(link, at)
        with found.world.store.transaction() as tx:
            record = tx.opening(name)
        assert record is not None
        assert record.booking == "5d" * 16
