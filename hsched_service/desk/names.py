"""How a page names people: by their names for who may see them, by the first digits of a pseudonym for everybody else."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from hsched_adapters.assembly import OpenPractice
from hsched_core.domain.action_words import Pseudonyms
from hsched_core.policy.permissions import sees_names
from hsched_service.access.guard import Visitor

NAMELESS = Pseudonyms()


@dataclass
class Names:
    """Names for one page. `shown` are clients whom it named: looks at them are written down with `seen`."""

    visitor: Visitor
    clients: Mapping[str, str] = field(repr=False)
    clinicians: Mapping[str, str] = field(repr=False)
    shown: set[str] = field(default_factory=set)

    def client(self, pseudonym: str | None) -> str:
        """A client's name; `client 0a0a0a0a` where it is not known, or not for this person."""
        if pseudonym:
            self.shown.add(pseudonym)
        return self.clients.get(pseudonym or "") or NAMELESS.client(pseudonym)

    def clinician(self, pseudonym: str | None) -> str:
        """A clinician's name, or `clinician 0c0c0c0c`."""
        return self.clinicians.get(pseudonym or "") or NAMELESS.clinician(pseudonym)

    def seen(self, purpose: str) -> None:
        """The page was shown: into the audit trail with whom it named."""
        self.visitor.saw(purpose, self.shown)


def names_for(opened: OpenPractice, visitor: Visitor) -> Names:
    """The names that this person may see."""
    directory = opened.service.desk.directory
    clinicians = {token: card.name for token, card in directory.clinicians().items()}
    known = directory.clients() if sees_names(visitor.person) else {}
    return Names(visitor, {token: card.name for token, card in known.items()}, clinicians)
