"""The one place where adapters are chosen: hosts and the command open a practice here, tests replace what they want.

Nothing is opened before it is asked for: code that never asks for the vault never touches its key.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from hsched_adapters.clock import choose_clock
from hsched_adapters.settings import Paths, Practice, Settings, load_settings
from hsched_core.domain.errors import NotReadyError
from hsched_core.domain.people import Person
from hsched_core.policy.practice import PracticePolicy
from hsched_core.ports import CalendarReader, Clock, Doors, EhrSource, IdentifiedZone, ReminderReader, Vault

if TYPE_CHECKING:
    from hsched_adapters.client_links import ClientLinks
    from hsched_adapters.ehr.rest.check import Report
    from hsched_adapters.ehr.rest.connector import RestConnector
    from hsched_adapters.keys import Keyring
    from hsched_adapters.lot import KeyedLot
    from hsched_adapters.messaging.desk import Messages
    from hsched_adapters.service_parts import ServiceParts
    from hsched_adapters.store.audit.trail import AuditTrail
    from hsched_adapters.store.audit.verify import Secrets
    from hsched_adapters.store.ehr_trail import EhrTrail
    from hsched_adapters.store.inbox import SqlInboxStore
    from hsched_adapters.store.path import SqlPathStore
    from hsched_adapters.store.published import PublishedScores
    from hsched_adapters.store.replies import SqlRepliesStore
    from hsched_adapters.words import Words
    from hsched_core.domain.contact import Returned
    from hsched_core.use_cases.reminders_settings import ReminderSettings
    from hsched_core.use_cases.waitlist_settings import WaitlistSettings
    from hsched_core.workflow.inbox import Inbox
    from hsched_core.workflow.path import Path as ThePath
    from hsched_core.workflow.reminders import RemindersDesk
    from hsched_core.workflow.replies import RepliesDesk
    from hsched_core.workflow.waitlist import WaitlistDesk

CONNECT = "Add a `connection:` section to practice.yaml; for a sandbox, run `hsched sandbox live`."
EHR = "ehr"  # the name of the practice's EHR among the inbox's connections
WEBHOOK_SECRETS = "webhook-secret"  # below keys/, where no connection says otherwise


@dataclass(frozen=True)
class Overrides:
    """Adapters that stand in for the chosen ones."""

    clock: Clock | None = None
    ehr: EhrSource | None = None
    zone: IdentifiedZone | None = None
    vault: Vault | None = None
    reader: ReminderReader | None = None
    calendar: CalendarReader | None = None
    doors: Doors | None = None


@dataclass(frozen=True)
class OpenPractice:
    """A practice and the adapters to its world."""

    settings: Settings
    practice: Practice
    overrides: Overrides = field(default_factory=Overrides, repr=False)

    @property
    def paths(self) -> Paths:
        return self.settings.paths

    @property
    def timezone(self) -> ZoneInfo:
        return self.practice.zone

    @cached_property
    def clock(self) -> Clock:
        return self.overrides.clock or choose_clock(self.settings, self.practice.zone)

    @cached_property
    def zone(self) -> IdentifiedZone:
        from hsched_adapters.zone import EncryptedZone

        return self.overrides.zone or EncryptedZone(self.paths.identified, self.practice.id, self._keyring)

    @cached_property
    def vault(self) -> Vault:
        from hsched_adapters.vault import SqliteVault

        return self.overrides.vault or SqliteVault(self.paths.vault, self.practice.id, self._keyring, self.clock)

    @cached_property
    def ehr(self) -> EhrSource:
        return self.overrides.ehr or _choose_ehr(self)

    def check_connection(self) -> "Report":
        """Try what the EHR can do, reading only."""
        from hsched_adapters.ehr.rest.check import check

        return check(self.connector, self.clock.now())

    @cached_property
    def audit(self) -> "AuditTrail":
        """The audit trail, and with it the only way to change what the path keeps."""
        from hsched_adapters.store.audit.anchors import FileAnchors
        from hsched_adapters.store.audit.keys import AuditKeys
        from hsched_adapters.store.audit.trail import AuditTrail
        from hsched_adapters.store.engine import open_engine

        keys = AuditKeys(self._keyring)
        keys.publish(self.paths.public_keys)
        engine = open_engine(self.settings.store_url)
        return AuditTrail(engine, self.practice.id, keys, FileAnchors(self.settings.checkpoints_file), self.clock)

    @property
    def audit_secrets(self) -> "Secrets":
        """The secrets of the trail's codes by their name, for who verifies with them."""
        from hsched_adapters.store.audit.keys import AuditKeys

        return AuditKeys(self._keyring).secret_of

    @cached_property
    def policy(self) -> PracticePolicy:
        """The practice's settings of the rules, with its public holidays."""
        from hsched_adapters.policy_file import policy_of

        return policy_of(self.practice, self.clock.now())

    @cached_property
    def people(self) -> Mapping[str, Person]:
        """Who may decide, by login."""
        return self.load_people()

    def load_people(self) -> Mapping[str, Person]:
        """The same, read from the file again."""
        from hsched_adapters.people_file import load_people

        if not self.paths.people.exists() and self.practice.is_sandbox:
            _seed_people(self)
        return load_people(self.paths.people, self.practice.id)

    def person(self, login: str) -> Person:
        """Who has that login; UserError where nobody has."""
        from hsched_adapters.people_file import who

        return who(self.people, login)

    def stranger(self, login: str) -> str:
        """How the trail signs for a login that nobody has."""
        from hsched_adapters.people_file import stranger

        return stranger(login)

    @property
    def templates(self) -> Mapping[str, frozenset[str]]:
        """The texts that messages are made of, by name, with what each asks for: when, until, link, sender."""
        from hsched_adapters.ehr.rest.wording import fields_by_template

        return fields_by_template()

    @cached_property
    def connector(self) -> "RestConnector":
        """The connection to the practice's EHR: reader, calendar and doors; NotReadyError where there is none."""
        from hsched_adapters.ehr.rest.connector import RestConnector

        if self.practice.connection is None:
            raise NotReadyError("This practice is not connected to its EHR.", CONNECT)
        pace = self.settings.clock.speed if self.settings.clock else 1.0
        words = self.reminder_settings.revealing_words
        return RestConnector(
            self.practice.connection, self.paths.home, self.paths.keys, self.vault, self.clock, self.practice.zone, pace, words
        )

    @property
    def reader(self) -> ReminderReader:
        """What use cases look at."""
        return self.overrides.reader or self.connector.reader

    @cached_property
    def calendar(self) -> CalendarReader:
        """What the path asks about one action; without a connection, only about the practice's own rules."""
        from hsched_adapters.unconnected import NoCalendar

        return self.overrides.calendar or (self.connector.calendar_for(self.policy) if self.practice.connection else NoCalendar())

    @cached_property
    def doors(self) -> Doors:
        """The ways out; without a connection, only the one to the practice's own rules."""
        from hsched_adapters.store.practice_door import PracticeDoor
        from hsched_adapters.unconnected import OwnDoorOnly

        own = PracticeDoor(self.path_store, self.practice.id, self.clock)
        if self.overrides.doors or self.practice.connection is None:
            return self.overrides.doors or OwnDoorOnly(own)
        return self.messages.doors(self.connector.doors(own, self.links))

    @cached_property
    def messages(self) -> "Messages":
        """Channels with a way out of their own, and what comes back through them."""
        from hsched_adapters.messaging.desk import Messages
        from hsched_adapters.messaging.section import Messaging
        from hsched_adapters.store.messages import SqlMessageStore

        section, links = self.practice.messaging or Messaging(), self.links
        store, url = SqlMessageStore(self.audit), self.settings.service_url
        return Messages(section, lambda: self.connector, store, self._inbox_store, lambda: self.texts, self._keyring, links, url)

    @cached_property
    def texts(self) -> "SqlRepliesStore":
        """Where clients' words are kept for who reads them."""
        from hsched_adapters.store.replies import SqlRepliesStore

        return SqlRepliesStore(self.audit, self._keyring, self.clock)

    @cached_property
    def replies(self) -> "RepliesDesk":
        """The desk of replies."""
        from hsched_adapters.clients_clock import clients_clock
        from hsched_adapters.paging import NoPager, WebhookPager
        from hsched_core.workflow.replies import RepliesDesk

        paging = self.practice.paging
        pager = WebhookPager(paging, self.paths.keys) if paging else NoPager()
        zone_of = clients_clock(lambda: self.calendar, self.timezone)
        return RepliesDesk(self.texts, lambda: self.reader, pager, self.clock, self.practice.id, zone_of=zone_of)

    def take_over_consents(self) -> int:
        """What is new in the EHR's log of consent goes into ours; how many events that were."""
        from hsched_adapters.store.consents import take_over

        return take_over(self.path_store, self.connector.reader.consents(), self.clock)

    @cached_property
    def ehr_trail(self) -> "EhrTrail":
        """What the audit trail says of the EHR's being read."""
        from hsched_adapters.store.ehr_trail import EhrTrail

        return EhrTrail(self.audit, self.clock, EHR)

    @cached_property
    def links(self) -> "ClientLinks":
        """Addresses that messages carry, and in which language their clients want to read."""
        from hsched_adapters.client_links import ClientLinks
        from hsched_adapters.store.client_links import SqlClientLinkStore

        is_reachable = self.practice.is_sandbox or not self.service.is_loopback  # a sandbox's clients live on this machine
        store = SqlClientLinkStore(self.audit)
        return ClientLinks(self._keyring, self.settings.service_url, store, self.clock, is_reachable=is_reachable)

    @cached_property
    def waitlist(self) -> "WaitlistDesk":
        """The waitlist's desk."""
        from hsched_core.workflow.waitlist import WaitlistDesk

        parts = (self.path, self.path_store, self.reader, self.clock, self.policy, self.waitlist_settings)
        return WaitlistDesk(*parts, lot=self.lot, returned=self._returned)

    @cached_property
    def lot(self) -> "KeyedLot":
        """The lot of the practice's holdouts."""
        from hsched_adapters.lot import KeyedLot

        return KeyedLot(self._keyring, self.practice.id)

    def _returned(self) -> "Returned":
        return self.messages.deliveries.returned()

    @cached_property
    def reminders(self) -> "RemindersDesk":
        """The reminders' desk."""
        from hsched_core.use_cases import REMINDERS
        from hsched_core.workflow.holdout import Holdout
        from hsched_core.workflow.reminder_reading import Sources
        from hsched_core.workflow.reminders import RemindersDesk

        wanted = self.reminder_settings
        sources = Sources(self.reader, self.scores, self.texts, self._returned)
        holdout = Holdout(REMINDERS, wanted.holdout_share, self.lot)
        return RemindersDesk(self.path, self.path_store, sources, self.clock, self.policy, wanted, holdout)

    @cached_property
    def scores(self) -> "PublishedScores":
        """The published scores, to be read."""
        from hsched_adapters.store.published import PublishedScores

        return PublishedScores(self.settings)

    @property
    def words(self) -> "Words":
        """What clients are sent, as people look at it."""
        from hsched_adapters.words import Words

        sender = self.practice.connection.sender if self.practice.connection else self.practice.name
        return Words(self.paths.home, sender, self.reminder_settings.revealing_words, self.links.example)

    @cached_property
    def reminder_settings(self) -> "ReminderSettings":
        """How the practice reminds."""
        from hsched_adapters.policy_file import reminder_settings_of

        return reminder_settings_of(self.practice)

    @cached_property
    def waitlist_settings(self) -> "WaitlistSettings":
        """How the practice offers its openings."""
        from hsched_adapters.policy_file import waitlist_settings_of

        return waitlist_settings_of(self.practice)

    @cached_property
    def service(self) -> "ServiceParts":
        """What only the service needs."""
        from hsched_adapters.service_parts import ServiceParts

        return ServiceParts(self, self._keyring)

    @cached_property
    def path_store(self) -> "SqlPathStore":
        from hsched_adapters.store.path import SqlPathStore

        return SqlPathStore(self.audit)

    @cached_property
    def path(self) -> "ThePath":
        """The one path."""
        from hsched_core.workflow.path import Path as ThePath

        return ThePath(self.path_store, self.calendar, self.doors, self.clock, self.policy)

    @cached_property
    def inbox(self) -> "Inbox":
        """What other systems tell us. Its one connection is the EHR: `/webhooks/ehr`."""
        from hsched_adapters.messaging.callbacks import CallbackTranslator
        from hsched_adapters.messaging.desk import tokens_file
        from hsched_adapters.messaging.signatures import ByConnection, TwilioSignatures
        from hsched_adapters.messaging.twilio import tokens_in
        from hsched_adapters.webhooks import NoticeTranslator, SecretFile, StandardWebhooks
        from hsched_core.domain.inbox import InboxRules
        from hsched_core.workflow.inbox import Inbox

        connection = self.practice.connection
        secrets = self.paths.keys / (connection.webhook_secret_file if connection else WEBHOOK_SECRETS)
        verifier = ByConnection(StandardWebhooks({EHR: SecretFile(secrets)} if secrets.exists() else {}))
        if tokens := tokens_file(self.practice.messaging, self.paths.keys):
            verifier = ByConnection(verifier, TwilioSignatures(lambda: tokens_in(tokens)))
        rules = InboxRules().at_pace(getattr(self.clock, "pace", 1.0))
        translator = CallbackTranslator(self._inbox_store, NoticeTranslator(self.vault))
        return Inbox(self._inbox_store, verifier, translator, self.clock, rules)

    @cached_property
    def _inbox_store(self) -> "SqlInboxStore":
        from hsched_adapters.store.inbox import SqlInboxStore

        return SqlInboxStore(self.audit, self._keyring)

    @cached_property
    def _keyring(self) -> "Keyring":
        from hsched_adapters.keys import Keyring

        return Keyring(self.paths.keys, self.practice.id, self.settings.key_file)


