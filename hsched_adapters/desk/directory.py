"""Names and contacts of clients and clinicians, from the EHR, for who may see them. In memory only, never in the store or a log."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from hsched_adapters.desk.recent import BEING_READ, Recent
from hsched_adapters.ehr.rest.ehr import Ehr

PATIENCE_SECONDS, FRESH_SECONDS, STALE_SECONDS = 1.0, 120.0, 3600.0  # real; somebody new in the EHR has a name here after two minutes


@dataclass(frozen=True)
class Card:
    """How to name and reach somebody. Empty where the EHR, or its profile, does not say."""

    name: str = field(default="", repr=False)
    phone: str = field(default="", repr=False)
    email: str = field(default="", repr=False)
    language: str = ""


class Directory:
    """Cards by pseudonym. `ehr` None: the practice is not connected, nobody has a name here."""

    def __init__(self, ehr: Callable[[], Ehr] | None) -> None:
        self._ehr = ehr
        self._clients = Recent(lambda: self._read("clients", "client"), FRESH_SECONDS, STALE_SECONDS)
        self._clinicians = Recent(lambda: self._read("clinicians", "clinician"), FRESH_SECONDS, STALE_SECONDS)

    def clients(self) -> Mapping[str, Card]:
        """Every client that the EHR lists; empty where it cannot be read: pages then show pseudonyms."""
        return self._clients.get(PATIENCE_SECONDS).value or {}

    def clinicians(self) -> Mapping[str, Card]:
        """Every clinician that the EHR lists."""
        return self._clinicians.get(PATIENCE_SECONDS).value or {}

    @property
    def is_being_read(self) -> bool:
        """Whether there are no names yet because the EHR's list is still being read."""
        return self._clients.get(0.0).trouble == BEING_READ

    def _read(self, listed: str, kind: str) -> Mapping[str, Card]:
        if self._ehr is None:
            return {}
        ehr = self._ehr()
        fields, rows = ehr.records.of[kind], ehr.rows(listed)
        tokens = ehr.records.tokens(fields, rows, kind, "id")
        found = {}
        for row in rows:
            told = {
                name: _text(fields.value(row, name)) for name in ("id", "given_name", "family_name", "name", "phone", "email", "language")
            }
            if told["id"] in tokens:
                name = told["name"] or f"{told['given_name']} {told['family_name']}".strip()
                found[tokens[told["id"]]] = Card(name, told["phone"], told["email"], told["language"])
        return found


def _text(value: object) -> str:
    """A field as one line of text without what a page or a terminal would obey."""
    text = "" if value is None else str(value)
    return "".join(sign for sign in text if sign.isprintable())[:120].strip()
