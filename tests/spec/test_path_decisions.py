"""The path until something leaves: proposing, approving, rejecting, editing, accepting, expiring, and what the trail keeps of it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from hsched_core.domain.actions import ChangePhase, IssueStandingOrder
from hsched_core.domain.case import Decline
from hsched_core.domain.contact import ConsentEvent
from hsched_core.domain.errors import UserError
from hsched_core.domain.lifecycle import LifecycleError, State
from hsched_core.domain.people import Role
from hsched_core.domain.proposal import Candidate
from hsched_core.domain.rollout import Phase
from hsched_core.policy.approval import NotPermittedError
from tests.path_world import (
    AUDITOR,
    DESK,
    MANAGER,
    NOON,
    POLICY,
    SECOND_MANAGER,
    THERAPIST,
    TOMORROW,
    USE_CASE,
    World,
    booking,
    offer,
    proposal,
    standing_order,
)


@pytest.fixture
def world() -> World:
    return World()


def test_a_proposal_in_review_waits_for_a_person(world: World) -> None:
    """The front desk is asked first."""
    case = world.path.propose(proposal(offer()))

    assert (case.state, case.awaits) == (State.WAITING, Role.FRONT_DESK)


def test_proposing_twice_adds_nothing(world: World) -> None:
    """One case, one audit entry; also after it was decided."""
    case = world.path.propose(proposal(offer()))
    world.path.reject(case.id, DESK, Decline.UNSUITABLE)

    assert world.path.propose(proposal(offer())).state is State.DECLINED
    assert world.kinds() == ["proposal.queued", "proposal.declined"]


def test_what_others_are_about_to_do_is_judged_and_leaves_nothing(world: World) -> None:
    """As a proposal would be, with the times that our own actions hold; no case, no entry, no hold."""
    [free] = world.path.consider(booking())
    world.path.execute(world.approved(booking("client-b")))
    before = world.kinds()
    taken, message = world.path.consider(booking(), offer())

    assert (free.findings, taken.rules, message.is_blocked) == ((), ("calendar.double_booking", "calendar.held"), True)
    assert (world.kinds(), world.path.consider(booking())[0].rules) == (before, taken.rules)


def test_a_proposal_in_shadow_is_sealed(world: World) -> None:
    """Recorded with what the gate found; nobody can approve it, and no write client was made."""
    world.set_phase(Phase.SHADOW)
    case = world.path.propose(proposal(offer()))

    assert case.state is State.SHADOWED
    with pytest.raises(NotPermittedError, match="shadowed"):
        world.path.approve(case.id, case.action.digest, DESK)
    assert (world.path.execute(case.id).state, world.doors.made, world.post.calls) == (State.SHADOWED, [], [])


def test_in_auto_a_standing_order_approves(world: World) -> None:
    """The order is named in the approval and in the trail; beyond its number a person is asked."""
    world.set_phase(Phase.AUTO, standing_order(per_day=1))
    first = world.path.propose(proposal(offer()))
    second = world.path.propose(proposal(offer("client-b")))

    assert (first.state, [one.order for one in first.approvals]) == (State.APPROVED, ["order:offers:1"])
    assert second.state is State.WAITING
    assert world.store.tables.audit[0].body["changes"]["approvals"][0]["order"] == "order:offers:1"


def test_a_blocked_proposal_tells_every_finding_and_cannot_be_approved(world: World) -> None:
    """The trail names the rules; approving is refused, and the refusal is recorded."""
    world.store.tables.consents["client-a"] = []
    case = world.path.propose(proposal(offer(answer_by=TOMORROW)))

    assert case.state is State.BLOCKED
    assert world.store.tables.audit[0].body["rules"] == ["contact.consent", "offer.answer_time"]
    with pytest.raises(NotPermittedError, match="blocked"):
        world.path.approve(case.id, case.action.digest, DESK)
    assert world.kinds()[-1] == "decision.refused"


def test_an_approval_is_bound_to_the_hash_of_what_was_seen(world: World) -> None:
    """A hash that is not listed is refused; the approval keeps who, in which role, and until when."""
    case = world.path.propose(proposal(offer()))

    with pytest.raises(UserError, match="not what is proposed"):
        world.path.approve(case.id, offer("client-b").digest, DESK)
    (approval,) = world.path.approve(case.id, offer().digest, DESK).approvals
    assert (approval.by, approval.role, approval.action_digest) == (DESK.token, Role.FRONT_DESK, offer().digest)
    assert approval.expires_at == case.proposal.expires_at < NOON + POLICY.approval_lasts


def test_facts_are_judged_again_when_somebody_approves(world: World) -> None:
    """STOP came in between: the proposal waits on, unapproved, with the finding told."""
    case = world.path.propose(proposal(offer()))
    world.store.tables.consents["client-a"].append(ConsentEvent(False, NOON))

    with pytest.raises(NotPermittedError, match="No consent"):
        world.path.approve(case.id, offer().digest, DESK)
    assert world.path.look(case.id).state is State.WAITING


def test_picking_another_listed_candidate_is_an_approval(world: World) -> None:
    """The picked action becomes the case's; a skipped candidate cannot be picked."""
    others = (Candidate("client-b", 0.7, offer("client-b")), Candidate("client-c", 0.1, None, "Not free then."))
    case = world.path.propose(proposal(offer(), candidates=others))

    with pytest.raises(UserError, match="not what is proposed"):
        world.path.approve(case.id, offer("client-c").digest, DESK)
    picked = world.path.approve(case.id, offer("client-b").digest, DESK)
    assert (picked.state, picked.action) == (State.APPROVED, offer("client-b"))


