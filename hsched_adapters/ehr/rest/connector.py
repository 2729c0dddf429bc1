"""A practice's REST connection put together: reader, calendar and doors over one client, which is made when first asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from hsched_adapters.connection import Connection
from hsched_adapters.ehr.rest.calendar import RestCalendar
from hsched_adapters.ehr.rest.client import Client, Place
from hsched_adapters.ehr.rest.deeds import ehr_deeds
from hsched_adapters.ehr.rest.door import RestDoor
from hsched_adapters.ehr.rest.doors import RestDoors
from hsched_adapters.ehr.rest.ehr import Ehr
from hsched_adapters.ehr.rest.messages import Addresses, Wording, message_deeds
from hsched_adapters.ehr.rest.profile import Profile, load_profile
from hsched_adapters.ehr.rest.reader import RestReader
from hsched_adapters.ehr.rest.records import Records
from hsched_adapters.ehr.rest.wording import load_templates
from hsched_core.domain.actions import Destination
from hsched_core.domain.errors import NotReadyError
from hsched_core.policy.practice import PracticePolicy
from hsched_core.ports import Capabilities, Clock, Door, Vault


@dataclass(frozen=True)
class RestConnector:
    """One practice's connection. `pace`: seconds of the practice's clock in a real one (1 outside the sandbox)."""

    connection: Connection
    home: Path  # profiles of the practice's own are looked for here
    keys: Path
    vault: Vault = field(repr=False)
    clock: Clock
    zone: ZoneInfo
    pace: float = 1.0
    own_words: tuple[str, ...] = ()  # that no message may hold

    @cached_property
    def profile(self) -> Profile:
        return load_profile(self.connection.profile, self.home)

    @cached_property
    def ehr(self) -> Ehr:
        token_file = str(self.keys / self.connection.token_file)
        place = Place(self.connection.base_url, self._signed, self.connection.timeout_seconds, self.pace, token_file)
        return Ehr(Client(place, self.clock), self.profile, Records(self.profile, self.vault, self.zone), self.vault)

    @cached_property
    def reader(self) -> RestReader:
        return RestReader(self.ehr, self.clock, self.zone, self.connection.can_poll)

    @cached_property
    def calendar(self) -> RestCalendar:
        return RestCalendar(self.ehr)

    def calendar_for(self, policy: PracticePolicy) -> RestCalendar:
        """The calendar with what that practice's rules ask beyond the session's own time."""
        return replace(self.calendar, day_zone=self.zone if policy.most_sessions_a_day else None)

    @property
    def capabilities(self) -> Capabilities:
        """What the connection says the EHR can do, in the practice's time."""
        return Capabilities(
            honours_keys=self.connection.honours_keys,
            can_search=self.connection.can_search,
            reads_back=True,
            max_latency=self.connection.max_latency * self.pace,
        )

    def doors(self, practice: Door, addresses: Addresses) -> RestDoors:
        """The ways out. `practice` leads to the practice's own rules; `addresses` are the pages where messages are answered."""
        return RestDoors(
            {
                Destination.EHR: lambda: RestDoor(self.ehr, ehr_deeds(self.ehr), self.capabilities),
                Destination.MESSAGES: lambda: RestDoor(self.ehr, message_deeds(self.ehr, self.wording(addresses)), self.capabilities),
            },
            practice,
        )

    def wording(self, addresses: Addresses) -> Wording:
        """How this practice writes."""
        sender = self.connection.sender
        return Wording(sender, self.zone, addresses, load_templates(home=self.home, own=self.own_words, sender=sender))

    def _signed(self) -> Mapping[str, str]:
        """The token's header, read anew at each call: a new token counts without a restart."""
        path = self.keys / self.connection.token_file
        try:
            token = path.read_text(encoding="utf-8").strip()
        except OSError:
            raise NotReadyError(f"The EHR's token file {path.name} cannot be read.", "Put it into the practice's keys folder.") from None
        names = self.profile.headers
        return {names["token"]: names.get("token_form", "{token}").replace("{token}", token)}
