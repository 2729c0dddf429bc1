"""The sandbox practice's staff let hsched act by itself: an order and a phase, proposed by one, approved by two others, on the one path."""

import hashlib
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from hsched_cli.desk import finish
from hsched_core.domain.rollout import Phase, StandingOrder
from hsched_core.use_cases import GROUPS, REMINDERS, RESCHEDULE, WAITLIST

if TYPE_CHECKING:
    from hsched_adapters.assembly import OpenPractice
    from hsched_adapters.settings import Paths

ASKS, APPROVE = "frontdesk", ("manager1", "manager2")  # logins of the sandbox's people.yaml
PER_DAY, DAYS = 500, 120
MIN_CONFIDENCE = 0.0  # a demonstration shows offers; a practice begins with the default of 0.85
EVIDENCE = hashlib.sha256(b"the sandbox has nobody real in it").hexdigest()
HELD = 0.1  # of eligible visits: so that `hsched effect reminders` has something to count


@dataclass(frozen=True)
class Permission:
    """What a use case may do by itself in a live sandbox."""

    use_case: str
    order: str
    kinds: frozenset[str]
    what: str  # for people


OFFERS = Permission(
    WAITLIST, "waitlist-live", frozenset({"offer_slot", "send_message", "update_waitlist_status", "add_note"}), "the waitlist may act"
)


MOVES = Permission(
    RESCHEDULE, "reschedule-live", frozenset({"move_appointment", "send_message"}), "clients who pick another time may have it"
)


def reminding() -> Permission:
    """Every template of the sequence. Standby offers are a person's, whatever an order says."""
    from hsched_core.use_cases.reminders_plan import Step

    kinds = frozenset(f"send_message:{step}" for step in Step if step is not Step.STANDBY)
    return Permission(REMINDERS, "reminders-live", kinds, "reminders may go out")


def grouping() -> Permission:
    """Places that clients give up for once, and the question whether they come."""
    from hsched_core.use_cases.group_invitations import RSVP

    return Permission(GROUPS, "groups-live", frozenset({"cancel_appointment", f"send_message:{RSVP}"}), "groups may ask and free places")


def switch_on_groups(paths: "Paths") -> bool:
    """Clients of groups are asked, unless practice.yaml says something of groups already; whether they are."""
    from hsched_adapters.settings import load_practice, save_practice

    practice = load_practice(paths)
    if not practice.groups:
        save_practice(paths, replace(practice, groups={"is_on": True}))
        return True
    return bool(practice.groups.get("is_on"))


def switch_on_reminders(paths: "Paths") -> bool:
    """Reminders on, unless practice.yaml says something of them already; whether they are on."""
    from hsched_adapters.settings import load_practice, save_practice

    practice = load_practice(paths)
    if not practice.reminders:
        save_practice(paths, replace(practice, reminders={"is_on": True, "holdout_share": HELD}))
        return True
    return bool(practice.reminders.get("is_on"))


def permit(practice: "OpenPractice", wanted: Permission) -> bool:
    """Into phase `auto` under an order, where it is not there yet; whether anything had to be decided."""
    from hsched_core.domain.actions import ChangePhase, IssueStandingOrder

    now, use_case = practice.clock.now(), wanted.use_case
    with practice.path_store.looking() as state:
        rollout = state.rollout(use_case, now)
    if rollout.phase is Phase.AUTO and rollout.order and rollout.order.expires_at > now and rollout.order.action_kinds >= wanted.kinds:
        return False
    until = now + timedelta(days=DAYS)
    version = rollout.order.version + 1 if rollout.order and rollout.order.name == wanted.order else 1
    order = StandingOrder(wanted.order, version, practice.practice.id, use_case, wanted.kinds, MIN_CONFIDENCE, PER_DAY, now, until)
    _decided(practice, use_case, IssueStandingOrder(order), "The live sandbox lets it act by itself.")
    if rollout.phase is not Phase.AUTO:
        _decided(practice, use_case, ChangePhase(use_case, Phase.AUTO, EVIDENCE), "The live sandbox has nobody real in it.")
    return True


def _decided(practice: "OpenPractice", use_case: str, action: Any, reason: str) -> None:
    from hsched_core.workflow.own_rules import own_rule

    case = practice.path.propose(own_rule(practice.policy, use_case, action, (reason,), practice.person(ASKS), practice.clock.now()))
    for login in APPROVE:
        case = practice.path.approve(case.id, case.action.digest, practice.person(login))
    finish(practice, case)
