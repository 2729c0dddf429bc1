"""Profiles: how one EHR names its paths, parameters, headers, fields and words. Reads and checks them; knows no patient.

The format is described at the top of profiles/sandbox.yaml.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import yaml

from hsched_core.domain.appointments import AppointmentStatus
from hsched_core.domain.contact import Channel, Purpose
from hsched_core.domain.errors import SettingsError
from hsched_core.domain.vocabulary import Actor, Modality, SessionType, WaitlistStatus
from hsched_core.domain.waiting import Urgency

PROFILES = Path(__file__).parent / "profiles"
Word = TypeVar("Word", bound=StrEnum)

# Kind of word -> our vocabulary.
VOCABULARIES: Mapping[str, type[StrEnum]] = {
    "status": AppointmentStatus,
    "session_type": SessionType,
    "modality": Modality,
    "channel": Channel,
    "purpose": Purpose,
    "urgency": Urgency,
    "waitlist_status": WaitlistStatus,
    "cancelled_by": Actor,  # reasons of a cancellation that tell whose it was
}
# Record -> our fields: those without which it means nothing, and those an EHR may lack.
RECORDS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "appointment": (
        frozenset({"id", "client", "clinician", "starts_at", "duration_minutes", "status"}),
        frozenset(
            {"version", "session_type", "modality", "site", "reference", "cancel_reason", "score", "updated_at"}
            | {"notes", "note_text", "note_reference"}
        ),
    ),
    "waitlist_entry": (
        frozenset({"id", "client", "session_type", "entered_at", "status"}),
        frozenset(
            {"version", "duration_minutes", "modality", "clinician", "specialties", "weekdays", "hour_from", "hour_to"}
            | {"urgency", "until", "instead_of"}
        ),
    ),
    "client": (
        frozenset({"id"}),
        frozenset(
            {"language", "zone", "state", "channel", "usual_clinician", "series_clinician", "series_interval_days"}
            | {"phone", "email"}  # read by who sends a message, when it is sent, and by who looks up a sender
            | {"name", "given_name", "family_name"}  # read for staff pages, kept nowhere
            | {"consents", "consent_channel", "consent_purpose", "consent_given", "consent_at"}
            | {"contact_flags", "minor", "contact_is_guardian", "decides_alone"}
        ),
    ),
    "clinician": (
        frozenset({"id"}),
        frozenset(
            {"discipline", "specialties", "authorities", "home_state", "site", "site_state", "remote"}
            | {"name", "given_name", "family_name"}
            | {"licences", "licence_state", "licence_from", "licence_until"}
        ),
    ),
    "authorization": (frozenset({"client", "starts_on", "ends_on"}), frozenset({"session_type", "units_approved", "units_used"})),
    "message": (frozenset({"id", "client", "channel"}), frozenset({"template", "body", "reference"})),
}
# Who may not be written to hangs on these: a profile maps them, or says below `absent:` that its EHR tells nobody. Silence is no answer.
TOLD_OR_ABSENT = frozenset({"minor", "contact_flags"})
# What may be asked or written; what a profile leaves out, its EHR does not offer.
PATHS = frozenset(
    {"appointments", "appointment", "notes", "waitlist", "waitlist_entry", "clients", "client", "clinicians", "authorizations"}
    | {"messages", "message"}
)
NEEDED_PATHS = frozenset({"appointments", "appointment", "clients", "client", "clinicians"})
ROWS = frozenset({"appointments", "waitlist", "clients", "clinicians", "authorizations", "messages"})
PARAMETERS = frozenset({"from", "to", "updated_since", "reference", "page", "status"})
HEADERS = frozenset({"token", "token_form", "key", "version", "version_form"})
PAGING = frozenset({"next"})
ERRORS = frozenset({"code", "conflict", "busy"})
SECTIONS: Mapping[str, frozenset[str]] = {
    "paths": PATHS,
    "rows": ROWS,
    "parameters": PARAMETERS,
    "headers": HEADERS,
    "paging": PAGING,
    "fields": frozenset(RECORDS),
    "words": frozenset(VOCABULARIES),
    "errors": ERRORS,
}


@dataclass(frozen=True)
class Profile:
    """A checked profile."""

    name: str
    about: str
    paths: Mapping[str, str]
    rows: Mapping[str, str]
    parameters: Mapping[str, str]
    headers: Mapping[str, str]
    paging: Mapping[str, str]
    fields: Mapping[str, Mapping[str, str]]
    words: Mapping[str, Mapping[str, str]]
    errors: Mapping[str, Any]
    absent: frozenset[str] = frozenset()

    def ours(self, kind: type[Word], theirs: object) -> Word | None:
        """Our word for one of theirs; None where the profile has none."""
        found = self._ours[kind].get(str(theirs).strip().casefold())
        return None if found is None else kind(found)

    def theirs(self, ours: StrEnum) -> str | None:
        """Their word for one of ours; None where they have none."""
        return self._theirs[type(ours)].get(str(ours))

    @cached_property
    def _ours(self) -> Mapping[type[StrEnum], Mapping[str, str]]:
        return {vocabulary: {word.casefold(): ours for word, ours in self.words[kind].items()} for kind, vocabulary in VOCABULARIES.items()}

    @cached_property
    def _theirs(self) -> Mapping[type[StrEnum], Mapping[str, str]]:
        """Of several words for one of ours, the first."""
        return {vocabulary: {ours: word for word, ours in [*self.words[kind].items()][::-1]} for kind, vocabulary in VOCABULARIES.items()}


def shipped_profiles() -> Sequence[str]:
    """Names of the profiles that come with hsched."""
    return tuple(sorted(path.stem for path in PROFILES.glob("*.yaml")))


def load_profile(name_or_path: str, base: Path | None = None) -> Profile:
    """The profile of that name, or in that YAML file (relative to `base` where given)."""
    return checked_profile(_document(name_or_path, base), name_or_path)


def checked_profile(content: Mapping[str, Any], name: str) -> Profile:
    """The profile a parsed document describes; every word of it is checked."""
    where = f"profile {Path(name).stem}"
    if unknown := sorted(set(content) - {"profile", "about", "absent", *SECTIONS}):
        raise SettingsError(f"{where} has unknown sections: {', '.join(unknown)}.", f"Known are: absent, {', '.join(SECTIONS)}.")
    sections = {section: _section(content, section, known, where) for section, known in SECTIONS.items()}
    if missing := sorted(NEEDED_PATHS - sections["paths"].keys()):
        raise SettingsError(f"{where}, paths lacks: {', '.join(missing)}.", "Nothing can be planned without them.")
    sections["fields"] = {record: _fields(sections["fields"].get(record), record, where) for record in RECORDS}
    sections["words"] = {kind: _words(sections["words"].get(kind, {}), kind, where) for kind in VOCABULARIES}
    absent = _absent(content.get("absent"), sections["fields"]["client"].keys(), where)
    return Profile(str(content.get("profile", "")), str(content.get("about", "")), **sections, absent=absent)


def _document(name_or_path: str, base: Path | None) -> dict[str, Any]:
    """The parsed file, laid over the one it extends."""
    path = _find(name_or_path, base)
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError):
        raise SettingsError(f"profile {path.name} is not YAML in UTF-8.", "Compare with a shipped profile.") from None
    if not isinstance(content, dict):
        raise SettingsError(f"profile {path.name} is not a mapping.", "Compare with a shipped profile.")
    extended = content.pop("extends", None)
    return content if extended is None else _laid_over(_document(str(extended), path.parent), content)


def _find(name_or_path: str, base: Path | None) -> Path:
    shipped = PROFILES / f"{name_or_path}.yaml"
    path = shipped if shipped.exists() else (base or Path()) / name_or_path
    if not path.is_file():
        raise SettingsError(f"There is no profile {Path(name_or_path).name}.", f"Shipped are: {', '.join(shipped_profiles())}.")
    return path


def _laid_over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Sections are merged; a whole vocabulary or list is replaced; null takes away."""
    merged = dict(below)
    for key, value in above.items():
        before = below.get(key)
        nests = isinstance(value, Mapping) and isinstance(before, Mapping) and key not in VOCABULARIES
        merged[key] = _laid_over(before, value) if nests and isinstance(before, Mapping) else value
    return {key: value for key, value in merged.items() if value is not None}


