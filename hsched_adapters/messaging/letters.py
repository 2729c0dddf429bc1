"""What a permit becomes at the door of a channel: the words, and where they go. Read from the EHR at that moment and kept nowhere."""

from dataclasses import dataclass, field

from hsched_adapters.ehr.rest.ehr import Ehr, NotAskedError
from hsched_adapters.ehr.rest.messages import Sending, Wording, outreach_of, template_of
from hsched_adapters.ehr.rest.records import SeenClient
from hsched_adapters.messaging.addresses import Reachable
from hsched_core.domain.errors import SafeError
from hsched_core.ports import Permit


@dataclass(frozen=True)
class Letter:
    """A message as it leaves."""

    client: str
    language: str
    text: str = field(repr=False)
    to: Reachable = field(repr=False)


class Letters:
    """Writes the messages of one practice."""

    def __init__(self, ehr: Ehr, wording: Wording) -> None:
        self._ehr, self._sending, self.sender = ehr, Sending(ehr, wording), wording.sender

    def written(self, permit: Permit) -> Letter:
        """The letter; NotAskedError where there is none to write, EhrError where the record cannot be read."""
        client, to = self._recipient(permit)
        text = self._sending.text(permit, template_of(permit.action), client)
        return Letter(client.client, self._sending.language_for(client), text, to)

    def reachable(self, permit: Permit) -> Reachable:
        """Only where it would go."""
        return self._recipient(permit)[1]

    def _recipient(self, permit: Permit) -> tuple[SeenClient, Reachable]:
        client = outreach_of(permit.action).client
        try:
            found = self._ehr.reachable(client, permit.action.kind)
        except SafeError:  # a pseudonym that the vault does not know
            raise NotAskedError("unknown_pseudonym") from None
        if found is None:
            raise NotAskedError("no_such_client")
        return found