def test_any_other_change_makes_the_editor_the_proposer(world: World) -> None:
    """The old proposal is withdrawn; the editor cannot approve the new one, a colleague can."""
    case = world.path.propose(proposal(offer()))
    changed = world.path.edit(case.id, offer(starts_at=TOMORROW + timedelta(hours=1)), DESK)

    assert world.path.look(case.id).state is State.WITHDRAWN
    assert (changed.state, changed.proposal.proposed_by, changed.proposal.replaces) == (State.WAITING, DESK.token, case.id)
    with pytest.raises(NotPermittedError, match="proposed themselves"):
        world.path.approve(changed.id, changed.action.digest, DESK)
    assert world.path.approve(changed.id, changed.action.digest, MANAGER).state is State.APPROVED


def test_a_change_voids_an_approval(world: World) -> None:
    """What was approved is withdrawn with its approval; the changed proposal starts without one."""
    case_id = world.approved(offer())
    changed = world.path.edit(case_id, offer(starts_at=TOMORROW + timedelta(hours=1)), MANAGER)

    assert (world.path.look(case_id).state, changed.state, changed.approvals) == (State.WITHDRAWN, State.WAITING, ())


def test_in_auto_a_persons_change_still_waits_for_a_person(world: World) -> None:
    """A standing order covers what the use case proposes."""
    world.set_phase(Phase.AUTO, standing_order(min_confidence=0.95))
    case = world.path.propose(proposal(offer()))
    world.store.tables.orders[USE_CASE] = standing_order()

    assert world.path.edit(case.id, offer(starts_at=TOMORROW + timedelta(hours=1)), DESK).state is State.WAITING


def test_editing_into_a_listed_candidate_is_refused(world: World) -> None:
    """That is an approval, and is told so."""
    case = world.path.propose(proposal(offer()))

    with pytest.raises(UserError, match="Approve it"):
        world.path.edit(case.id, offer(), DESK)


def test_who_may_not_decide_is_refused_and_the_attempt_recorded(world: World) -> None:
    """An auditor can neither approve, reject, change nor resolve; four attempts, four entries."""
    case = world.path.propose(proposal(offer()))

    for attempt in (
        lambda: world.path.approve(case.id, offer().digest, AUDITOR),
        lambda: world.path.reject(case.id, AUDITOR, Decline.OTHER),
        lambda: world.path.edit(case.id, offer("client-b"), AUDITOR),
        lambda: world.path.resolve(case.id, AUDITOR, happened=True),
    ):
        with pytest.raises(NotPermittedError, match="role"):
            attempt()
    assert world.kinds() == ["proposal.queued", *["decision.refused"] * 4]


def test_two_people_issue_a_standing_order(world: World) -> None:
    """One approval leaves it waiting; two, and it is carried out: the order is in force."""
    action = IssueStandingOrder(standing_order())
    case = world.path.propose(proposal(action, proposed_by=DESK.token))

    assert world.path.approve(case.id, action.digest, MANAGER).state is State.WAITING
    with pytest.raises(NotPermittedError, match="second person"):
        world.path.approve(case.id, action.digest, MANAGER)
    assert world.path.approve(case.id, action.digest, SECOND_MANAGER).state is State.APPROVED
    assert world.path.execute(case.id).state is State.CONFIRMED
    assert world.store.tables.orders[USE_CASE] == standing_order()


def test_shadow_ends_by_an_approved_change_of_phase(world: World) -> None:
    """Proposed and approved like everything else, while nothing else can leave."""
    world.set_phase(Phase.SHADOW)
    action = ChangePhase(USE_CASE, Phase.REVIEW, "report-1")
    case = world.path.propose(proposal(action, proposed_by=DESK.token))
    world.path.approve(case.id, action.digest, MANAGER)

    assert world.path.execute(case.id).state is State.CONFIRMED
    assert world.path.propose(proposal(offer())).state is State.WAITING


def test_a_solo_practice_approves_its_own_and_the_trail_says_so() -> None:
    """The policy names the person, and each such approval is marked."""
    world = World(policy=replace(POLICY, sole_person=MANAGER.token))
    case = world.path.propose(proposal(booking(), proposed_by=MANAGER.token))
    world.path.approve(case.id, booking().digest, MANAGER)

    assert world.store.tables.audit[-1].body["changes"]["approvals"][0]["is_self"] is True


