"""The `ehr:` part of access.yaml: the one EHR that may open the sidebar in a frame of its own, and ask for advice when it books."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from hsched_adapters.access.yaml_parts import (
    FILE,
    LOOPBACK,
    check_address,
    check_file,
    check_logins,
    check_seconds,
    check_text,
    checked,
)
from hsched_core.domain.errors import SettingsError

WHERE, CDS_WHERE = f"{FILE}, ehr", f"{FILE}, ehr.cds_hooks"
FHIR_USER = "fhirUser"
# One origin, as it stands in a security policy: no path, no wildcard, nothing that could end the policy's word.
ORIGIN = re.compile(r"https?://[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?")
HISTORY = re.compile(r"/_history/[A-Za-z0-9.-]{1,64}$")
HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::[0-9]{1,5})?")


@dataclass(frozen=True)
class CdsSection:
    """The EHR as a CDS client: how it calls itself in its tokens, and where its keys are: at an address, or in a file below keys/."""

    issuer: str
    jwks_url: str = ""
    jwks_file: str = ""

    def __post_init__(self) -> None:
        check_text(self.issuer, f"{CDS_WHERE}.issuer")
        check_file(self.jwks_file, f"{CDS_WHERE}.jwks_file")
        if bool(self.jwks_url) == bool(self.jwks_file):
            raise SettingsError(f"{CDS_WHERE} needs one of jwks_url and jwks_file.", "Take it from the EHR's page about CDS Hooks.")
        if self.jwks_url:
            check_address(self.jwks_url, f"{CDS_WHERE}.jwks_url")


@dataclass(frozen=True)
class EhrSection:
    """The EHR. `issuer` is its FHIR base address, as `iss` says at a launch."""

    issuer: str
    client_id: str
    client_secret_file: str = ""
    client_key_file: str = ""  # a private JWK: private_key_jwt
    claim: str = FHIR_USER
    logins: Mapping[str, str] = field(default_factory=dict)  # `Practitioner/123` to the login in people.yaml
    frame_ancestors: tuple[str, ...] = ()  # origins that may frame the sidebar, and call CDS Hooks from a browser
    hosts: tuple[str, ...] = ()  # of its authorization server, where that is not the issuer's own
    timeout_seconds: float = 5.0
    cds_hooks: CdsSection | None = None

    def __post_init__(self) -> None:
        for name in ("issuer", "client_id", "claim"):
            check_text(getattr(self, name), f"{WHERE}.{name}")
        check_address(self.issuer, f"{WHERE}.issuer")
        for name in ("client_secret_file", "client_key_file"):
            check_file(getattr(self, name), f"{WHERE}.{name}")
        if self.client_secret_file and self.client_key_file:
            raise SettingsError(f"{WHERE} has a client_secret_file and a client_key_file.", "The EHR knows hsched by one of them.")
        check_logins(self.logins, f"{WHERE}.logins")
        if self.claim == FHIR_USER and not self.logins:
            raise SettingsError(f"{WHERE}.logins is empty: nobody could come in.", "Write `Practitioner/123: anna` below it.")
        check_seconds(self.timeout_seconds, f"{WHERE}.timeout_seconds")
        _check_origins(self.frame_ancestors)
        if not all(isinstance(one, str) and HOST.fullmatch(one) for one in self.hosts):
            raise SettingsError(f"{WHERE}.hosts is not a list of hosts.", "Write `- login.ehr.example` below it.")

    @property
    def base(self) -> str:
        """The FHIR base address without a slash at its end."""
        return self.issuer.rstrip("/")

    def relative(self, reference: str) -> str:
        """A reference as `Practitioner/123`, also where the EHR writes it whole or with its version."""
        return HISTORY.sub("", reference.removeprefix(f"{self.base}/"))

    def may_be_asked(self, address: str) -> bool:
        """Whether an endpoint that the EHR names is one of its own: of the issuer's host or a listed one, and as safe as the issuer."""
        parts, ours = urlsplit(address), urlsplit(self.issuer)
        is_plain_here = parts.scheme == ours.scheme == "http" and parts.hostname in LOOPBACK
        return (parts.scheme == "https" or is_plain_here) and parts.netloc in (ours.netloc, *self.hosts)


def ehr_from(content: object) -> EhrSection | None:
    """The part as parsed; None where there is none."""
    if content is None:
        return None
    told = checked(content, _names(EhrSection), WHERE)
    if missing := sorted({"issuer", "client_id"} - told.keys()):
        raise SettingsError(f"{WHERE} lacks: {', '.join(missing)}.", "Take them from the EHR's page about this app.")
    logins = told.get("logins") or {}
    told["logins"] = MappingProxyType(dict(logins)) if isinstance(logins, Mapping) else logins
    for name in ("frame_ancestors", "hosts"):
        told[name] = _listed(told.get(name), f"{WHERE}.{name}")
    told["cds_hooks"] = _cds(told.get("cds_hooks"))
    return EhrSection(**told)


def _cds(content: object) -> CdsSection | None:
    if content is None:
        return None
    told = checked(content, _names(CdsSection), CDS_WHERE)
    if "issuer" not in told:
        raise SettingsError(f"{CDS_WHERE} lacks: issuer.", "It is what the EHR's tokens have as `iss`.")
    return CdsSection(**told)


def _check_origins(origins: tuple[Any, ...]) -> None:
    for one in origins:
        is_origin = isinstance(one, str) and bool(ORIGIN.fullmatch(one))
        if not is_origin or (one.startswith("http:") and urlsplit(one).hostname not in LOOPBACK):
            raise SettingsError(f"{WHERE}.frame_ancestors is not a list of https origins.", "Write `- https://ehr.example` below it.")


def _listed(content: object, where: str) -> tuple[Any, ...]:
    if content is None:
        return ()
    if not isinstance(content, list):
        raise SettingsError(f"{where} is not a list.", "Write each on a line of its own, behind a hyphen.")
    return tuple(content)


def _names(of: type) -> frozenset[str]:
    return frozenset(one.name for one in fields(of))
