"""What an audit entry may hold: pseudonyms, hashes, instants, numbers, and words of the program. Anything else is refused.

A field's name says what kind of value it takes; a field whose name says nothing is refused, as is free text under any name.
Errors name the field, never its value.
"""

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.errors import SafeError

Check = Callable[[object], bool]
GROUPS = frozenset({"approvals", "candidates", "changes", "findings", "hold", "origin", "skipped"})  # of fields of their own
LARGEST_NUMBER = 1_000_000  # below phone and record numbers
LONGEST_LIST = 1000
DEEPEST = 3

_NAME = re.compile(r"[a-z][a-z0-9_]{0,47}")
_WORD = re.compile(r"[a-z][a-z0-9_]*(?:[.:/-][a-z0-9_]+)*")
_HEX = re.compile(r"(?:sha256:)?[0-9a-f]{16,64}")  # pseudonyms have 32 digits, SHA-256 64
_VERSION = re.compile(r"(?:[a-z][a-z0-9_]*[/-])*v?\d{1,6}(?:\.\d{1,6}){0,3}")
_ACTOR = re.compile(r"[a-z][a-z0-9_.-]*(?::[a-z0-9_.-]+)*")  # a login, a component, a standing order: staff are named by law
_KIND = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*")
_SUBJECT = re.compile(r"(?:(?P<of>[a-z][a-z_]*):)?(?P<id>[a-z0-9_./-]{1,96})")
TYPES = frozenset({"Approval", "Session"})  # values of the domain that bodies hold written out; a pattern would let names in
# What may go by a word.
NAMED = frozenset({"event_source", "key", "model", "permission", "phase", "policy", "practice", "queue", "switch", "use_case"})


def checked(entry: AuditEntry) -> tuple[str, bytes]:
    """The instant as text and the body as canonical JSON; SafeError where anything in the entry may not be kept."""
    if entry.at.tzinfo is None:
        raise _refused("at")
    if not _is_actor(entry.actor):
        raise _refused("actor")
    if not _KIND.fullmatch(entry.kind) or len(entry.kind) > 64:
        raise _refused("kind")
    if not _is_subject(entry.subject):
        raise _refused("subject")
    _check_fields(entry.body, depth=1)
    body = json.dumps(entry.body, sort_keys=True, separators=(",", ":"), allow_nan=False, default=dict)
    return as_text(entry.at), body.encode()


def as_text(instant: datetime) -> str:
    """An instant as the trail writes it."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds")


def _check_fields(body: Mapping[str, Any], depth: int) -> None:
    for name, value in body.items():
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise _refused("of no proper name")
        for one in _each(name, value):
            if isinstance(one, Mapping) and name in GROUPS and depth < DEEPEST:
                _check_fields(one, depth + 1)
            elif not _check_of(name)(one):
                raise _refused(name)


def _each(name: str, value: object) -> Sequence[object]:
    """Nothing, one value, or the values of a list."""
    if value is None or value == "":
        return ()
    if not isinstance(value, list | tuple):
        return (value,)
    if len(value) > LONGEST_LIST:
        raise _refused(name)
    return value


@lru_cache(512)
def _check_of(name: str) -> Check:
    """What a field of that name takes; nothing, where the name says nothing."""
    return next((check for names, check in _BY_NAME if names.search(name)), lambda _value: False)


def _is_word(value: object) -> bool:
    return isinstance(value, str) and len(value) <= 64 and bool(_WORD.fullmatch(value))


def _is_hex(value: object) -> bool:
    return isinstance(value, str) and bool(_HEX.fullmatch(value))


def _is_version(value: object) -> bool:
    return _is_number(value) or (isinstance(value, str) and bool(_VERSION.fullmatch(value) or _HEX.fullmatch(value)))


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and abs(value) <= LARGEST_NUMBER


def _is_word_or_hex(value: object) -> bool:
    return _is_word(value) or _is_hex(value)


def _is_actor(value: object) -> bool:
    return isinstance(value, str) and len(value) <= 80 and bool(_ACTOR.fullmatch(value) or _HEX.fullmatch(value))


def _is_type(value: object) -> bool:
    return value in TYPES if isinstance(value, str) else False


def _is_flag(value: object) -> bool:
    return isinstance(value, bool)


def _is_instant(value: object) -> bool:
    try:
        return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _is_subject(subject: str) -> bool:
    found = _SUBJECT.fullmatch(subject)
    if found is None:
        return False
    return bool(_HEX.fullmatch(found["id"])) or (found["of"] in NAMED and _is_word(found["id"]))


# The first pattern that a field's name fits says what it takes. A new field of a known kind needs a name like these, or a line here.
_BY_NAME: tuple[tuple[re.Pattern[str], Check], ...] = tuple(
    (re.compile(names), check)
    for names, check in (
        (r"^(is|has)_", _is_flag),
        (r"(^|_)at$|^(since|not_before|settle_until)$", _is_instant),
        (r"(^|_)(hash(es)?|sha256|digests?|tokens?|ids?|key)$", _is_hex),
        (r"^(about|client|clinician|appointment|facts|offer|opening|proposal|reference|replaces|room|site)s?$", _is_hex),
        (r"(^|_)versions?$", _is_version),
        (r"(^|_)(count|minutes|hours|days|weeks|seconds|number|rank|score|fit|share|probability|confidence)$", _is_number),
        (r"(^|_)(attempts?|probes|entries|limit|per_day)$", _is_number),
        (r"^(by|actor|order|proposed_by|approved_by)$", _is_actor),
        (r"^type$", _is_type),
        (r"^action$", _is_word_or_hex),
        (r"(^|_)(status|state|kind|role|code|phase|rule|reason|word|type)s?$", _is_word),
        (r"^(awaits|basis|channel|event|from|to|modality|mode|outcome|policy|previous|purpose)$", _is_word),
        (r"^(findings|practice|skipped|source|stage|template|use_case|verdict|wanted)$", _is_word),
    )
)


def _refused(field: str) -> SafeError:
    return SafeError("audit_entry_refused", f"field {field}: neither pseudonym, hash, instant, number nor word of the program")
