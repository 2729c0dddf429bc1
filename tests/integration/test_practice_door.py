"""The door to the practice's own rules, on both databases: written once, found again by key, never written over what came later."""

from dataclasses import replace
from pathlib import Path as FilePath
from typing import Any

import pytest

from hsched_adapters.store.path import SqlPathStore
from hsched_adapters.store.practice_door import CHANGED, ISSUED, PracticeDoor
from hsched_adapters.unconnected import NoCalendar, OwnDoorOnly
from hsched_core.domain.actions import Action, ChangePhase, IssueStandingOrder
from hsched_core.domain.case import Case
from hsched_core.domain.errors import NotReadyError
from hsched_core.domain.lifecycle import State
from hsched_core.domain.people import Person
from hsched_core.domain.rollout import Phase
from hsched_core.policy.approval import NotPermittedError
from hsched_core.ports import Absent, Done, Found, Permit, Refused
from hsched_core.workflow.path import Path
from hsched_core.workflow.steps import known
from tests.audit_trails import Desk
from tests.path_world import DESK, MANAGER, NOON, POLICY, SECOND_MANAGER, USE_CASE, booking, proposal, standing_order

pytestmark = pytest.mark.xdist_group("postgres")
ELM, ABOUT, FACTS = "elm", "0f" * 16, "fa" * 32
PROPOSER, FIRST, SECOND = (replace(one, practice=ELM) for one in (DESK, MANAGER, SECOND_MANAGER))
AUTO = ChangePhase(USE_CASE, Phase.AUTO, "e1" * 32)
ORDER = IssueStandingOrder(standing_order(practice=ELM))


class Site:
    """A practice that is connected to nothing but its own store."""

    def __init__(self, desk: Desk, solo: str = "") -> None:
        self.desk, self.present = desk, NOON
        self.store = SqlPathStore(desk.open())
        self.door = PracticeDoor(self.store, ELM, self)
        policy = replace(POLICY, practice=ELM, sole_person=solo)
        self.path = Path(self.store, NoCalendar(), OwnDoorOnly(self.door), self, policy)

    def now(self) -> Any:
        return self.present

    def propose(self, action: Action, proposed_by: str = PROPOSER.token) -> Case:
        asked = proposal(action, practice=ELM, subject=ABOUT, facts_digest=FACTS, proposed_by=proposed_by, confidence=None)
        return self.path.propose(asked)

    def done(self, action: Action, *people: Person) -> Case:
        """Proposed, approved by those people, carried out."""
        case = self.propose(action)
        for person in people:
            self.path.approve(case.id, action.digest, person)
        return self.path.execute(case.id)

    def permit(self, case: Case) -> Permit:
        with self.store.transaction() as tx:
            stored = known(tx, case.id)
        return Permit(stored.id, stored.action, stored.key, stored.approvals)

    def phase(self) -> Phase:
        with self.store.looking() as state:
            return state.rollout(USE_CASE, NOON).phase

    def entries(self, kind: str) -> int:
        with self.store.looking() as state:
            return len(state.bodies_of(kind))


@pytest.fixture(params=["sqlite", "postgresql"])
def site(request: pytest.FixtureRequest, tmp_path: FilePath) -> Site:
    url = f"sqlite:///{tmp_path / 'store.sqlite'}" if request.param == "sqlite" else str(request.getfixturevalue("postgres_url"))
    return Site(Desk(url, tmp_path))


def test_two_people_besides_the_proposer_put_a_use_case_into_auto(site: Site) -> None:
    """The phase stands in the store, is read back, and the trail says who approved and what they looked at."""
    case = site.done(AUTO, FIRST, SECOND)

    assert (case.state, site.phase()) == (State.CONFIRMED, Phase.AUTO)
    assert site.entries(CHANGED) == 1
    assert site.desk.verdict(secrets=site.desk.keys.secret_of).broken is None


def test_one_person_is_not_enough(site: Site) -> None:
    """Nothing is carried out, and nobody approves twice or their own."""
    case = site.propose(AUTO)
    site.path.approve(case.id, AUTO.digest, FIRST)

    for person in (FIRST, PROPOSER):
        with pytest.raises(NotPermittedError):
            site.path.approve(case.id, AUTO.digest, person)
    assert site.path.execute(case.id).state is State.WAITING
    assert site.phase() is Phase.REVIEW


