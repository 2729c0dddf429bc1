"""What an audit entry may hold: pseudonyms, hashes, instants, numbers, and words of the program. Anything else is refused.

A field's name says what kind of value it takes; a field whose name says nothing is refused, as is free text under any name.
Errors name the field, never its value.
"""

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from hsched_core.domain.audit import JSON, AuditEntry
from hsched_core.domain.errors import SafeError

WORDS = frozenset(
    (
        "action actor_role approval channel code event from kind law modality mode outcome phase policy previous reason role rule source stage "
        "status template to use_case verdict"
    ).split()
)
GROUPS = frozenset({"candidates", "changes", "findings", "reasons", "skipped"})  # lists of mappings, or of words
LARGEST_NUMBER = 1_000_000  # below phone and record numbers
LONGEST_LIST = 1000
DEEPEST = 3

_NAME = re.compile(r"[a-z][a-z0-9_]{0,47}")
_WORD = re.compile(r"[a-z][a-z0-9_]*(?:[./-][a-z0-9_]+)*")
_HEX = re.compile(r"(?:sha256:)?[0-9a-f]{16,64}")  # pseudonyms have 32 digits, SHA-256 64
_VERSION = re.compile(r"(?:[a-z][a-z0-9_]*[/-])*v?\d{1,6}(?:\.\d{1,6}){0,3}")
_ACTOR = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,79}")  # a login, a component, a standing order: staff are named by law
_KIND = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*")
_SUBJECT = re.compile(r"(?:(?P<of>[a-z][a-z_]*):)?(?P<id>[a-z0-9_./-]{1,96})")
NAMED = frozenset({"event_source", "key", "model", "phase", "policy", "practice", "queue", "switch", "use_case"})  # may go by a word

Check = Callable[[JSON], bool]


def checked(entry: AuditEntry) -> tuple[str, bytes]:
    """The instant as text and the body as canonical JSON; SafeError where anything in the entry may not be kept."""
    if entry.at.tzinfo is None:
        raise _refused("at")
    if not _ACTOR.fullmatch(entry.actor):
        raise _refused("actor")
    if not _KIND.fullmatch(entry.kind) or len(entry.kind) > 64:
        raise _refused("kind")
    if not _is_subject(entry.subject):
        raise _refused("subject")
    _check_fields(entry.body, depth=1)
    body = json.dumps(entry.body, sort_keys=True, separators=(",", ":"), allow_nan=False, default=_as_plain)
    return entry.at.astimezone(UTC).isoformat(timespec="microseconds"), body.encode()


def _check_fields(body: Mapping[str, JSON], depth: int) -> None:
    for name, value in body.items():
        if not isinstance(name, str) or not _NAME.fullmatch(name):
            raise _refused("of no proper name")
        if name in GROUPS and _is_list(value) and depth < DEEPEST:
            _check_group(name, value, depth)
        elif not _passes(_check_of(name), value):
            raise _refused(name)


def _check_group(name: str, values: JSON, depth: int) -> None:
    assert isinstance(values, Sequence)
    for one in values:
        if isinstance(one, Mapping):
            _check_fields(one, depth + 1)
        elif not _is_word(one):
            raise _refused(name)


def _passes(check: Check, value: JSON) -> bool:
    """Nothing, one value, or a list of them."""
    if value is None:
        return True
    if _is_list(value):
        assert isinstance(value, Sequence)
        return len(value) <= LONGEST_LIST and all(check(one) for one in value)
    return check(value)


def _check_of(name: str) -> Check:
    """What a field of that name takes; nothing, where the name says nothing."""
    if name in WORDS:
        return _is_word
    return next((check for endings, check in _BY_NAME if re.search(endings, name)), lambda _value: False)


def _is_word(value: JSON) -> bool:
    return isinstance(value, str) and len(value) <= 64 and bool(_WORD.fullmatch(value))


def _is_hex(value: JSON) -> bool:
    return isinstance(value, str) and bool(_HEX.fullmatch(value))


def _is_version(value: JSON) -> bool:
    return isinstance(value, str) and bool(_VERSION.fullmatch(value) or _HEX.fullmatch(value))


def _is_number(value: JSON) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and abs(value) <= LARGEST_NUMBER


def _is_flag(value: JSON) -> bool:
    return isinstance(value, bool)


def _is_instant(value: JSON) -> bool:
    try:
        return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _is_list(value: JSON) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _is_subject(subject: str) -> bool:
    found = _SUBJECT.fullmatch(subject)
    if found is None:
        return False
    return bool(_HEX.fullmatch(found["id"])) or (found["of"] in NAMED and _is_word(found["id"]))


_BY_NAME: tuple[tuple[str, Check], ...] = (
    (r"^(is|has)_", _is_flag),
    (r"(^|_)(hash(es)?|sha256|digest|tokens?|ids?|key)$", _is_hex),
    (r"_at$", _is_instant),
    (r"(^|_)versions?$", _is_version),
    (r"(^|_)(count|minutes|hours|days|weeks|seconds|number|rank|score|share|probability|confidence|attempts?|entries|limit)$", _is_number),
    (r"_(status|kind|role|code|phase|case|cases|rule|rules|word|words)$", _is_word),
)


def _as_plain(value: object) -> object:
    """Read-only mappings and sequences of any make."""
    return dict(value) if isinstance(value, Mapping) else list(value)  # type: ignore[call-overload]


def _refused(field: str) -> SafeError:
    return SafeError("audit_entry_refused", f"field {field}: neither pseudonym, hash, instant, number nor word of the program")
