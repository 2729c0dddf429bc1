"""What a client's form said: a few known fields of bounded length, or nothing at all. No error repeats any of it."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from urllib.parse import parse_qs

from fastapi import Request

from hsched_core.domain.contact import Channel
from hsched_core.workflow.client_pages import LONGEST_NOTE

LONGEST_BODY = 16_384  # bytes; a note of 500 signs has up to 6,000 as a form writes it
MOST_FIELDS = 12
Fields = Mapping[str, list[str]]


async def fields_in(request: Request) -> Fields | None:
    """The form's fields; None for everything that is no form of ours, however long it is."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_BODY:
            return None
    try:
        return parse_qs(body.decode("ascii"), keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=MOST_FIELDS)
    except ValueError:
        return None


def answer_of(fields: Fields | None, *known: str) -> str | None:
    """The one answer, where it is one of these, and nothing stands beside it but what belongs to it."""
    answers = (fields or {}).get("answer", [])
    return answers[0] if len(answers) == 1 and answers[0] in known else None


def instant_of(fields: Fields, name: str = "time") -> datetime | None:
    """The moment that the page showed, or that was picked there."""
    try:
        found = datetime.fromisoformat("|".join(fields.get(name, ())))  # two of them are none
    except ValueError:
        return None
    return found if found.tzinfo else None


def note_of(fields: Fields) -> str:
    """The client's own words, without what nobody can see, cut where they are too long."""
    return "".join(_visible(" ".join(fields.get("note", ()))))[:LONGEST_NOTE].strip()


def channels_of(fields: Fields) -> frozenset[Channel] | None:
    """The channels that were ticked; None where one of them is none."""
    try:
        return frozenset(map(Channel, fields.get("by", ())))
    except ValueError:
        return None


def _visible(text: str) -> Iterator[str]:
    yield from (sign if sign.isprintable() else " " for sign in text)
