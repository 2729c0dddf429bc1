"""The one place where adapters are chosen: hosts and the command open a practice here, tests replace what they want.

Nothing is opened before it is asked for: code that never asks for the vault never touches its key.
"""

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from hsched_adapters.clock import choose_clock
from hsched_adapters.settings import Paths, Practice, Settings, load_settings
from hsched_core.ports import Clock, EhrSource, IdentifiedZone, Vault

if TYPE_CHECKING:
    from hsched_adapters.keys import Keyring
    from hsched_adapters.store.audit.trail import AuditTrail
    from hsched_adapters.store.audit.verify import Secrets
    from hsched_core.workflow.inbox import Inbox

EHR = "ehr"  # the name of the practice's EHR among the inbox's connections


@dataclass(frozen=True)
class Overrides:
    """Adapters that stand in for the chosen ones."""

    clock: Clock | None = None
    ehr: EhrSource | None = None
    zone: IdentifiedZone | None = None
    vault: Vault | None = None


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
    def inbox(self) -> "Inbox":
        """What other systems tell us. Its one connection is the EHR: `/webhooks/ehr`."""
        from hsched_adapters.store.inbox import SqlInboxStore
        from hsched_adapters.webhooks import NoticeTranslator, SecretFile, StandardWebhooks
        from hsched_core.domain.inbox import InboxRules
        from hsched_core.workflow.inbox import Inbox

        secrets = self.paths.keys / "webhook-secret"
        verifier = StandardWebhooks({EHR: SecretFile(secrets)} if secrets.exists() else {})
        rules = InboxRules().at_pace(getattr(self.clock, "pace", 1.0))
        return Inbox(SqlInboxStore(self.audit, self._keyring), verifier, NoticeTranslator(self.vault), self.clock, rules)

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
) -> OpenPractice:
    """The practice of those settings (of the environment by default); NotReadyError when there is none."""
    chosen = settings or load_settings()
    return OpenPractice(chosen, chosen.practice, Overrides(clock, ehr, zone, vault))


def _choose_ehr(opened: OpenPractice) -> EhrSource:
    from hsched_adapters.ehr.csv_map import load_map
    from hsched_adapters.ehr.daily_exports import DailyExports
    from hsched_adapters.ehr.landing import Landing

    practice, source = opened.practice, opened.practice.source
    if source.kind == "landing":
        return Landing(opened.zone, source.batch, (practice.first_day, practice.last_day))
    root = opened.paths.home / Path(source.path)
    return DailyExports(root, load_map(source.map, opened.paths.home), practice, opened.clock)
