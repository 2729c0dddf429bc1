"""What the service needs to stand inside the EHR, put together once. Without an `ehr:` part in access.yaml there is nothing of it."""

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from hsched_adapters.access.ehr_section import FHIR_USER
from hsched_adapters.access.sealed import LASTS, Sealer
from hsched_adapters.embedding.bookings import Bookings
from hsched_adapters.embedding.cds_log import CdsLog
from hsched_adapters.embedding.frames import Frames

if TYPE_CHECKING:
    from datetime import timedelta

    from hsched_adapters.access.ehr_section import EhrSection
    from hsched_adapters.access.rates import Rates
    from hsched_adapters.assembly import OpenPractice
    from hsched_adapters.embedding.cds_clients import CdsClients
    from hsched_adapters.embedding.launches import Launches
    from hsched_adapters.keys import Keyring

PER_ADDRESS = 6000  # returns in an hour that the EHR vouches for nobody in
RETURN = "/smart/return"  # where the EHR sends the frame back to


class EmbeddingParts:
    """Of one practice. `secret` reads a file below keys/."""

    def __init__(self, opened: "OpenPractice", keyring: "Keyring", secret: Callable[[str], str]) -> None:
        self._opened, self._keyring, self._secret = opened, keyring, secret

    @property
    def section(self) -> "EhrSection | None":
        """What access.yaml says of the EHR."""
        return self._opened.service.section.ehr

    @property
    def origins(self) -> tuple[str, ...]:
        """Who may show the sidebar in a frame, and call CDS Hooks from a browser."""
        return self.section.frame_ancestors if self.section else ()

    @property
    def frame_ancestors(self) -> str:
        """The same as a source of a content security policy."""
        return " ".join(self.origins) or "'none'"

    @cached_property
    def launches(self) -> "Launches | None":
        """Launches by the EHR."""
        from hsched_adapters.embedding.launches import Launches

        if self.section is None:
            return None
        return Launches(self.section, self._secret, f"{self._url}{RETURN}", self._opened.service.present, self._sealer("launch"))

    @cached_property
    def frames(self) -> Frames:
        """Sign-ins of the sidebar."""
        service = self._opened.service
        return Frames(service.sign_ins, self._sealer("frame", service.section.rules.absolute))

    @cached_property
    def rates(self) -> "Rates":
        """Launches that failed: an office shares one address, and opens a chart every few seconds."""
        from limits import RateLimitItemPerHour

        from hsched_adapters.access.rates import Rates

        return Rates("launch", address=RateLimitItemPerHour(PER_ADDRESS))

    def note_refused(self, subject: str, login: str, reason: str) -> None:
        """The EHR, or somebody in its name, was turned away. A login that nobody has is not kept."""
        service = self._opened.service
        if self.rates.is_worth_recording(reason, login):
            actor = login if login and login in service.roll.people() else self._opened.stranger("")
            service.access_trail.refused(actor, subject, reason)

    @cached_property
    def cds_clients(self) -> "CdsClients | None":
        """Who may ask for advice."""
        from hsched_adapters.embedding.cds_clients import CdsClients

        if self.section is None or self.section.cds_hooks is None:
            return None
        return CdsClients(self.section.cds_hooks, self._secret, self._opened.service.present, self.section.timeout_seconds)

    @cached_property
    def cds_log(self) -> CdsLog:
        return CdsLog(self._opened.audit, self._opened.clock)

    @cached_property
    def bookings(self) -> Bookings:
        opened = self._opened
        return Bookings(opened.vault, lambda: opened.connector.profile, lambda: opened.reader)

    def client(self, identifier: str, actor: str) -> str | None:
        """The pseudonym of the client that the EHR had open; None where hsched knows none of that id."""
        return self._opened.vault.find("client", identifier, actor=actor, reason="a launch by the EHR") if identifier else None

    def visit(self, identifier: str) -> str:
        """The pseudonym of the visit that the EHR had open; a new one where it was booked since hsched looked last."""
        return self._opened.vault.pseudonyms("appointment", [identifier])[identifier] if identifier else ""

    def login_of(self, user: str) -> str:
        """The login of who a FHIR reference is about; empty where people.yaml has nobody for it."""
        section = self.section
        if section is None or section.claim != FHIR_USER:
            return ""
        login = section.logins.get(section.relative(user), "")
        return login if login and self._opened.service.roll.person(login) else ""

    def check(self) -> None:
        """SettingsError where a secret or a key is missing; for who starts the service."""
        if self.launches:
            self.launches.check()
        if self.cds_clients:
            self.cds_clients.check()

    @property
    def _url(self) -> str:
        return self._opened.settings.service_url.rstrip("/")

    def _sealer(self, what: str, lasts: "timedelta" = LASTS) -> Sealer:
        return Sealer(self._keyring, self._opened.service.present, what, lasts)
