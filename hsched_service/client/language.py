"""Which language a client's page is in: what they chose there, said once, were written to in; else what their browser asks for."""

from hsched_service.client.english import ENGLISH
from hsched_service.client.spanish import SPANISH
from hsched_service.client.words import Words

LANGUAGES = {words.language: words for words in (ENGLISH, SPANISH)}
LONGEST_HEADER = 200


def words_for(accepted: str, *known: str) -> Words:
    """The first of the known languages that we have; else the first of an Accept-Language header; else English."""
    found = next((LANGUAGES[one] for one in known if one in LANGUAGES), None)
    if found:
        return found
    ranked = sorted(map(_ranked, accepted[:LONGEST_HEADER].split(",")), key=lambda one: -one[1])
    return next((LANGUAGES[name] for name, weight in ranked if name in LANGUAGES and weight > 0), ENGLISH)


def _ranked(part: str) -> tuple[str, float]:
    name, _, weight = part.partition(";q=")
    try:
        return name.strip().lower().split("-")[0], float(weight) if weight else 1.0
    except ValueError:
        return "", 0.0
