"""One practice's EHR, asked and written to in its own words and answered in ours. What readers and doors share; decides nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from hsched_adapters.ehr.rest.client import Answer, Client, EhrError
from hsched_adapters.ehr.rest.profile import Profile
from hsched_adapters.ehr.rest.records import (
    MADE_HERE,
    OddRow,
    Records,
    SeenAppointment,
    SeenClient,
    SeenClinician,
    SeenMessage,
    readable,
)
from hsched_core.domain.errors import HschedError
from hsched_core.ports import Vault

ACTOR = "connector"  # how the vault's access log calls us
LONGEST_SESSION = timedelta(days=1)  # filters go by the start: what touches a span may have started this much before it


class NotAskedError(HschedError):
    """Nothing was sent, and will not be: the EHR has no place or word for it, or it would be wrong by now. The text is a code."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class AlreadyDoneError(HschedError):
    """It stands there as asked: nothing has to be sent."""

    def __init__(self, reference: str) -> None:
        super().__init__("already_done")
        self.reference = reference


class ChangedError(NotAskedError):
    """What a write is for is not what it was. Nothing was sent; it may be that an earlier try of ours changed it."""


@dataclass(frozen=True)
class Request:
    """A write, as it is sent."""

    method: str
    path: str
    body: Mapping[str, Any] = field(repr=False)
    key: str
    version: str | None = None  # the one it is for


@dataclass(frozen=True)
class Ehr:
    """The EHR of a practice."""

    client: Client
    profile: Profile
    records: Records
    vault: Vault = field(repr=False)

    def appointment(self, pseudonym: str, why: str) -> SeenAppointment | None:
        """By its pseudonym; None where the EHR has none."""
        row = self.row("appointment", self.id_of("appointment", pseudonym, why))
        return self.records.appointments([row])[0] if row is not None else None

    def appointments(self, **filters: str) -> list[SeenAppointment]:
        """All that those filters find, in our names of them."""
        return self.records.appointments(self.rows("appointments", **filters))

    def touching(self, start: datetime, end: datetime, odd: list[OddRow] | None = None) -> list[SeenAppointment]:
        """All that touch the span, cancelled ones included. Rows that cannot be read raise, or go into `odd`."""
        rows = self.rows("appointments", **{"from": (start - LONGEST_SESSION).isoformat(), "to": end.isoformat()})
        near = self.records.appointments(rows) if odd is None else readable(self.records.appointments, rows, odd)
        return [one for one in near if one.appointment.session.ends_at > start and one.appointment.session.starts_at < end]

    def client_of(self, pseudonym: str, why: str) -> SeenClient | None:
        row = self.row("client", self.id_of("client", pseudonym, why))
        return self.records.clients([row])[0] if row is not None else None

    def clinicians(self, odd: list[OddRow] | None = None) -> list[SeenClinician]:
        """All that can be read; the others go into `odd`. Who is missing has no licence: the gate counts that against an action."""
        return readable(self.records.clinicians, self.rows("clinicians"), [] if odd is None else odd)

    def message(self, pseudonym: str, why: str) -> SeenMessage | None:
        row = self.row("message", self.id_of("communication", pseudonym, why))
        return self.records.messages([row])[0] if row is not None else None

    def rows(self, name: str, **filters: str) -> list[Mapping[str, Any]]:
        """Every page of a list, each record once. Filters in our names; one that the EHR has no parameter for raises."""
        parameters = {self.parameter(ours): value for ours, value in filters.items()}
        path, found, page, read = self.path(name), dict[str, Mapping[str, Any]](), "", set[str]()
        while page not in read:
            read.add(page)
            document = self.client.get(path, {**parameters, self.parameter("page"): page} if page else parameters).document
            for row in self._listed(document, name):
                found[str(row.get("id", f"row {len(found)}"))] = row  # pages shift while they are read: a record may come twice
            following = document.get(self.profile.paging.get("next", ""))
            if following is None:
                return list(found.values())
            page = str(following)
        raise EhrError(f"endless_pages: {name}")

    def row(self, name: str, identifier: str) -> Mapping[str, Any] | None:
        """One record by the EHR's id; None where there is none."""
        answer = self.client.get(self.path(name, identifier))
        if answer.status == 404:
            return None
        if not isinstance(answer.document, Mapping):
            raise EhrError(f"unexpected_form: {name}")
        return answer.document

    def send(self, request: Request) -> Answer:
        """Write, once."""
        names = self.profile.headers
        headers = {names["key"]: request.key} if "key" in names else {}
        if request.version and "version" in names and not request.version.startswith(MADE_HERE):
            headers[names["version"]] = names.get("version_form", "{version}").replace("{version}", request.version)
        return self.client.send(request.method, request.path, request.body, headers)

    def path(self, name: str, identifier: str = "") -> str:
        """Where that lies below the base address."""
        template = self.profile.paths.get(name)
        if template is None:
            raise NotAskedError("not_offered")
        return template.replace("{id}", quote(identifier, safe=""))

    def parameter(self, ours: str) -> str:
        if ours not in self.profile.parameters:
            raise NotAskedError("no_such_parameter")
        return self.profile.parameters[ours]

    def offers(self, name: str) -> bool:
        return name in self.profile.paths

    def id_of(self, kind: str, pseudonym: str, why: str) -> str:
        """The EHR's id behind a pseudonym; the vault keeps who asked and why."""
        return self.vault.resolve(kind, pseudonym, actor=ACTOR, reason=why)

    def pseudonym(self, kind: str, identifier: str) -> str:
        return self.vault.pseudonyms(kind, [identifier])[identifier]

    def _listed(self, document: object, name: str) -> Sequence[Mapping[str, Any]]:
        rows = document.get(self.profile.rows.get(name, name)) if isinstance(document, Mapping) else None
        if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
            raise EhrError(f"unexpected_form: {name}")
        return rows
