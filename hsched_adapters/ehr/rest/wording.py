"""The words of messages: templates in two languages, refused where they reveal what kind of care a client has. Pure but for one file."""

import re
import string
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from hsched_core.domain.errors import SettingsError

TEMPLATES = Path(__file__).with_name("messages.yaml")
FIELDS = frozenset({"sender", "when", "until", "link"})
LANGUAGES = ("en", "es")
STOP: Mapping[str, str] = {"en": " Reply STOP to end texts.", "es": " Responda STOP para no recibir textos."}
DAYS: Mapping[str, tuple[str, ...]] = {
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "es": ("lun", "mar", "mié", "jue", "vie", "sáb", "dom"),
}
MONTHS: Mapping[str, tuple[str, ...]] = {
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    "es": ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"),
}
# Beginnings of words, without accents, that tell a reader over the shoulder what kind of care it is, who is seen with whom, or why.
# "Clinic" or "doctor" are not among them: everybody has one.
REVEALING = re.compile(
    r"\b("
    # English
    r"therap|psych|mental|behavio|counsel|depress|anxi|bipolar|schizo|trauma|ptsd|adhd|autis|suicid|crisis|addict|substance|alcohol|"
    r"drug|opioid|detox|rehab|recovery|sober|methadone|suboxone|diagnos|disorder|treatment|medicat|prescri|symptom|session|intake|"
    r"wellness|emotion|grief|abuse|domestic|couple|marriage|group|assessment|evaluation|"
    # Spanish
    r"terap|psic|siqu|conduct|consej|depresi|ansie|adicci|sustanc|alcoh|drog|recuperaci|trastorn|"
    r"tratam|medicam|sintom|sesion|emocion|duelo|abuso|pareja|grup|evaluaci"
    r")"
)


def revealing(text: str) -> tuple[str, ...]:
    """Beginnings of words in the text that name a kind of care."""
    plain = "".join(one for one in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(one))
    return tuple(dict.fromkeys(REVEALING.findall(plain)))


def load_templates(path: Path = TEMPLATES) -> Mapping[str, Mapping[str, str]]:
    """Template -> language -> text, each checked."""
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {name: checked_template(name, texts) for name, texts in content.items()}


def checked_template(name: str, texts: Mapping[str, Any]) -> Mapping[str, str]:
    """The texts, if there is one for each language, with known fields only, and none that reveals."""
    if sorted(texts) != sorted(LANGUAGES):
        raise SettingsError(f"message {name} is not there in {' and '.join(LANGUAGES)}.", "Write it in both.")
    for language, text in texts.items():
        if unknown := fields_of(text) - FIELDS:
            raise SettingsError(
                f"message {name} ({language}) has unknown fields: {', '.join(sorted(unknown))}.", f"Known: {sorted(FIELDS)}."
            )
        check_discreet(f"message {name} ({language})", text)
    return dict(texts)


def check_discreet(where: str, text: str) -> None:
    """Raise where a text names a kind of care."""
    if found := revealing(text):
        raise SettingsError(f"{where} tells what kind of care it is: {', '.join(found)}...", "It stands on lock screens: say less.")


def fields_of(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def language_for(wanted: str) -> str:
    """`en` or `es`: what the client speaks, where it is one of these."""
    code = wanted.strip().casefold().replace("_", "-").split("-")[0]
    return "es" if code in ("es", "spa", "spanish", "espanol", "español") else "en"


def written_time(instant: datetime, language: str) -> str:
    """A wall-clock time as people write it. The instant is in the reader's zone."""
    hour, half = instant.hour % 12 or 12, ("AM", "PM") if language == "en" else ("am", "pm")
    day, month = DAYS[language][instant.weekday()], MONTHS[language][instant.month - 1]
    clock = f"{hour}:{instant.minute:02d} {half[instant.hour // 12]}"
    return f"{day}, {month} {instant.day} at {clock}" if language == "en" else f"{day} {instant.day} {month}, {clock}"