def test_a_no_is_final(world: World) -> None:
    """With its reason as a code."""
    case = world.path.propose(proposal(offer()))

    assert world.path.reject(case.id, THERAPIST, Decline.CLIENT_OBJECTED).state is State.DECLINED
    assert world.store.tables.audit[-1].body["rules"] == ["reason.client_objected"]
    with pytest.raises(NotPermittedError, match="declined"):
        world.path.approve(case.id, offer().digest, DESK)


def test_what_nobody_answers_escalates_then_expires(world: World) -> None:
    """Desk, after an hour the manager, at the end of its time nobody."""
    case_id = world.path.propose(proposal(offer(answer_by=NOON + timedelta(hours=2)))).id
    seen = []
    for _ in range(4):
        world.wait(minutes=59)
        case = world.path.tend(case_id)
        seen.append((case.state, case.awaits))

    desk, manager = Role.FRONT_DESK, Role.PRACTICE_MANAGER
    assert seen == [(State.WAITING, desk), (State.WAITING, manager), (State.WAITING, manager), (State.EXPIRED, manager)]
    assert world.kinds() == ["proposal.queued", "proposal.escalated", "proposal.expired"]


def test_an_approval_runs_out(world: World) -> None:
    """Four hours by default; then it is not carried out, also when nobody tended it."""
    late = proposal(booking(), expires_at=NOON + timedelta(hours=9))
    case = world.path.propose(late)
    world.path.approve(case.id, booking().digest, DESK)
    world.wait(hours=4)

    assert world.path.execute(case.id).state is State.EXPIRED
    assert world.ehr.calls == []


def test_what_no_longer_applies_is_withdrawn(world: World) -> None:
    """Also after approval; not after it was carried out."""
    sent = world.sent_offer("client-b")

    assert world.path.withdraw(world.approved(booking(starts_at=TOMORROW + timedelta(hours=2))), "staff").state is State.WITHDRAWN
    with pytest.raises(LifecycleError):
        world.path.withdraw(sent, "staff")


def test_accepting_an_offer_approves_its_booking(world: World) -> None:
    """Under the offer's own approval and hash, without another question."""
    offer_id = world.sent_offer()
    case = world.path.accept(offer_id, "client-a")

    assert (case.state, case.offer, [one.action_digest for one in case.approvals]) == (State.APPROVED, offer_id, [offer().digest])
    assert world.path.execute(case.id).state is State.CONFIRMED
    assert [effect.action for effect in world.ehr.effects] == [offer().leads_to]


def test_accepting_twice_is_accepting_once(world: World) -> None:
    """The same answer; one booking."""
    offer_id = world.sent_offer()
    first, again = world.path.accept(offer_id, "client-a"), world.path.accept(offer_id, "client-a")

    assert (first.id, first.state) == (again.id, again.state)
    assert world.kinds().count("proposal.accepted") == 1


def test_of_two_who_accept_one_opening_one_gets_it(world: World) -> None:
    """The other's booking is blocked, before anything reached the EHR, and stays so."""
    one, other = world.sent_offer("client-a"), world.sent_offer("client-b")

    assert world.path.accept(one, "client-a").state is State.APPROVED
    loser = world.path.accept(other, "client-b")
    assert loser.state is State.BLOCKED
    assert world.store.tables.audit[-1].body["rules"] == ["calendar.held"]


@pytest.mark.parametrize(
    ("client", "minutes", "why"), [("client-b", 0, "somebody else"), ("client-a", 30, "over"), ("client-a", 31, "over")]
)
def test_an_offer_is_accepted_by_its_client_and_in_time(world: World, client: str, minutes: int, why: str) -> None:
    """At the very end of its time it is too late; the attempt is recorded."""
    offer_id = world.sent_offer()
    world.wait(minutes=minutes)

    with pytest.raises(NotPermittedError, match=why):
        world.path.accept(offer_id, client)
    assert world.kinds()[-1] == "decision.refused"


def test_an_offer_that_was_not_sent_cannot_be_accepted(world: World) -> None:
    """Approved is not sent."""
    with pytest.raises(NotPermittedError, match="not open"):
        world.path.accept(world.approved(offer()), "client-a")


def test_only_offers_are_accepted(world: World) -> None:
    """A booking has nothing to accept; an unknown id is said to be unknown."""
    with pytest.raises(UserError, match="not an offer"):
        world.path.accept(world.approved(booking()), "client-a")
    with pytest.raises(UserError, match="no proposal"):
        world.path.accept("nothing", "client-a")


def test_a_proposal_of_another_practice_is_refused(world: World) -> None:
    """Each practice has its own path."""
    with pytest.raises(UserError, match="another practice"):
        world.path.propose(proposal(offer(), practice="practice-2"))


def test_less_autonomy_needs_no_permission_more_does(world: World) -> None:
    """Drift moves a use case back at once; the same door does not lead forward."""
    world.set_phase(Phase.AUTO, standing_order())
    world.path.step_back(USE_CASE, Phase.REVIEW, "drift")

    assert world.path.propose(proposal(offer())).state is State.WAITING
    with pytest.raises(UserError, match="not a step back"):
        world.path.step_back(USE_CASE, Phase.AUTO, "drift")
