"""access.yaml in the practice's folder: who vouches for people (an OpenID provider), and how long a sign-in lasts. It may be missing."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta
from pathlib import Path, PurePath
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

import yaml

from hsched_core.domain.access import SignInRules
from hsched_core.domain.errors import SettingsError

FILE = "access.yaml"
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True)
class ProviderSection:
    """The practice's OpenID provider. The secret, where the provider gave one, lies in a file below keys/."""

    issuer: str
    client_id: str
    client_secret_file: str = ""
    claim: str = "email"  # which of the provider's claims says who somebody is; `email` only where the provider verified it
    logins: Mapping[str, str] = field(default_factory=dict)  # the claim's value to the login in people.yaml; the value itself where empty
    timeout_seconds: float = 5.0

    def __post_init__(self) -> None:
        for name in ("issuer", "client_id", "claim"):
            if not isinstance(getattr(self, name), str) or not getattr(self, name):
                raise SettingsError(f"{FILE}, provider.{name} is not a text.", "Take it from the provider's page about this client.")
        address = urlsplit(self.issuer)
        if address.scheme != "https" and not (address.scheme == "http" and address.hostname in LOOPBACK):
            raise SettingsError(f"{FILE}, provider.issuer is no https address.", "Only a provider on this machine may do without TLS.")
        file = self.client_secret_file
        if not isinstance(file, str) or (file and PurePath(file).name != file):
            raise SettingsError(f"{FILE}, provider.client_secret_file is not a file's name.", "It lies in keys/; write its name only.")
        if not isinstance(self.logins, Mapping) or not all(isinstance(one, str) for pair in self.logins.items() for one in pair):
            raise SettingsError(f"{FILE}, provider.logins is not a mapping of texts.", "Write `anna@elm.example: anna` below it.")
        if not _is_between(self.timeout_seconds, 60):
            raise SettingsError(f"{FILE}, provider.timeout_seconds is not a number of seconds.", "Between 0 and 60.")


@dataclass(frozen=True)
class AccessSection:
    """The whole file."""

    provider: ProviderSection | None = None
    rules: SignInRules = field(default_factory=SignInRules)


def load_access(home: Path) -> AccessSection:
    """What the file says; the defaults where there is none. Unknown keys are refused."""
    try:
        content = yaml.safe_load((home / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return AccessSection()
    except (yaml.YAMLError, ValueError):
        raise SettingsError(f"{FILE} is not YAML.", "Mend it, or restore it from a copy.") from None
    told = _checked(content, frozenset({"provider", "idle_minutes", "absolute_hours"}), FILE)
    return AccessSection(_provider(told.get("provider")), _rules(told))


def _provider(content: object) -> ProviderSection | None:
    if content is None:
        return None
    told = _checked(content, frozenset(one.name for one in fields(ProviderSection)), f"{FILE}, provider")
    if missing := sorted({"issuer", "client_id"} - told.keys()):
        raise SettingsError(f"{FILE}, provider lacks: {', '.join(missing)}.", "Take them from the provider's page about this client.")
    logins = told.get("logins") or {}
    return ProviderSection(**{**told, "logins": MappingProxyType(dict(logins)) if isinstance(logins, Mapping) else logins})


def _rules(told: Mapping[str, Any]) -> SignInRules:
    idle, absolute = told.get("idle_minutes", 15), told.get("absolute_hours", 12)
    if not _is_between(idle, 24 * 60) or not _is_between(absolute, 24):
        raise SettingsError(f"{FILE}: idle_minutes or absolute_hours is no such number.", "At most a day, for either of them.")
    return SignInRules(timedelta(minutes=idle), timedelta(hours=absolute))


def _checked(content: object, known: frozenset[str], where: str) -> dict[str, Any]:
    if not isinstance(content, Mapping):
        raise SettingsError(f"{where} is not a mapping of settings.", f"Known are: {', '.join(sorted(known))}.")
    if unknown := sorted(str(key) for key in content if key not in known):
        raise SettingsError(f"{where} has unknown keys: {', '.join(unknown)}.", f"Known are: {', '.join(sorted(known))}.")
    return dict(content)


def _is_between(value: object, most: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= most
