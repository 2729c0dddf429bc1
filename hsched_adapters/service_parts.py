"""What the service needs beyond the desks: who is signed in, who the people are now, what is written down about looks and refusals.

Made from an open practice, as everything is: nothing is opened before it is asked for.
"""

from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from hsched_adapters.access.roll import PeopleRoll
from hsched_adapters.access.sealed import Sealer
from hsched_adapters.access.section import AccessSection, load_access
from hsched_adapters.access.views import AccessTrail
from hsched_adapters.clock import SystemClock
from hsched_adapters.store.sign_ins import SqlSignIns
from hsched_core.domain.errors import SettingsError
from hsched_core.ports import Clock

if TYPE_CHECKING:
    import sqlalchemy as sa

    from hsched_adapters.access.demo import DemoPasswords
    from hsched_adapters.access.misses import Misses
    from hsched_adapters.access.passkeys import Passkeys
    from hsched_adapters.access.pending import ProviderSignIns
    from hsched_adapters.access.rates import Rates
    from hsched_adapters.assembly import OpenPractice
    from hsched_adapters.desk.parts import DeskParts
    from hsched_adapters.embedding.parts import EmbeddingParts
    from hsched_adapters.keys import Keyring
    from hsched_adapters.prediction_parts import PredictionParts
    from hsched_adapters.readiness import Readiness
    from hsched_adapters.service_section import ServiceSection
    from hsched_core.use_cases.group_settings import GroupSettings
    from hsched_core.use_cases.reschedule_settings import RescheduleSettings
    from hsched_core.workflow.client_pages import ClientPages
    from hsched_core.workflow.group_pages import GroupPages
    from hsched_core.workflow.groups import GroupDesk
    from hsched_core.workflow.moves import MovesDesk

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
RETURN = "/sign-in/return"  # where the provider sends people back to