def open_practice(
    settings: Settings | None = None,
    *,
    clock: Clock | None = None,
    ehr: EhrSource | None = None,
    zone: IdentifiedZone | None = None,
    vault: Vault | None = None,
    calendar: CalendarReader | None = None,
    doors: Doors | None = None,
    reader: ReminderReader | None = None,
) -> OpenPractice:
    """The practice of those settings (of the environment by default); NotReadyError when there is none."""
    chosen = settings or load_settings()
    return OpenPractice(chosen, chosen.practice, Overrides(clock, ehr, zone, vault, reader, calendar, doors))


def _choose_ehr(opened: OpenPractice) -> EhrSource:
    from hsched_adapters.ehr.csv_map import load_map
    from hsched_adapters.ehr.daily_exports import DailyExports
    from hsched_adapters.ehr.landing import Landing

    practice, source = opened.practice, opened.practice.source
    if source.kind == "landing":
        return Landing(opened.zone, source.batch, (practice.first_day, practice.last_day))
    root = opened.paths.home / Path(source.path)
    return DailyExports(root, load_map(source.map, opened.paths.home), practice, opened.clock)


def _seed_people(opened: OpenPractice) -> None:
    """Staff for a practice in a box: its clinicians as its own export names them."""
    from hsched_adapters.people_file import demo_people, save_people

    ids = sorted(str(row["clinician_id"]) for row in opened.ehr.changes("clinicians", opened.practice.first_day).rows)
    pseudonyms = opened.vault.pseudonyms("clinician", ids)
    save_people(opened.paths.people, demo_people(pseudonyms[one] for one in ids))
