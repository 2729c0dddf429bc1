"""The sandbox practice's staff let hsched act by itself: an order and a phase, proposed by one, approved by two others, on the one path."""

import hashlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from hsched_cli.desk import finish
from hsched_cli.phase import own_rule
from hsched_core.domain.rollout import Phase, StandingOrder
from hsched_core.use_cases import WAITLIST

if TYPE_CHECKING:
    from hsched_adapters.assembly import OpenPractice

ASKS, APPROVE = "frontdesk", ("manager1", "manager2")  # logins of the sandbox's people.yaml
ORDER, KINDS = "waitlist-live", frozenset({"offer_slot", "send_message", "update_waitlist_status", "add_note"})
PER_DAY, DAYS = 500, 120
MIN_CONFIDENCE = 0.0  # a demonstration shows offers; a practice begins with the default of 0.85
EVIDENCE = hashlib.sha256(b"the sandbox has nobody real in it").hexdigest()


def permit_waitlist(practice: "OpenPractice") -> bool:
    """Into phase `auto`, where it is not there yet; whether anything had to be decided."""
    from hsched_core.domain.actions import ChangePhase, IssueStandingOrder

    now = practice.clock.now()
    with practice.path_store.looking() as state:
        rollout = state.rollout(WAITLIST, now)
    if rollout.phase is Phase.AUTO and rollout.order and rollout.order.expires_at > now:
        return False
    until = now + timedelta(days=DAYS)
    version = rollout.order.version + 1 if rollout.order and rollout.order.name == ORDER else 1
    order = StandingOrder(ORDER, version, practice.practice.id, WAITLIST, KINDS, MIN_CONFIDENCE, PER_DAY, now, until)
    _decided(practice, IssueStandingOrder(order), "The live sandbox offers openings by itself.")
    if rollout.phase is not Phase.AUTO:
        _decided(practice, ChangePhase(WAITLIST, Phase.AUTO, EVIDENCE), "The live sandbox has nobody real in it.")
    return True


def _decided(practice: "OpenPractice", action: Any, reason: str) -> None:
    case = practice.path.propose(own_rule(practice, WAITLIST, action, reason, practice.person(ASKS)))
    for login in APPROVE:
        case = practice.path.approve(case.id, case.action.digest, practice.person(login))
    finish(practice, case)
