"""One bound for every text that comes in by an address, a query or a form: no NUL, no control sign, no lone surrogate, nothing that turns
the direction of what stands beside it, and not endless. Databases, logs and terminals obey such signs; no field of ours needs one.

The guard asks this for every route, so that none can forget it. What a route allows within these bounds it says itself.
"""

from collections.abc import Iterable
from typing import Annotated
from unicodedata import category

from fastapi import Form, Request
from pydantic import AfterValidator
from starlette.datastructures import FormData, UploadFile

from hsched_service.access.turned_away import NotThereError, UnreadableError

LONGEST_IN_PATH, LONGEST_TEXT, MOST_FIELDS = 256, 4096, 64  # signs, signs, fields of one form or query
LINES = frozenset("\t\n\r")  # of a text area; nowhere in an address
NOT_TEXT = frozenset({"Cc", "Cs", "Cn", "Co"})  # controls, lone surrogates, what no standard names
TURNS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # direction marks, overrides and isolates
NOT_UTF8 = "\ufffd"  # what stands where bytes were none


def is_plain(text: str, longest: int = LONGEST_TEXT, also: frozenset[str] = frozenset()) -> bool:
    """Whether it is a bounded text of signs that people write; `also`: controls that are welcome."""
    if len(text) > longest:
        return False
    return (text.isascii() and text.isprintable()) or all(sign in also or _is_sign(sign) for sign in text)


def plain(text: str) -> str:
    """The text; ValueError, which repeats nothing of it, where it is none."""
    if not is_plain(text):
        raise ValueError("no plain text")
    return text


# For forms of who has not signed in, which the guard does not read.
Word = Annotated[str, Form(max_length=256), AfterValidator(plain)]


def check_address(request: Request) -> None:
    """NotThereError for an address that no page of ours has, UnreadableError for a query that none asks."""
    if not all(is_plain(value, LONGEST_IN_PATH) for value in map(str, request.path_params.values())):
        raise NotThereError
    _check(request.query_params.multi_items(), frozenset())


def check_form(form: FormData) -> None:
    """UnreadableError for a form that none of our pages sends."""
    told = form.multi_items()
    if any(isinstance(value, UploadFile) for _, value in told):
        raise UnreadableError
    _check([(name, str(value)) for name, value in told], LINES)


def _check(told: Iterable[tuple[str, str]], also: frozenset[str]) -> None:
    pairs = list(told)
    if len(pairs) > MOST_FIELDS or not all(is_plain(name) and is_plain(value, also=also) for name, value in pairs):
        raise UnreadableError


def _is_sign(sign: str) -> bool:
    return sign != NOT_UTF8 and sign not in TURNS and category(sign) not in NOT_TEXT
