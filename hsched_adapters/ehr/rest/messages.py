"""Offers and messages through the EHR's own messaging: a template in the client's language and wall clock, and nothing beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from hsched_adapters.ehr.rest.deeds import Deed
from hsched_adapters.ehr.rest.ehr import Ehr, NotAskedError, Request
from hsched_adapters.ehr.rest.records import SeenClient, SeenMessage
from hsched_adapters.ehr.rest.wording import STOP, fields_of, language_for, words_on, written_time
from hsched_core.domain.actions import Action, OfferSlot, SendMessage
from hsched_core.domain.contact import Channel, Outreach
from hsched_core.messages.lint import signed, without_link
from hsched_core.policy.practice import zone_named
from hsched_core.ports import Absent, CannotTell, Found, Permit, Sighting


class Addresses(Protocol):
    """Where clients answer their messages, and what they said there of the language they read."""

    def link(self, case_id: str, language: str = "") -> str:
        """The address for the message of that case, written in that language."""
        ...

    @property
    def is_reachable(self) -> bool:
        """Whether clients can open the addresses."""
        ...

    def language_of(self, client: str) -> str:
        """`en` or `es`, as the client said; empty where they said nothing."""
        ...


@dataclass(frozen=True)
class Wording:
    """How this practice writes: its templates, how it signs, and where the message of a case is answered."""

    sender: str
    zone: ZoneInfo  # for clients whose own is not known
    addresses: Addresses
    templates: Mapping[str, Mapping[str, str]]

    def language_for(self, client: SeenClient) -> str:
        """In which language the client is written to: their own word goes before the record's."""
        return self.addresses.language_of(client.client) or language_for(client.language)


class Sending:
    """A message of either kind, with our key as its external reference."""

    def __init__(self, ehr: Ehr, wording: Wording) -> None:
        self._ehr, self._wording = ehr, wording

    def request(self, permit: Permit) -> Request:
        outreach, template = outreach_of(permit.action), template_of(permit.action)
        channel = self._ehr.profile.theirs(outreach.channel)
        if channel is None or outreach.channel is Channel.CALL:
            raise NotAskedError("no_such_channel")
        path = self._ehr.path("messages")
        client = self._ehr.client_of(outreach.client, permit.action.kind)
        if client is None:
            raise NotAskedError("no_such_client")
        body = self._ehr.records.of["message"].written(
            client=self._ehr.id_of("client", outreach.client, permit.action.kind),
            channel=channel,
            template=template,
            body=self.text(permit, template, client),
            reference=permit.key,
        )
        return Request("POST", path, body, permit.key)

    def seen(self, permit: Permit, reference: str) -> Sighting:
        found = [self._ehr.message(reference, "look for a message")] if reference else self._under_key(permit.key)
        there = [one for one in found if one]
        if any(one.reference not in ("", permit.key) for one in there) or len(there) > 1:
            return CannotTell()  # the EHR does not really search, or it was sent twice: a person's
        if not there:
            return CannotTell() if reference else Absent()  # an EHR that said it took it, and does not know it, is not asked to send again
        return Found(there[0].id, _as_action(permit.action, there[0]))

    def reference(self, permit: Permit, document: Any) -> str:
        (seen,) = self._ehr.records.messages([document])
        return seen.id

    def _under_key(self, key: str) -> list[SeenMessage | None]:
        return [*self._ehr.records.messages(self._ehr.rows("messages", reference=key))]

    def language_for(self, client: SeenClient) -> str:
        return self._wording.language_for(client)

    def text(self, permit: Permit, template: str, client: SeenClient) -> str:
        """The template in the client's language and wall clock; NotAskedError where the action lacks what it asks for."""
        channel = outreach_of(permit.action).channel
        texts = words_on(channel, template, self._wording.templates)
        if texts is None:
            raise NotAskedError("no_such_template")
        language = self._wording.language_for(client)
        has_link = isinstance(permit.action, OfferSlot) or self._wording.addresses.is_reachable
        text = texts[language] if has_link else without_link(texts[language])
        values = self._values(permit, fields_of(text), language, client)
        ending = STOP[language] if channel is Channel.TEXT else ""
        return text.format(**values) + ending

    def _values(self, permit: Permit, wanted: set[str], language: str, client: SeenClient) -> Mapping[str, str]:
        """What the template asks for; NotAskedError where the action does not have it."""
        zone = (zone_named(client.zone) if client.zone else None) or self._wording.zone
        values = {"sender": signed(self._wording.sender, language)}
        if "when" in wanted:
            values["when"] = written_time(self._starts_at(permit.action).astimezone(zone), language)
        if isinstance(permit.action, OfferSlot):
            values["until"] = written_time(permit.action.answer_by.astimezone(zone), language)
        if "link" in wanted:
            values["link"] = self._wording.addresses.link(permit.case_id, language)
        if wanted - values.keys():
            raise NotAskedError("template_asks_for_more")
        return values

    def _starts_at(self, action: Action) -> datetime:
        if isinstance(action, OfferSlot):
            return action.leads_to.booking.starts_at
        appointment = action.appointment if isinstance(action, SendMessage) else None
        seen = self._ehr.appointment(appointment, "time for a message") if appointment else None
        if seen is None:
            raise NotAskedError("template_asks_for_more")
        return seen.appointment.session.starts_at


def message_deeds(ehr: Ehr, wording: Wording) -> Mapping[type[Action], Deed]:
    """What the messages' door can do."""
    sending = Sending(ehr, wording)
    return {OfferSlot: sending, SendMessage: sending}


def outreach_of(action: Action) -> Outreach:
    if action.outreach is None:
        raise NotAskedError("no_message")
    return action.outreach


def template_of(action: Action) -> str:
    return action.template if isinstance(action, OfferSlot | SendMessage) else ""


def _as_action(asked: Action, there: SeenMessage) -> Action:
    """What stands there: the very action, where client, channel and template are its own. An EHR that keeps no template is believed."""
    outreach = outreach_of(asked)
    same = (there.client, there.channel) == (outreach.client, outreach.channel) and there.template in ("", template_of(asked))
    if same:
        return asked
    channel = there.channel or outreach.channel
    return SendMessage(replace(outreach, client=there.client, channel=channel), there.template)
