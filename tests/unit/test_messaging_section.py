"""The `messaging:` section of practice.yaml: what is wrong is named, with its place and a remedy."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from hsched_adapters.messaging.section import MailServer, Messaging, TextProvider, messaging_from
from hsched_adapters.settings import Paths, Practice, Source, load_practice, save_practice
from hsched_core.domain.errors import SettingsError

TEXT: dict[str, Any] = {"kind": "twilio", "account": f"AC{'0' * 32}", "sender": "+12125550100"}
EMAIL: dict[str, Any] = {"kind": "smtp", "host": "mail.example", "sender": "office@elm.example"}


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    """Through practice.yaml; a channel that is not named is not there."""
    source = Source(kind="daily_exports", path="sandbox/ehr_export", map="sandbox-practice")
    practice = Practice("elm", "Elm", "America/New_York", "US", source, date(2026, 1, 1))
    for messaging in (None, Messaging(TextProvider(**TEXT)), Messaging(TextProvider(**TEXT), MailServer(**EMAIL))):
        save_practice(Paths(tmp_path), replace(practice, messaging=messaging))
        assert load_practice(Paths(tmp_path)).messaging == messaging


def test_nothing_is_a_practice_without_channels_of_its_own() -> None:
    """As before."""
    assert (messaging_from(None), messaging_from({"text": None})) == (None, Messaging())


WRONG: dict[str, tuple[object, str]] = {
    "not a mapping": ([], "not a mapping of channels"),
    "unknown channel": ({"fax": {}}, "unknown channels: fax"),
    "no settings": ({"text": "twilio"}, "text is not a mapping"),
    "unknown key": ({"text": TEXT | {"acount": ""}}, "unknown keys: acount"),
    "missing": ({"text": {"kind": "twilio"}}, "lacks: account, sender"),
    "kind": ({"text": TEXT | {"kind": "pigeon"}}, "kind is not twilio"),
    "account": ({"text": TEXT | {"account": "AC1"}}, "account has not its form"),
    "unquoted number": ({"text": TEXT | {"sender": 12125550100}}, "sender is not a text"),
    "sender": ({"text": TEXT | {"sender": "2125550100"}}, "sender has not its form"),
    "region": ({"text": TEXT | {"region": "usa"}}, "region has not its form"),
    "not encrypted": ({"text": TEXT | {"base_url": "http://api.example"}}, "not encrypted"),
    "with a password": ({"text": TEXT | {"base_url": "https://a:b@api.example"}}, "not a plain address"),
    "no address": ({"text": TEXT | {"base_url": "https://api.example:port"}}, "not an address"),
    "file elsewhere": ({"text": TEXT | {"token_file": "../token"}}, "not a file's name"),
    "validity": ({"text": TEXT | {"validity_minutes": 1000}}, "validity_minutes"),
    "timeout": ({"text": TEXT | {"timeout_seconds": 0}}, "timeout_seconds"),
    "latency": ({"text": TEXT | {"max_latency_seconds": 5}}, "less than timeout_seconds"),
    "mail kind": ({"email": EMAIL | {"kind": "uucp"}}, "kind is not smtp"),
    "mail in the open": ({"email": EMAIL | {"security": "none"}}, "not encrypted"),
    "security": ({"email": EMAIL | {"security": "some"}}, "security is none of"),
    "port": ({"email": EMAIL | {"port": 0}}, "port is not a port"),
    "mailbox": ({"email": EMAIL | {"sender": "office"}}, "sender is no mailbox"),
    "bounces": ({"email": EMAIL | {"bounces": "where@"}}, "bounces is no mailbox"),
    "long bounces": ({"email": EMAIL | {"bounces": f"{'b' * 17}@elm.example"}}, "too long"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_named(name: str) -> None:
    """Where, what, and what to do."""
    content, said = WRONG[name]
    with pytest.raises(SettingsError, match=said) as told:
        messaging_from(content)
    assert "practice.yaml, messaging" in str(told.value)
    assert told.value.remedy
