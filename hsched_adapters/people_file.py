"""Who may decide in a practice: people.yaml in its folder. Who is not in it cannot decide anything.

A login here is a name, not a proof: whoever may write to the practice's folder and its keys may sign as anybody. Hosts that
face a network sign people in first.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from hsched_adapters.atomic import write_atomically
from hsched_core.domain.errors import NotReadyError, SettingsError, UserError
from hsched_core.domain.people import Person, Role

FILE = "people.yaml"
KEYS = ("roles", "clinician", "is_active")
LOGIN = re.compile(r"[a-z][a-z0-9_.-]{0,62}")  # as the audit trail takes an actor
RESERVED = frozenset({"path", "order", "use-case"})  # signatures of the program itself
UNKNOWN = "unknown"
PSEUDONYM = re.compile(r"[0-9a-f]{32}")
MISSING = "Write it: a login, its roles, `is_active`; `hsched people` shows an example and what each role may do."


def load_people(path: Path, practice: str) -> Mapping[str, Person]:
    """Everybody of the practice by login. NotReadyError where the file is missing, SettingsError where it is wrong."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NotReadyError(f"There is no {FILE} in {path.parent}: nobody can decide yet.", MISSING) from None
    except (yaml.YAMLError, ValueError):
        raise SettingsError(f"{FILE} is not YAML.", "Mend it, or restore it from a copy.") from None
    if not isinstance(content, dict) or not content:
        raise SettingsError(f"{FILE} names nobody.", MISSING)
    return {str(login): _person(str(login), told, practice) for login, told in content.items()}


def who(people: Mapping[str, Person], login: str) -> Person:
    """The person of that login."""
    if login not in people:
        raise UserError(f"Nobody is called {login} in {FILE}.", f"Known are: {', '.join(sorted(people))}.")
    return people[login]


def stranger(login: str) -> str:
    """How the trail signs for a login that nobody has. What is not spelled like one is not kept: it may be a client's name."""
    return f"{UNKNOWN}:{login if LOGIN.fullmatch(login) else 'unreadable'}"


def demo_people(clinicians: Iterable[str]) -> dict[str, dict[str, Any]]:
    """A sandbox's staff: front desk, data team, three managers, an auditor, an admin, and a login for each clinician's pseudonym."""
    staff: dict[str, dict[str, Any]] = {
        "frontdesk": {"roles": [str(Role.FRONT_DESK)]},
        "datateam": {"roles": [str(Role.DATA_TEAM), str(Role.MODEL_REVIEWER)]},
        "manager1": {"roles": [str(Role.PRACTICE_MANAGER)]},
        "manager2": {"roles": [str(Role.PRACTICE_MANAGER)]},
        "manager3": {"roles": [str(Role.PRACTICE_MANAGER)]},  # what one proposes that lets hsched do more, two others approve
        "auditor": {"roles": [str(Role.AUDITOR)]},
        "admin": {"roles": [str(Role.ADMIN)]},
    }
    clinical = {f"clinician{number}": {"roles": [str(Role.CLINICIAN)], "clinician": one} for number, one in enumerate(clinicians, 1)}
    return staff | clinical


def save_people(path: Path, people: Mapping[str, Mapping[str, Any]]) -> None:
    """Write the file in one step."""
    text = yaml.safe_dump({login: dict(told) for login, told in people.items()}, sort_keys=False)
    write_atomically(path, text.encode("utf-8"))


def _person(login: str, told: object, practice: str) -> Person:
    if not LOGIN.fullmatch(login) or login in RESERVED:
        raise SettingsError(
            f"{FILE}: a login is not a plain name.", "Use small letters, digits, dots and hyphens, beginning with a letter."
        )
    if not isinstance(told, dict) or told.keys() - set(KEYS):
        raise SettingsError(f"{FILE}, {login}: not a mapping of {', '.join(KEYS)}.", "Remove or mend the other keys.")
    is_active, clinician = told.get("is_active", True), told.get("clinician")
    if not isinstance(is_active, bool):
        raise SettingsError(f"{FILE}, {login}.is_active is neither true nor false.", "Write one of the two.")
    if clinician is not None and not (isinstance(clinician, str) and PSEUDONYM.fullmatch(clinician)):
        raise SettingsError(f"{FILE}, {login}.clinician is not a pseudonym.", "Take it from `hsched queue --json`, in quotes.")
    return Person(login, practice, _roles(login, told.get("roles")), clinician, is_active)


def _roles(login: str, told: object) -> frozenset[Role]:
    known = {str(role) for role in Role}
    if not isinstance(told, list) or not told or any(one not in known for one in told):
        raise SettingsError(f"{FILE}, {login}.roles is not a list of roles.", f"Known are: {', '.join(sorted(known))}.")
    return frozenset(Role(one) for one in told)
