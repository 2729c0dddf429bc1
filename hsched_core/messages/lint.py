"""What speaks against the text of a message: words that reveal a kind of care, words the law keeps out, and mistakes of form.

A message stands on a lock screen. It names the practice and a time, and nothing of what happens there.
"""

import re
import string
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from hsched_core.messages.revealing import plain, revealing

__all__ = ["plain", "revealing"]

LANGUAGES = ("en", "es")
FIELDS = frozenset({"sender", "when", "until", "link"})
STOP: Mapping[str, str] = {"en": " Reply STOP to end texts.", "es": " Responda STOP para no recibir textos."}
UNNAMED: Mapping[str, str] = {"en": "your provider's office", "es": "la oficina de su proveedor"}  # who signs where a practice names nobody
MAIL = ".mail"  # ends the name of words for channels on which nobody reads an answer; no text is made of them
LONGEST_TEXT = 160  # characters, with how to end texts: 47 CFR 64.1200(a)(9)(iv)
# The longest that hsched writes into each field; the sender is the practice's own.
WIDEST: Mapping[str, str] = {"when": "Wed, Sep 30 at 12:30 PM", "until": "Wed, Sep 30 at 12:30 PM"}
_SENTENCES = re.compile(r"(?<=[.!?]) ")
# No marketing and no billing in a health-care text (47 CFR 64.1200(a)(9)(iv)(C)).
SELLING = re.compile(r"\b(pay|paid|bill|balance|invoice|fee|charge|discount|sale|promo|copay|pag[oau]|factur|saldo|cobr|descuent)")


@dataclass(frozen=True)
class Problem:
    """One thing against one text. `found` are words of the text itself: templates hold no patient's data."""

    template: str
    language: str
    rule: str
    found: str

    def __str__(self) -> str:
        return f"{self.template} ({self.language}) {SAID[self.rule]}: {self.found}"


ADVICE = frozenset({"length"})  # told by the lint; a text that is too long still goes out, in several parts
SAID: Mapping[str, str] = {
    "languages": "is not there in en and es",
    "form": "is not a text with fields in braces",
    "fields": "has unknown fields",
    "sender": "does not say who writes",
    "revealing": "tells what kind of care it is",
    "own_words": "has a word the practice does not want read by others",
    "selling": "speaks of money",
    "length": "is too long for a text",
}


def own_words(text: str, words: Iterable[str]) -> tuple[str, ...]:
    """Those of the practice's own words that the text holds, whole or as the beginning of a longer one."""
    shown = plain(text)
    return tuple(word for word in words if word.strip() and re.search(rf"(?<!\w){re.escape(plain(word.strip()))}", shown))


def fields_of(text: str) -> set[str]:
    """The fields of a template; ValueError where its braces do not close."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def lint(name: str, texts: Mapping[str, object], own: Iterable[str] = (), sender: str = "") -> list[Problem]:
    """Everything that speaks against a template. `own`: words the practice does not want read by others; `sender`: how it signs."""
    missing = [Problem(name, language, "languages", "it is missing") for language in LANGUAGES if language not in texts]
    unknown = [Problem(name, str(one), "languages", "not a language of ours") for one in texts if one not in LANGUAGES]
    words = tuple(own)
    written = [(language, texts[language]) for language in LANGUAGES if language in texts]
    return [*missing, *unknown, *(problem for language, text in written for problem in _text(name, language, text, words, sender))]


def rendered(text: str, language: str, sender: str, values: Mapping[str, str] = WIDEST, *, as_text: bool = True) -> str:
    """The words as they leave; a text says how to end texts."""
    return text.format(**{"link": "", **values, "sender": signed(sender, language)}) + (STOP[language] if as_text else "")


def signed(sender: str, language: str) -> str:
    """How a message of that language is signed: a name as it is; where the practice has none, in the reader's words."""
    return UNNAMED[language] if sender in UNNAMED.values() else sender


def without_link(text: str) -> str:
    """The text without the sentence that holds the link, where there is another: for a practice whose pages clients cannot reach."""
    sentences = _SENTENCES.split(text)
    return " ".join(one for one in sentences if "{link}" not in one) or text


def _text(name: str, language: str, text: object, own: tuple[str, ...], sender: str) -> Iterator[Problem]:
    try:
        wanted = fields_of(text) if isinstance(text, str) else None
    except ValueError:
        wanted = None
    if wanted is None or not isinstance(text, str):
        yield Problem(name, language, "form", "see the templates that come with hsched")
        return
    if unknown := sorted(wanted - FIELDS):
        yield Problem(name, language, "fields", ", ".join(unknown))
        return
    yield from _words(name, language, text, own)
    if "sender" not in wanted:
        yield Problem(name, language, "sender", "write {sender}")
    # Without the link, whose length depends on where the practice's service lies.
    if not name.endswith(MAIL) and (length := len(rendered(text, language, sender))) > LONGEST_TEXT:
        yield Problem(name, language, "length", f"{length} characters with its ending, {LONGEST_TEXT} at most")


def _words(name: str, language: str, text: str, own: tuple[str, ...]) -> Iterator[Problem]:
    if found := revealing(text):
        yield Problem(name, language, "revealing", ", ".join(f"{one}..." for one in found))
    if found := own_words(text, own):
        yield Problem(name, language, "own_words", ", ".join(found))
    if sells := tuple(dict.fromkeys(SELLING.findall(plain(text)))):
        yield Problem(name, language, "selling", ", ".join(f"{one}..." for one in sells))
