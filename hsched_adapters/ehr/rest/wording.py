"""The words of messages: templates in two languages, refused where they reveal what kind of care a client has. Pure but for one file."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml

from hsched_core.domain.contact import Channel
from hsched_core.domain.errors import SettingsError
from hsched_core.messages.lint import ADVICE, FIELDS, LANGUAGES, MAIL, STOP, Problem, fields_of, lint, own_words, revealing

__all__ = ["FIELDS", "LANGUAGES", "MAIL", "STOP", "fields_of", "revealing"]
TEMPLATES = Path(__file__).with_name("messages.yaml")
OWN = "messages.yaml"  # in the practice's folder: its own templates, or other words for ours
DAYS: Mapping[str, tuple[str, ...]] = {
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
    "es": ("lun", "mar", "mié", "jue", "vie", "sáb", "dom"),
}
MONTHS: Mapping[str, tuple[str, ...]] = {
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    "es": ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic"),
}


def load_templates(
    path: Path = TEMPLATES, home: Path | None = None, own: Iterable[str] = (), sender: str = ""
) -> dict[str, dict[str, str]]:
    """Template -> language -> text: those that come with hsched, and over them the practice's own. SettingsError with all problems."""
    templates = laid_over(read_templates(path), read_templates(home / OWN) if home and (home / OWN).exists() else {})
    if problems := [one for one in lint_all(templates, own, sender) if one.rule not in ADVICE]:
        raise SettingsError(f"{'; '.join(map(str, problems))}.", "It stands on lock screens: say less. `hsched reminders lint` shows all.")
    return templates


def lint_all(templates: Mapping[str, Mapping[str, str]], own: Iterable[str] = (), sender: str = "") -> list[Problem]:
    """What speaks against any of the templates, and against the name they are signed with: for some programmes it tells enough."""
    words = tuple(own)
    named = [Problem("the sender", language, "own_words", found) for found in own_words(sender, words) for language in LANGUAGES]
    if found := revealing(sender):
        named += [Problem("the sender", language, "revealing", ", ".join(f"{one}..." for one in found)) for language in LANGUAGES]
    return [*named, *(problem for name, texts in templates.items() for problem in lint(name, texts, words, sender))]


def laid_over(shipped: Mapping[str, dict[str, str]], own: Mapping[str, dict[str, str]]) -> dict[str, dict[str, str]]:
    """The practice's words before ours; where it has its own for a message, ours for e-mail do not stand beside them."""
    ours = {name: texts for name, texts in shipped.items() if name.removesuffix(MAIL) not in own}
    return {**ours, **own}


@cache
def fields_by_template() -> Mapping[str, frozenset[str]]:
    """What may be sent, by name, with what the words ask for, on whichever channel. Read once: a page of the queue asks for each card."""
    templates = load_templates()
    asked = {name: frozenset[str]().union(*map(fields_of, texts.values())) for name, texts in templates.items()}
    whole = {name: fields | asked.get(f"{name}{MAIL}", frozenset()) for name, fields in asked.items() if not name.endswith(MAIL)}
    return MappingProxyType(whole)


def words_on(channel: Channel, template: str, templates: Mapping[str, Mapping[str, str]]) -> Mapping[str, str] | None:
    """The texts of a template as that channel carries them; None where there is no such template."""
    elsewhere = None if channel is Channel.TEXT else templates.get(f"{template}{MAIL}")
    return elsewhere or templates.get(template)


def read_templates(path: Path) -> dict[str, dict[str, str]]:
    """The templates of a file, unchecked; SettingsError where it is none."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError):
        raise SettingsError(f"{path.name} cannot be read.", "It holds a template's name, and below it the texts `en` and `es`.") from None
    if not isinstance(content, dict) or not all(isinstance(texts, dict) for texts in content.values()):
        raise SettingsError(f"{path.name} is no list of templates.", "It holds a template's name, and below it the texts `en` and `es`.")
    return {str(name): {str(language): text for language, text in texts.items()} for name, texts in content.items()}


def checked_template(name: str, texts: Mapping[str, Any]) -> Mapping[str, str]:
    """The texts, if there is one for each language, with known fields only, and none that reveals."""
    if problems := [one for one in lint(name, texts) if one.rule not in ADVICE]:
        raise SettingsError(f"message {'; '.join(map(str, problems))}.", "It stands on lock screens: say less.")
    return dict(texts)


def check_discreet(where: str, text: str) -> None:
    """Raise where a text names a kind of care."""
    if found := revealing(text):
        raise SettingsError(f"{where} tells what kind of care it is: {', '.join(found)}...", "It stands on lock screens: say less.")


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
