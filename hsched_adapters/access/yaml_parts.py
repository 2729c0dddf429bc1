"""What every part of access.yaml is checked with."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from hsched_core.domain.errors import SettingsError

FILE = "access.yaml"
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
MOST_SECONDS = 60  # that another system is waited for


def checked(content: object, known: frozenset[str], where: str) -> dict[str, Any]:
    """A mapping of known keys; SettingsError naming what is unknown."""
    if not isinstance(content, Mapping):
        raise SettingsError(f"{where} is not a mapping of settings.", f"Known are: {', '.join(sorted(known))}.")
    if unknown := sorted(str(key) for key in content if key not in known):
        raise SettingsError(f"{where} has unknown keys: {', '.join(unknown)}.", f"Known are: {', '.join(sorted(known))}.")
    return dict(content)


def check_text(value: object, where: str) -> None:
    """Something stands there, and it is a text."""
    if not isinstance(value, str) or not value:
        raise SettingsError(f"{where} is not a text.", "Take it from the provider's page about this client.")


def check_address(value: str, where: str) -> None:
    """An address that is reached by TLS, or on this machine."""
    if not is_safe(value):
        raise SettingsError(f"{where} is no https address.", "Only a provider on this machine may do without TLS.")


def check_file(value: object, where: str) -> None:
    """The name of a file below keys/, or nothing."""
    if not isinstance(value, str) or (value and (value in (".", "..") or "/" in value or "\\" in value)):
        raise SettingsError(f"{where} is not a file's name.", "It lies in keys/; write its name only.")


def check_logins(value: object, where: str) -> None:
    """A mapping from who somebody is elsewhere to a login here."""
    if not isinstance(value, Mapping) or not all(isinstance(one, str) for pair in value.items() for one in pair):
        raise SettingsError(f"{where} is not a mapping of texts.", "Write `anna@elm.example: anna` below it.")


def check_seconds(value: object, where: str) -> None:
    """A span of seconds."""
    if not is_between(value, MOST_SECONDS):
        raise SettingsError(f"{where} is not a number of seconds.", f"Between 0 and {MOST_SECONDS}.")


def is_between(value: object, most: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= most


def is_safe(address: object, *, is_here: bool = True) -> bool:
    """Whether what goes there is encrypted, or stays on this machine (`is_here`: where that may be)."""
    if not isinstance(address, str):
        return False
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return (parts.scheme == "https" and bool(parts.hostname)) or (is_here and parts.scheme == "http" and parts.hostname in LOOPBACK)