def _section(content: Mapping[str, Any], section: str, known: frozenset[str], where: str) -> dict[str, Any]:
    found = content.get(section)
    if not isinstance(found, Mapping):
        raise SettingsError(f"{where} has no section {section}.", "Compare with a shipped profile, or extend one.")
    if unknown := sorted(str(key) for key in found if key not in known):
        raise SettingsError(f"{where}, {section} has unknown keys: {', '.join(unknown)}.", f"Known are: {', '.join(sorted(known))}.")
    return dict(found)


def _fields(found: object, record: str, where: str) -> dict[str, str]:
    needed, optional = RECORDS[record]
    fields = dict(found) if isinstance(found, Mapping) else {}
    if unknown := sorted(str(key) for key in fields if key not in needed | optional):
        raise SettingsError(
            f"{where}, {record} has unknown fields: {', '.join(unknown)}.", f"Known are: {', '.join(sorted(needed | optional))}."
        )
    if fields and (missing := sorted(needed - fields.keys())):
        raise SettingsError(f"{where}, {record} lacks: {', '.join(missing)}.", "Without them it means nothing.")
    return {str(name): str(path) for name, path in fields.items()}


def _absent(told: object, mapped: Collection[str], where: str) -> frozenset[str]:
    """What the EHR is said not to know of its clients; SettingsError where that is left open."""
    absent = frozenset(map(str, told)) if isinstance(told, list) else frozenset()
    if strange := sorted(absent - TOLD_OR_ABSENT | absent & frozenset(mapped)):
        raise SettingsError(
            f"{where}, absent: {', '.join(strange)} is mapped, or is none of these.", f"It takes: {', '.join(sorted(TOLD_OR_ABSENT))}."
        )
    if open_still := sorted(TOLD_OR_ABSENT - absent - frozenset(mapped)):
        raise SettingsError(
            f"{where}, client maps no {', '.join(open_still)}: who may not be written to would not be known.",
            "Map it; or write `absent: [...]`, and everybody counts as an adult without wishes.",
        )
    return absent


def _words(found: Mapping[str, Any], kind: str, where: str) -> dict[str, str]:
    known = {str(word) for word in VOCABULARIES[kind]}
    if strange := sorted(str(ours) for ours in found.values() if str(ours) not in known):
        raise SettingsError(
            f"{where}, {kind}: {', '.join(strange)} is no word of ours.", f"Ours are: {', '.join(sorted(known))}. Quote bare yes and no."
        )
    return {str(theirs): str(ours) for theirs, ours in found.items()}
