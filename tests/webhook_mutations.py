"""Deliveries as somebody would forge them: one thing changed in id, timestamp, signature or body. Not a test by itself."""

import base64
import random
from collections.abc import Callable, Iterator
from typing import Any

from standardwebhooks import Webhook

from tests.inbox_world import FOREIGN

PRINTABLE = "".join(map(chr, range(0x21, 0x7F)))
NAMES = ("webhook-id", "webhook-timestamp", "webhook-signature")
Mutated = tuple[str, dict[str, str], bytes]


def mutations(headers: dict[str, str], content: bytes, chance: random.Random, count: int) -> Iterator[Mutated]:
    """So many forgeries: what was changed, headers, body. None equals the original; all are legal HTTP."""
    made = 0
    while made < count:
        kind = chance.choice(list(WAYS))
        changed, altered = WAYS[kind](dict(headers), content, chance)
        if (changed, altered) != (headers, content):
            made += 1
            yield kind, changed, altered


def _one_character(text: str, chance: random.Random) -> str:
    place, letter = chance.randrange(len(text) or 1), chance.choice(PRINTABLE)
    return chance.choice(
        (text[:place] + letter + text[place + 1 :], text[:place] + letter + text[place:], text[:place] + text[place + 1 :])
    )


def _header(name: str) -> Callable[[dict[str, str], bytes, random.Random], Any]:
    def change(headers: dict[str, str], content: bytes, chance: random.Random) -> tuple[dict[str, str], bytes]:
        headers[name] = _one_character(headers[name], chance)
        return headers, content

    return change


def _body_bit(headers: dict[str, str], content: bytes, chance: random.Random) -> tuple[dict[str, str], bytes]:
    place = chance.randrange(len(content))
    return headers, content[:place] + bytes([content[place] ^ (1 << chance.randrange(8))]) + content[place + 1 :]


def _body_byte(headers: dict[str, str], content: bytes, chance: random.Random) -> tuple[dict[str, str], bytes]:
    place, byte = chance.randrange(len(content)), bytes([chance.randrange(256)])
    return headers, chance.choice((content[:place] + byte + content[place:], content[:place] + content[place + 1 :], content[:place]))


def _missing(headers: dict[str, str], content: bytes, chance: random.Random) -> tuple[dict[str, str], bytes]:
    del headers[chance.choice(NAMES)]
    return headers, content


def _version(headers: dict[str, str], content: bytes, chance: random.Random) -> tuple[dict[str, str], bytes]:
    headers["webhook-signature"] = headers["webhook-signature"].replace("v1,", chance.choice(("v2,", "v1a,", "V1,", "v1;", ",", "v0,")))
    return headers, content


def _foreign(headers: dict[str, str], content: bytes, chance: random.Random) -> tuple[dict[str, str], bytes]:
    from datetime import UTC, datetime

    at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
    headers["webhook-signature"] = Webhook(FOREIGN).sign(headers["webhook-id"], at, content.decode())
    return headers, content


def _same_bytes(headers: dict[str, str], content: bytes, chance: random.Random) -> tuple[dict[str, str], bytes]:
    """Base64 that decodes to the same signature, written otherwise."""
    told = headers["webhook-signature"]
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    last = alphabet[alphabet.index(told[-2]) | chance.randrange(1, 4)]
    written = (told[:-2] + last + "=", told[:10] + "!" + told[10:], told + "=", told[:10] + "\t" + told[10:], told[:9] + "-" + told[9:])
    headers["webhook-signature"] = chance.choice(written)
    assert base64.b64decode(headers["webhook-signature"].split(",")[1]) == base64.b64decode(told.split(",")[1])
    return headers, content


def _other_time(headers: dict[str, str], content: bytes, chance: random.Random) -> tuple[dict[str, str], bytes]:
    stamp = headers["webhook-timestamp"]
    headers["webhook-timestamp"] = chance.choice(
        (str(int(stamp) + chance.choice((-301, -1, 1, 301))), f"{stamp}.9", f"0{stamp}", f"{stamp}e0")
    )
    return headers, content


WAYS: dict[str, Callable[[dict[str, str], bytes, random.Random], Any]] = {
    **{f"character of {name}": _header(name) for name in NAMES},
    "bit of the body": _body_bit,
    "byte of the body": _body_byte,
    "missing header": _missing,
    "version": _version,
    "another's secret": _foreign,
    "other writing of the signature": _same_bytes,
    "timestamp": _other_time,
}
