"""The `messaging:` section of practice.yaml: which channels leave through a door of their own, and who carries them.

A channel that is not named here leaves through the EHR's own messaging, as before.
"""

import re
from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, fields
from datetime import timedelta
from pathlib import PurePath
from typing import Any
from urllib.parse import urlsplit

from hsched_adapters.messaging.addresses import NoAddressError, mailbox_of
from hsched_core.domain.errors import SettingsError

HERE = frozenset({"127.0.0.1", "localhost", "::1"})
WHERE = "practice.yaml, messaging"
_SENDER = re.compile(r"\+[1-9][0-9]{7,14}|MG[0-9a-f]{32}|[0-9]{5,6}")
_ACCOUNT = re.compile(r"AC[0-9a-f]{32}")
_REGION = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True)
class TextProvider:
    """Texts through an HTTP provider in the shape of Twilio's Messages API."""

    kind: str
    account: str  # AC and 32 digits
    sender: str  # a number in E.164, a short code, or a messaging service (MG and 32 digits)
    base_url: str = "https://api.twilio.com"
    token_file: str = "sms-token"  # below keys/: the account's auth token, newest first, one a line
    region: str = "US"  # how numbers without a country are read
    timeout_seconds: float = 10.0
    max_latency_seconds: float = 60.0  # the provider's worst time from a call to a message that its list shows
    validity_minutes: int = 60  # a text that could not be sent by then is not sent: nobody is woken by one that waited

    def __post_init__(self) -> None:
        _check_kind("text", self.kind, "twilio")
        _check_words("text", self, ("account", "sender", "base_url", "token_file", "region"))
        _check_form("text: account", self.account, _ACCOUNT, "AC and 32 hexadecimal digits")
        _check_form("text: sender", self.sender, _SENDER, "+12125550100, a short code, or MG and 32 digits; quoted")
        _check_form("text: region", self.region, _REGION, "US")
        _check_file("text", self.token_file)
        _check_url(self.base_url)
        _check_times("text", self.timeout_seconds, self.max_latency_seconds)
        if isinstance(self.validity_minutes, bool) or not isinstance(self.validity_minutes, int) or not 1 <= self.validity_minutes <= 240:
            raise SettingsError(f"{WHERE}, text: validity_minutes is not a whole number of minutes.", "Between 1 and 240.")

    @property
    def max_latency(self) -> timedelta:
        """In real time."""
        return timedelta(seconds=self.max_latency_seconds)


@dataclass(frozen=True)
class MailServer:
    """E-mail over SMTP."""

    kind: str
    host: str
    sender: str  # the mailbox that messages come from
    port: int = 587
    security: str = "starttls"  # or tls; none is for this machine only
    user: str = ""
    password_file: str = "smtp-password"  # below keys/; not read where there is no user
    ca_file: str = ""  # below keys/: certificates that vouch for the server, where the machine's own do not
    bounces: str = ""  # mailbox that bounces go to, with a code for each message after a plus sign; none: they go to the sender
    timeout_seconds: float = 20.0
    max_latency_seconds: float = 60.0

    def __post_init__(self) -> None:
        _check_kind("email", self.kind, "smtp")
        _check_words("email", self, ("host", "sender", "security", "password_file"))
        if self.security not in ("starttls", "tls", "none"):
            raise SettingsError(f"{WHERE}, email: security is none of starttls, tls, none.", "Mend it.")
        if self.security == "none" and self.host not in HERE:
            raise SettingsError(f"{WHERE}, email: the way to the mail server is not encrypted.", "`none` is for this machine only.")
        if isinstance(self.port, bool) or not isinstance(self.port, int) or not 0 < self.port < 65_536:
            raise SettingsError(f"{WHERE}, email: port is not a port.", "For example 587.")
        for name in ("sender", "bounces"):
            if getattr(self, name) or name == "sender":
                _check_mailbox(f"email: {name}", getattr(self, name))
        if len(self.bounces.partition("@")[0]) > 16:  # RFC 5321 allows 64 characters, of which the code takes 46
            raise SettingsError(f"{WHERE}, email: the name before the @ of bounces is too long.", "Up to 16 characters.")
        _check_file("email", self.password_file)
        _check_file("email", self.ca_file)
        _check_times("email", self.timeout_seconds, self.max_latency_seconds)

    @property
    def max_latency(self) -> timedelta:
        """In real time."""
        return timedelta(seconds=self.max_latency_seconds)


