"""Who may read what clients wrote, and who may close it: more than a role sees of scores, and less than everybody."""

from collections.abc import Collection

from hsched_core.domain.people import Person, Role
from hsched_core.domain.replies import PAGES, Reply
from hsched_core.policy.approval import NotPermittedError
from hsched_core.policy.facts import Finding

DESK = frozenset({Role.FRONT_DESK, Role.PRACTICE_MANAGER})
CARES = frozenset({Role.CLINICIAN, Role.PRACTICE_MANAGER})  # who may say that a crisis was dealt with


def check_read(person: Person, clinicians: Collection[str], practice: str) -> None:
    """Raise where the person may not read it. Clinicians read their own clients': `clinicians` are those the client sees."""
    if person.practice != practice or not person.is_active:
        raise _refused("messages.inactive", "This account is disabled, or of another practice.")
    if not (DESK & person.roles or (Role.CLINICIAN in person.roles and person.clinician in clinicians)):
        raise _refused("messages.role", "Your role may not read what this client wrote.")


def check_deal(person: Person, practice: str) -> None:
    """Raise where the person may not take a reply, or close it."""
    if person.practice != practice or not person.is_active:
        raise _refused("messages.inactive", "This account is disabled, or of another practice.")
    if not (DESK | CARES) & person.roles:
        raise _refused("messages.role", "Your role does not deal with replies.")


def check_close(person: Person, reply: Reply, practice: str) -> None:
    """Raise where the person may not close it: a reply that called somebody is closed by a clinician or the manager."""
    check_deal(person, practice)
    if PAGES & set(reply.reasons) and not CARES & person.roles:
        raise _refused("messages.cares", "A reply like this one is closed by a clinician or the practice's manager.")


def _refused(rule: str, message: str) -> NotPermittedError:
    return NotPermittedError((Finding(rule, message),))
