"""The `connection:` section of practice.yaml: where the practice's EHR answers, in whose words, and what it can do."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import timedelta
from pathlib import PurePath
from typing import Any
from urllib.parse import urlsplit

from hsched_adapters.ehr.rest.wording import check_discreet
from hsched_core.domain.errors import SettingsError
from hsched_core.messages import lint

HERE = frozenset({"127.0.0.1", "localhost", "::1"})
KINDS = frozenset({"rest"})
WHERE = "practice.yaml, connection"
UNNAMED = lint.UNNAMED["en"]  # practice.yaml names nobody: messages sign so in English, and in each other language in its own words
PHONE = re.compile(r"\+[1-9][0-9 ().-]+")


@dataclass(frozen=True)
class Connection:
    """One EHR. What it can do is what was tried (`hsched connection check`), not what was promised; not tried means no."""

    kind: str
    base_url: str
    profile: str  # shipped with hsched, or a YAML file's path
    token_file: str = "ehr-token"  # both files lie below keys/
    webhook_secret_file: str = "webhook-secret"
    timeout_seconds: float = 10.0  # of one call, real time
    max_latency_seconds: float = 30.0  # the EHR's worst time from a call to its effect, real time
    honours_keys: bool = False  # a second write under the same Idempotency-Key does nothing
    can_search: bool = False  # appointments and messages can be searched by our reference
    can_poll: bool = False  # appointments can be asked for by `updated_since`; otherwise a window of days is read
    sender: str = UNNAMED  # how messages sign; it stands on lock screens
    phone: str = ""  # that clients' pages show beside "please call us", with the country's code; empty: they show none

    def __post_init__(self) -> None:
        _check_words(self)
        _check_phone(self.phone)
        _check_address(self.base_url)
        _check_times(self)

    @property
    def phone_digits(self) -> str:
        """The number as a telephone takes it (E.164); empty where none is set."""
        return self.phone and "+" + "".join(sign for sign in self.phone if sign.isdecimal())

    @property
    def max_latency(self) -> timedelta:
        """In real time."""
        return timedelta(seconds=self.max_latency_seconds)

    def plain(self) -> dict[str, Any]:
        """As it stands in practice.yaml."""
        return asdict(self)


def connection_from(content: object) -> Connection | None:
    """The section as parsed; None where there is none. Unknown and missing keys are refused by name."""
    if content is None:
        return None
    if not isinstance(content, Mapping):
        raise SettingsError(f"{WHERE} is not a mapping of settings.", "Write `key: value` below it, or remove it.")
    known = {field.name for field in fields(Connection)}
    if unknown := sorted(str(key) for key in content if key not in known):
        raise SettingsError(f"{WHERE} has unknown keys: {', '.join(unknown)}.", f"Known are: {', '.join(sorted(known))}.")
    if missing := [name for name in ("kind", "base_url", "profile") if content.get(name) is None]:
        raise SettingsError(f"{WHERE} lacks: {', '.join(missing)}.", "Add them.")
    return Connection(**content)


def _check_words(connection: Connection) -> None:
    for name in ("kind", "base_url", "profile", "token_file", "webhook_secret_file", "sender"):
        value = getattr(connection, name)
        if not isinstance(value, str) or not value.strip():
            raise SettingsError(f"{WHERE}: {name} is not a text.", "Quote the value.")
    for name in ("honours_keys", "can_search", "can_poll"):
        if not isinstance(getattr(connection, name), bool):
            raise SettingsError(f"{WHERE}: {name} is neither true nor false.", "Write one of the two.")
    check_discreet(f"{WHERE}: sender", connection.sender)
    if connection.kind not in KINDS:
        raise SettingsError(f"{WHERE}: kind is none of {', '.join(sorted(KINDS))}.", "Mend it.")
    for name in ("token_file", "webhook_secret_file"):
        if PurePath(getattr(connection, name)).name != getattr(connection, name):
            raise SettingsError(f"{WHERE}: {name} is not a file's name.", "It lies in the practice's keys folder; write its name only.")


def _check_phone(phone: object) -> None:
    """With the country's code, so that it can be called from anywhere; spaces, hyphens, dots and brackets as people write them."""
    is_form = isinstance(phone, str) and PHONE.fullmatch(phone) and 8 <= sum(sign.isdecimal() for sign in phone) <= 15
    if phone != "" and not is_form:
        raise SettingsError(f"{WHERE}: phone is not a number with its country's code.", 'For example "+1 (212) 555-0100"; quoted.')


def _check_address(base_url: str) -> None:
    """A token and patients' data go there: encrypted, unless it is this machine."""
    try:
        parts = urlsplit(base_url)
        is_here, _port = parts.hostname in HERE, parts.port  # asking for the port raises where it is no number
    except ValueError:
        raise SettingsError(f"{WHERE}: base_url is not an address.", "For example https://ehr.example/api.") from None
    if not parts.hostname or parts.username or parts.query or parts.fragment:
        raise SettingsError(
            f"{WHERE}: base_url is not a plain address.", "For example https://ehr.example/api; the token has its own file."
        )
    if not (parts.scheme == "https" or (parts.scheme == "http" and is_here)):
        raise SettingsError(f"{WHERE}: base_url is not encrypted.", "Use https; http is for this machine only.")


def _check_times(connection: Connection) -> None:
    for name in ("timeout_seconds", "max_latency_seconds"):
        value = getattr(connection, name)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 600:
            raise SettingsError(f"{WHERE}: {name} is not a number of seconds.", "Between 0 and 600.")
    if connection.max_latency_seconds < connection.timeout_seconds:
        problem = f"{WHERE}: max_latency_seconds is less than timeout_seconds."
        raise SettingsError(problem, "What we wait for an answer is part of the EHR's worst time.")