def test_a_standing_order_is_in_force_as_it_was_approved(site: Site) -> None:
    """Every limit of it."""
    case = site.done(ORDER, FIRST, SECOND)

    assert case.state is State.CONFIRMED
    with site.store.looking() as state:
        assert state.order(USE_CASE) == ORDER.order
        assert state.orders() == [ORDER.order]


def test_an_older_version_does_not_replace_a_newer_one(site: Site) -> None:
    """Two proposals were open at once; the later approval of the older one is refused."""
    newer = IssueStandingOrder(replace(ORDER.order, version=2, per_day=9))
    site.done(newer, FIRST, SECOND)
    late = site.done(ORDER, FIRST, SECOND)

    assert late.state is State.REJECTED
    with site.store.looking() as state:
        assert state.order(USE_CASE) == newer.order


def test_an_order_of_another_practice_is_refused(site: Site) -> None:
    """Whoever approved it."""
    foreign = IssueStandingOrder(replace(ORDER.order, practice="oak"))

    assert site.done(foreign, FIRST, SECOND).state is State.REJECTED
    assert site.entries(ISSUED) == 0


def test_the_same_key_again_changes_nothing(site: Site) -> None:
    """A worker that died after the write, and another one that repeats it."""
    permit = site.permit(site.done(AUTO, FIRST, SECOND))

    assert site.door.perform(permit) == Done(permit.case_id)
    assert site.entries(CHANGED) == 1


def test_a_change_that_was_stepped_back_since_is_found_and_not_made_again(site: Site) -> None:
    """The search asks the trail, not the present phase: safety's last word stands."""
    case = site.propose(AUTO)
    for person in (FIRST, SECOND):
        site.path.approve(case.id, AUTO.digest, person)
    site.door.perform(site.permit(case))  # written, and then the worker died before it could say so
    site.path.step_back(USE_CASE, Phase.REVIEW, "drift")

    assert site.door.look(site.permit(case), "") == Found(case.id, AUTO)
    assert site.path.execute(case.id).state is State.CONFIRMED
    assert site.phase() is Phase.REVIEW


def test_what_was_never_written_is_absent(site: Site) -> None:
    """So that reconciliation may try again."""
    case = site.propose(AUTO)
    for person in (FIRST, SECOND):
        site.path.approve(case.id, AUTO.digest, person)

    assert site.door.look(site.permit(case), "") == Absent()


def test_it_leads_nowhere_else(site: Site) -> None:
    """A booking is not the practice's own rule, and without a connection nothing else can even be judged."""
    visit = booking()
    approved = site.permit(site.done(AUTO, FIRST, SECOND)).approvals
    forged = tuple(replace(one, action_digest=visit.digest) for one in approved)

    assert site.door.perform(Permit("0a" * 16, visit, "0b" * 32, forged)) == Refused("not_a_rule_of_the_practice")
    with pytest.raises(NotReadyError, match="not connected"):
        site.propose(visit)


def test_the_kill_switch_and_a_step_back_stand_in_the_trail(site: Site) -> None:
    """By the person's own name; whole, on SQL as in memory."""
    site.done(AUTO, FIRST, SECOND)
    site.path.stop(PROPOSER.token)
    site.path.release(FIRST)
    site.path.step_back(USE_CASE, Phase.SHADOW, "person", SECOND.token)

    with site.store.looking() as state:
        assert not state.is_stopped()
    assert site.phase() is Phase.SHADOW
    assert site.desk.verdict().broken is None


def test_in_a_solo_practice_the_named_person_is_enough(tmp_path: FilePath) -> None:
    """Their own proposal, one approval, marked as their own; nobody else may approve their own."""
    site = Site(Desk(f"sqlite:///{tmp_path / 'store.sqlite'}", tmp_path), solo=FIRST.token)
    case = site.propose(AUTO, proposed_by=FIRST.token)
    approved = site.path.approve(case.id, AUTO.digest, FIRST)

    assert approved.approvals[0].is_self
    assert site.path.execute(case.id).state is State.CONFIRMED