@dataclass(frozen=True)
class Messaging:
    """The section."""

    text: TextProvider | None = None
    email: MailServer | None = None

    def plain(self) -> dict[str, Any]:
        """As it stands in practice.yaml."""
        return {name: value for name, value in asdict(self).items() if value is not None}


KINDS: Mapping[str, type[Any]] = {"text": TextProvider, "email": MailServer}


def messaging_from(content: object) -> Messaging | None:
    """The section as parsed; None where there is none. Unknown and missing keys are refused by name."""
    if content is None:
        return None
    if not isinstance(content, Mapping):
        raise SettingsError(f"{WHERE} is not a mapping of channels.", "Write `text:` or `email:` below it, or remove it.")
    if unknown := sorted(str(name) for name in content if name not in KINDS):
        raise SettingsError(f"{WHERE} has unknown channels: {', '.join(unknown)}.", f"Known are: {', '.join(KINDS)}.")
    return Messaging(**{name: _channel(name, told) for name, told in content.items() if told is not None})


def _channel(name: str, told: object) -> Any:
    kind = KINDS[name]
    if not isinstance(told, Mapping):
        raise SettingsError(f"{WHERE}, {name} is not a mapping of settings.", "Write `key: value` below it, or remove it.")
    known = {field.name: field for field in fields(kind)}
    if unknown := sorted(str(key) for key in told if key not in known):
        raise SettingsError(f"{WHERE}, {name} has unknown keys: {', '.join(unknown)}.", f"Known are: {', '.join(known)}.")
    if missing := [key for key, field in known.items() if field.default is MISSING and told.get(key) is None]:
        raise SettingsError(f"{WHERE}, {name} lacks: {', '.join(missing)}.", "Add them.")
    return kind(**told)


def _check_kind(channel: str, kind: object, only: str) -> None:
    if kind != only:
        raise SettingsError(f"{WHERE}, {channel}: kind is not {only}.", "There is no other yet.")


def _check_words(channel: str, section: object, names: tuple[str, ...]) -> None:
    for name in names:
        value = getattr(section, name)
        if not isinstance(value, str) or not value.strip():
            raise SettingsError(f"{WHERE}, {channel}: {name} is not a text.", "Quote the value.")


def _check_form(where: str, value: str, form: re.Pattern[str], example: str) -> None:
    if not form.fullmatch(value):
        raise SettingsError(f"{WHERE}, {where} has not its form.", f"For example {example}.")


def _check_mailbox(where: str, value: str) -> None:
    try:
        mailbox_of(value)
    except NoAddressError:
        raise SettingsError(f"{WHERE}, {where} is no mailbox.", "For example office@practice.example.") from None


def _check_file(channel: str, name: str) -> None:
    if PurePath(name).name != name:
        raise SettingsError(f"{WHERE}, {channel}: a key's file is not a file's name.", "It lies in the practice's keys folder.")


def _check_url(base_url: str) -> None:
    """A token and patients' numbers go there: encrypted, unless it is this machine."""
    try:
        parts = urlsplit(base_url)
        is_here, _port = parts.hostname in HERE, parts.port
    except ValueError:
        raise SettingsError(f"{WHERE}, text: base_url is not an address.", "For example https://api.twilio.com.") from None
    if not parts.hostname or parts.username or parts.query or parts.fragment:
        raise SettingsError(f"{WHERE}, text: base_url is not a plain address.", "For example https://api.twilio.com.")
    if not (parts.scheme == "https" or (parts.scheme == "http" and is_here)):
        raise SettingsError(f"{WHERE}, text: base_url is not encrypted.", "Use https; http is for this machine only.")


def _check_times(channel: str, timeout: object, latency: object) -> None:
    for name, value in (("timeout_seconds", timeout), ("max_latency_seconds", latency)):
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 600:
            raise SettingsError(f"{WHERE}, {channel}: {name} is not a number of seconds.", "Between 0 and 600.")
    if isinstance(latency, int | float) and isinstance(timeout, int | float) and latency < timeout:
        problem = f"{WHERE}, {channel}: max_latency_seconds is less than timeout_seconds."
        raise SettingsError(problem, "What we wait for an answer is part of the worst time.")
