"""A pick of an edited visit goes over to a new proposal: what happens where that does not work out at once."""

from dataclasses import replace
from pathlib import Path

import pytest

from hsched_core.domain.case import Case
from hsched_core.domain.errors import UserError
from hsched_core.domain.lifecycle import State
from hsched_core.domain.offers import OpeningRecord
from hsched_core.domain.openings import OpeningState
from hsched_core.domain.rollout import Phase
from hsched_core.workflow.moves import Picked
from hsched_core.workflow.picks_kept import carry_over
from tests.moves_arena import Arena, arena


def seen(found: Arena, visit: str) -> tuple[list[Case], OpeningRecord]:
    with found.world.store.transaction() as tx:
        record = tx.opening(f"{0xB000:032x}")
        assert record is not None
        return list(tx.cases_about(visit)), record


def edited(found: Arena, visit: str) -> None:
    """A note was put to it, and the EHR's notice arrives."""
    found.world.ehr.change(visit, found.world.ehr.appointments_by_id[visit].status)


def silent(*_args: object) -> Case:
    raise UserError("The EHR does not answer.")


def test_an_ehr_that_does_not_answer_leaves_the_time_with_the_pick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with arena(f"sqlite:///{tmp_path / 'store.sqlite'}", tmp_path) as found:
        found.order(Phase.REVIEW)
        at, link, world = found.opening(0), found.client(), found.world
        assert found.tap(link, at) is Picked.DONE
        (pick,), _ = seen(found, link.visit)
        with monkeypatch.context() as patched:
            patched.setattr(world.path, "propose", silent)
            with pytest.raises(UserError):
                edited(found, link.visit)
        assert [one.booking for one in seen(found, link.visit)[1:]] == [pick.id]
        assert carry_over(world.path, world.store, world, pick, world.ehr.appointments_by_id[link.visit])
        cases, record = seen(found, link.visit)
        assert {case.id == record.booking: case.state for case in cases} == {True: State.WAITING, False: State.WITHDRAWN}


def test_a_worker_that_dies_between_both_leaves_one_of_them_and_tells_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The new one is proposed, the old one not withdrawn: a round does that, and writes to nobody that the time stays."""
    with arena(f"sqlite:///{tmp_path / 'store.sqlite'}", tmp_path) as found:
        found.order(Phase.REVIEW)
        at, link, world = found.opening(0), found.client(), found.world
        assert found.tap(link, at) is Picked.DONE
        with monkeypatch.context() as patched:
            patched.setattr(world.path, "withdraw", silent)
            with pytest.raises(UserError):
                edited(found, link.visit)
        told: list[str] = []
        desk = found.desk()
        monkeypatch.setattr(desk._with.endings, "_tell", lambda case, *_: told.append(case.id))
        desk.advance()
        cases, record = seen(found, link.visit)
        assert {case.id == record.booking: case.state for case in cases} == {True: State.WAITING, False: State.WITHDRAWN}
        assert told == []


def test_staff_who_move_the_visit_to_the_picked_time_themselves_have_done_it(tmp_path: Path) -> None:
    """No notice tells of it: the calendar does. The time is taken, and nobody is asked any more."""
    with arena(f"sqlite:///{tmp_path / 'store.sqlite'}", tmp_path) as found:
        found.order(Phase.REVIEW)
        at, link, there = found.opening(0), found.client(), found.world.ehr.appointments_by_id
        assert found.tap(link, at) is Picked.DONE
        visit = there[link.visit]
        there[link.visit] = replace(visit, version="9", session=replace(visit.session, starts_at=at))
        found.world.desk.advance()
        found.desk().advance()
        (pick,), record = seen(found, link.visit)
        assert (pick.state, record.state) == (State.WITHDRAWN, OpeningState.TAKEN)
