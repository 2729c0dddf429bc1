"""access.yaml in the practice's folder: who vouches for people (an OpenID provider, the EHR), how long a sign-in lasts. May be missing."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from hsched_adapters.access.ehr_section import EhrSection, ehr_from
from hsched_adapters.access.yaml_parts import (
    FILE,
    check_address,
    check_file,
    check_logins,
    check_seconds,
    check_text,
    checked,
    is_between,
)
from hsched_core.domain.access import SignInRules
from hsched_core.domain.errors import SettingsError


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
            check_text(getattr(self, name), f"{FILE}, provider.{name}")
        check_address(self.issuer, f"{FILE}, provider.issuer")
        check_file(self.client_secret_file, f"{FILE}, provider.client_secret_file")
        check_logins(self.logins, f"{FILE}, provider.logins")
        check_seconds(self.timeout_seconds, f"{FILE}, provider.timeout_seconds")


@dataclass(frozen=True)
class AccessSection:
    """The whole file."""

    provider: ProviderSection | None = None
    rules: SignInRules = field(default_factory=SignInRules)
    ehr: EhrSection | None = None


def load_access(home: Path) -> AccessSection:
    """What the file says; the defaults where there is none. Unknown keys are refused."""
    try:
        content = yaml.safe_load((home / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return AccessSection()
    except (yaml.YAMLError, ValueError):
        raise SettingsError(f"{FILE} is not YAML.", "Mend it, or restore it from a copy.") from None
    told = checked(content, frozenset({"provider", "ehr", "idle_minutes", "absolute_hours"}), FILE)
    return AccessSection(_provider(told.get("provider")), _rules(told), ehr_from(told.get("ehr")))


def _provider(content: object) -> ProviderSection | None:
    if content is None:
        return None
    told = checked(content, frozenset(one.name for one in fields(ProviderSection)), f"{FILE}, provider")
    if missing := sorted({"issuer", "client_id"} - told.keys()):
        raise SettingsError(f"{FILE}, provider lacks: {', '.join(missing)}.", "Take them from the provider's page about this client.")
    logins = told.get("logins") or {}
    return ProviderSection(**{**told, "logins": MappingProxyType(dict(logins)) if isinstance(logins, Mapping) else logins})


def _rules(told: Mapping[str, Any]) -> SignInRules:
    idle, absolute = told.get("idle_minutes", 15), told.get("absolute_hours", 12)
    if not is_between(idle, 24 * 60) or not is_between(absolute, 24):
        raise SettingsError(f"{FILE}: idle_minutes or absolute_hours is no such number.", "At most a day, for either of them.")
    return SignInRules(timedelta(minutes=idle), timedelta(hours=absolute))