class ServiceParts:
    """Parts of the service of one practice."""

    def __init__(self, opened: "OpenPractice", keyring: "Keyring") -> None:
        self._opened, self._keyring = opened, keyring

    @cached_property
    def present(self) -> Clock:
        """The machine's time: sign-ins, rates and tokens live in it, however fast the practice's days pass."""
        return SystemClock()

    @cached_property
    def engine(self) -> "sa.Engine":
        """The operational store, for what needs no audit entry."""
        from hsched_adapters.store.engine import open_engine

        return open_engine(self._opened.settings.store_url)

    @cached_property
    def roll(self) -> PeopleRoll:
        """The people of the practice, as people.yaml says now."""
        return PeopleRoll(self._opened.paths.people, self._opened.load_people)

    @cached_property
    def section(self) -> AccessSection:
        """What access.yaml says."""
        return load_access(self._opened.paths.home)

    @cached_property
    def provider(self) -> "ProviderSignIns | None":
        """Sign-ins at who vouches for people; None where access.yaml names nobody."""
        from hsched_adapters.access.pending import ProviderSignIns
        from hsched_adapters.access.provider import Provider

        section = self.section.provider
        if section is None:
            return None
        address = f"{self._opened.settings.service_url.rstrip('/')}{RETURN}"
        provider = Provider(section, lambda: self._secret(section.client_secret_file), address, self.present)
        return ProviderSignIns(provider, Sealer(self._keyring, self.present, "provider"))

    @cached_property
    def passkeys(self) -> "Passkeys":
        """Second factors of people."""
        from hsched_adapters.access.passkeys import Passkeys
        from hsched_adapters.store.passkeys import SqlPasskeys

        opened, sealer = self._opened, Sealer(self._keyring, self.present, "passkey")
        store = SqlPasskeys(opened.audit, opened.clock, self.present)
        return Passkeys(store, sealer, opened.practice.id, opened.settings.service_url)

    def ways_in(self) -> tuple[str, ...]:
        """How people can sign in, for who starts the service; SettingsError where access.yaml is wrong."""
        provider = self.section.provider
        if provider:
            self._secret(provider.client_secret_file)
        ehr = self.section.ehr
        if ehr:
            self.embedding.check()
        demo = ("the demo people's passwords: hsched sandbox people",) if self.demo else ()
        named = ((f"the provider {provider.issuer}",) if provider else ()) + ((f"the EHR {ehr.issuer}, into its sidebar",) if ehr else ())
        return (*named, *demo)

    def _secret(self, name: str) -> str:
        """What stands in a file below keys/; empty for no file."""
        try:
            return (self._opened.paths.keys / name).read_text(encoding="ascii").strip() if name else ""
        except (OSError, ValueError):
            raise SettingsError(f"keys/{name} cannot be read.", "Put the provider's secret for this client into it.") from None

    @cached_property
    def sign_ins(self) -> SqlSignIns:
        """Who is signed in."""
        return SqlSignIns(self.engine, self._opened.audit, self._opened.clock, self.present, self.section.rules)

    @cached_property
    def access_trail(self) -> AccessTrail:
        """Where looks at records and refusals are written down."""
        return AccessTrail(self._opened.audit, self._opened.clock, self.present)

    @cached_property
    def demo(self) -> "DemoPasswords | None":
        """Passwords of the demo people; None outside a practice in a box."""
        from hsched_adapters.access.demo import DemoPasswords

        if not self._opened.practice.is_sandbox:
            return None
        return DemoPasswords(self._opened.paths.keys, self.roll.people, is_sandbox=True)

    @cached_property
    def desk(self) -> "DeskParts":
        """What staff pages read."""
        from hsched_adapters.desk.parts import DeskParts

        return DeskParts(self._opened)

    @cached_property
    def rates(self) -> "Rates":
        """Tries to sign in."""
        from hsched_adapters.access.rates import Rates

        return Rates("sign_in")

    @cached_property
    def link_misses(self) -> "Misses":
        """Clients' links that lead nowhere."""
        from hsched_adapters.access.misses import Misses

        return Misses("client_link")

    @cached_property
    def embedding(self) -> "EmbeddingParts":
        """What stands inside the EHR."""
        from hsched_adapters.embedding.parts import EmbeddingParts

        return EmbeddingParts(self._opened, self._keyring, self._secret)

    @cached_property
    def predictions(self) -> "PredictionParts":
        """What the prediction API needs."""
        from hsched_adapters.prediction_parts import PredictionParts

        return PredictionParts(self._opened)

    def note_refused_sign_in(self, login: str, reason: str) -> None:
        """Somebody tried to sign in under that login, and could not. A login that nobody has is not kept: it is what a stranger typed."""
        if not self.rates.is_worth_recording(reason, login):
            return
        actor = login if login in self.roll.people() else self._opened.stranger("")
        self.access_trail.refused(actor, "sign_in", reason)

    @cached_property
    def call_rates(self) -> "Rates":
        """Refused requests of programs."""
        from hsched_adapters.access.rates import Rates

        return Rates("call")

    def note_refused_call(self, name: str, subject: str, reason: str) -> None:
        """A program was refused, the API client of that name, or whoever it is: as often as the trail can bear."""
        if self.call_rates.is_worth_recording(reason, name):
            self.access_trail.refused(f"api-client:{name}" if name else self._opened.stranger(""), subject, reason)

    def can_read_keys(self, purpose: str) -> bool:
        """Whether a key of that purpose opens now; whatever is wrong with the files is raised."""
        self._keyring.prove(purpose)
        return True

    @cached_property
    def readiness(self) -> "Readiness":
        """Whether the service can do its work."""
        from hsched_adapters.readiness import Readiness

        return Readiness(self._opened)

    @cached_property
    def watching(self) -> "ServiceSection":
        """What service.yaml says."""
        from hsched_adapters.service_section import load_service

        return load_service(self._opened.paths.home)

    @cached_property
    def root(self) -> str:
        """The path under which a proxy shows the service; empty where it shows it at the top."""
        return urlsplit(self._opened.settings.service_url).path.rstrip("/")

    @cached_property
    def is_loopback(self) -> bool:
        """Whether people reach the service on this machine without TLS."""
        address = urlsplit(self._opened.settings.service_url)
        return address.scheme == "http" and address.hostname in LOOPBACK

    @cached_property
    def client_pages(self) -> "ClientPages":
        """What clients do behind the links of their messages."""
        from hsched_adapters.store.client_links import SqlClientLinkStore
        from hsched_core.workflow.client_pages import ClientPages

        store = SqlClientLinkStore(self._opened.audit)
        return ClientPages(store, self._opened.texts, lambda: self._opened.reader, self._opened.clock, self.moves.newest)

    @cached_property
    def group_settings(self) -> "GroupSettings":
        """When a group falls short, and who is asked whether they come."""
        from hsched_adapters.policy_file import group_settings_of

        return group_settings_of(self._opened.practice)

    @cached_property
    def groups(self) -> "GroupDesk":
        """The desk of groups."""
        from hsched_core.workflow.groups import GroupDesk
        from hsched_core.workflow.reminder_reading import ReminderReading, Sources

        opened = self._opened
        sources = Sources(opened.reader, opened.scores, opened.texts, opened.messages.deliveries.returned)
        reading = ReminderReading(sources, opened.clock, opened.policy, opened.reminder_settings)
        return GroupDesk(opened.path, opened.path_store, reading, self.group_settings, opened.path_store.looking)

    @cached_property
    def group_pages(self) -> "GroupPages":
        """What clients who are in groups do behind those links."""
        from hsched_core.workflow.group_pages import GroupPages

        return GroupPages(self.client_pages, self.groups, lambda: self._opened.reader, self._opened.clock)

    @cached_property
    def move_settings(self) -> "RescheduleSettings":
        """How the practice's clients pick another time."""
        from hsched_adapters.policy_file import reschedule_settings_of

        return reschedule_settings_of(self._opened.practice)

    @cached_property
    def moves(self) -> "MovesDesk":
        """Other times that clients pick behind the links of their messages."""
        from hsched_adapters.client_moves import moves_of

        return moves_of(self._opened)
