"""An audit entry holds pseudonyms, hashes, instants, numbers and words of the program; names and free text are refused unrepeated."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

import pytest

from hsched_adapters.store.audit.bodies import checked
from hsched_core.domain.errors import SafeError
from tests.audit_trails import entry
from tests.canaries import KINDS

TOKEN, HASH, AT = "0f" * 16, "a1" * 32, "2026-03-09T10:30:00+00:00"

REFUSALS = (SafeError, ValueError, TypeError)  # the entry itself refuses what is no code at all; the store the rest


def body_of(body: Mapping[str, Any]) -> bytes:
    """The body as it would be kept."""
    return checked(replace(entry(1), body=body))[1]


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        ({}, b"{}"),
        ({"status": "needs_person", "appointment": TOKEN}, f'{{"appointment":"{TOKEN}","status":"needs_person"}}'.encode()),
        ({"expires_at": "2026-03-09T10:30:00-04:00"}, b'{"expires_at":"2026-03-09T10:30:00-04:00"}'),
        ({"lead_time_days": 3, "confidence": 0.5, "is_self": True, "model_version": "no_show/12"}, None),
        ({"action": HASH, "awaits": None, "reference_hash": HASH, "offer": ""}, None),
        ({"candidates": [{"client": TOKEN, "rank": 1, "skipped": ["not_available", "seen_this_week"]}]}, None),
        ({"approvals": [{"by": "order:evening:2", "action_digest": HASH, "role": "practice_manager", "type": "Approval"}]}, None),
        ({"origin": {"about": TOKEN, "facts": HASH, "use_case": "waitlist"}, "rules": ["calendar.held"], "changes": {"since": AT}}, None),
        ({"hold": MappingProxyType({"client": TOKEN, "starts_at": "2026-03-09T10:30:00+00:00", "duration_minutes": 50})}, None),
    ],
)
def test_pseudonyms_hashes_numbers_and_words_pass(body: Mapping[str, Any], kept: bytes | None) -> None:
    """Keys in order, nothing else changed."""
    found = body_of(body)

    assert kept is None or found == kept


@pytest.mark.parametrize(
    "body",
    [
        {"status": "Ottoline Quackenbush"},
        {"status": "called her mother, will ring back"},
        {"note": "waiting"},
        {"client": "quackenbush"},
        {"client": "CLIENT-0001"},
        {"client_id": "12345678"},
        {"phone_number": 6175551234},
        {"mrn": 1234567},
        {"born_on": "1990-02-01"},
        {"sent_at": "2026-03-09T10:30:00"},
        {"reason": "a b"},
        {"is_late": "yes"},
        {"rank": float("nan")},
        {"rank": True},
        {"findings": [{"message": "not before nine"}]},
        {"findings": [[{"rule": "quiet_hours"}]]},
        {"candidates": [{"findings": [{"skipped": [{"rule": "too_deep"}]}]}]},
        {"details": {"status": "waiting"}},
        {"Ottoline": 1},
        {1: "waiting"},
        {"status": "x" * 65},
        {"ranks": [1] * 1001},
    ],
)
def test_anything_else_is_refused_and_not_repeated(body: Mapping[str, Any]) -> None:
    """The error names the field, and only where its name is one of the program's."""
    with pytest.raises(REFUSALS) as refused:
        body_of(body)

    assert not any(word in str(refused.value) for word in ("Quackenbush", "mother", "Ottoline", "1234", "CLIENT", "1990"))
    assert refused.value.__cause__ is None


@pytest.mark.parametrize(
    "changed",
    [
        {"at": datetime(2026, 3, 9, 10)},
        {"actor": "Ottoline Quackenbush"},
        {"actor": "o.quackenbush@example.org"},
        {"actor": ""},
        {"kind": "Proposal approved"},
        {"kind": "proposal." + "x" * 64},
        {"subject": "client:quackenbush"},
        {"subject": "CLIENT-0001"},
        {"subject": "client:12345678"},
    ],
)
def test_who_and_what_are_codes_too(changed: Mapping[str, Any]) -> None:
    """An instant with its zone, a login or a component, a kind, a pseudonym."""
    with pytest.raises(REFUSALS):
        checked(replace(entry(1), **changed))


def test_subjects_of_the_program_may_go_by_their_name() -> None:
    """A use case, a switch, the practice itself."""
    for subject in ("use_case:waitlist", "switch:kill", "practice:elm", f"proposal:{TOKEN}", TOKEN):
        assert checked(replace(entry(1), subject=subject))


@pytest.mark.parametrize("kind", KINDS)
def test_no_canary_gets_into_an_entry(kind: str) -> None:
    """Identifiers of all eighteen kinds, two hundred of each, under field names of every sort."""
    fields = ("status", "client", "note", "sent_at", "confidence", "model_version", "by", "type", "findings", "is_late", "action")
    passed = [(field, canary) for canary in map(KINDS[kind], range(1, 201)) for field in fields if passes({field: canary})]

    assert passed == []


def passes(body: Mapping[str, Any]) -> bool:
    try:
        return bool(body_of(body))
    except REFUSALS:
        return False


def test_a_small_word_would_pass_where_words_are_taken() -> None:
    """The limit, stated: no grammar tells a surname in small letters from a word of the program. Only fields of words take one."""
    assert passes({"status": "quackenbush"})
    assert not passes({"client": "quackenbush"})
