"""Who acts: people with roles, and services by name. What a role may do is policy, not this."""

from dataclasses import dataclass
from enum import StrEnum

USE_CASE = "use-case:"
PATH = "path"  # the path itself: expiry, escalation, results


class Role(StrEnum):
    FRONT_DESK = "front_desk"
    CLINICIAN = "clinician"
    PRACTICE_MANAGER = "practice_manager"
    DATA_TEAM = "data_team"
    MODEL_REVIEWER = "model_reviewer"
    AUDITOR = "auditor"
    ADMIN = "admin"


@dataclass(frozen=True)
class Person:
    """A user of the practice. `clinician` is the pseudonym under which they see clients, where they do."""

    token: str
    practice: str
    roles: frozenset[Role]
    clinician: str | None = None
    is_active: bool = True


def use_case_actor(name: str) -> str:
    """How a use case signs what it proposes."""
    return f"{USE_CASE}{name}"


def is_use_case(actor: str) -> bool:
    """Whether a proposal came from a use case, and not from a person: a standing order covers only those."""
    return actor.startswith(USE_CASE)
