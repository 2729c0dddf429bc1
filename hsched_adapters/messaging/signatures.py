"""Who sent a callback: `X-Twilio-Signature`, HMAC-SHA1 over the public address and the sorted parameters, and nothing else believed.

A verified callback is kept as the few fields that somebody needs, in one written form: a repetition with other trimmings is known.
https://www.twilio.com/docs/usage/webhooks/webhooks-security
"""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

from hsched_core.domain.inbox import Delivery, Reception
from hsched_core.domain.proposal import ID_LENGTH
from hsched_core.ports import Verifier

TEXTS, RECEIPTS = "texts", "receipts"  # the inbox's connections: what clients write, and what became of what we wrote
SIGNATURE = "x-twilio-signature"
ADDRESS = ":address"  # beside the headers: the public address as the provider was told it
MOST_FIELDS = 200
CASE = re.compile(rf"/([0-9a-f]{{{ID_LENGTH}}})(?:\?|$)")
_SIGNATURE = re.compile(r"[A-Za-z0-9+/]{26}[AEIMQUYcgkosw048]=")  # 20 bytes have one writing
_SID = re.compile(r"(?:SM|MM)[0-9a-f]{32}")
Tokens = Callable[[], Sequence[str]]


class TwilioSignatures:
    """`Verifier` of one account's callbacks. Several tokens are all good: that is rotation."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    def knows(self, source: str) -> bool:
        return source in (TEXTS, RECEIPTS)

    def verify(self, source: str, headers: Mapping[str, str], body: bytes) -> Delivery | Reception:
        given, address = headers.get(SIGNATURE, ""), headers.get(ADDRESS, "")
        if not _SIGNATURE.fullmatch(given) or not address:
            return Reception.HEADERS
        fields = _fields(body)
        if fields is None:
            return Reception.SIGNATURE  # no form that a signature is over
        # Every token is tried, and none is left out after a hit: the time tells nothing.
        good = [hmac.compare_digest(signature(token, address, fields), given) for token in self._tokens()]
        if not any(good):
            return Reception.SIGNATURE
        return _kept(source, address, fields)


def status_address(public_url: str, case_id: str) -> str:
    """Where the receipts of a case's text go."""
    return f"{public_url.rstrip('/')}/texts/status/{case_id}"


def signature(token: str, address: str, fields: Mapping[str, str]) -> str:
    """The signature of a callback to that address with those fields."""
    signed = address + "".join(name + fields[name] for name in sorted(fields))
    return base64.b64encode(hmac.digest(token.encode(), signed.encode(), hashlib.sha1)).decode()


def _fields(body: bytes) -> dict[str, str] | None:
    """The form's fields; None where it is none, or a name comes twice: nobody knows which is meant."""
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, strict_parsing=True, errors="strict", max_num_fields=MOST_FIELDS)
    except (ValueError, UnicodeError):
        return None
    found = dict(pairs)
    return found if len(found) == len(pairs) else None


def _kept(source: str, address: str, fields: Mapping[str, str]) -> Delivery:
    """As it goes into the inbox. What is missing is missed by who reads it: the sender is who they say, and must not come again."""
    sid = fields.get("MessageSid") or fields.get("SmsSid") or ""
    if source == TEXTS:
        told = {"sid": sid, "from": fields.get("From", ""), "text": fields.get("Body", ""), "media": fields.get("NumMedia", "0")}
    else:
        case = CASE.search(address)
        status = fields.get("MessageStatus") or fields.get("SmsStatus") or ""
        told = {"sid": sid, "case": case[1] if case else "", "status": status, "error": fields.get("ErrorCode", "")}
    return written(source, told)


def written(source: str, told: Mapping[str, str]) -> Delivery:
    """A callback in its one form. Its id: the provider's name of the text and what is said of it."""
    body = json.dumps(dict(told), sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()
    name = told["sid"] if _SID.fullmatch(told["sid"]) else "none"
    return Delivery(source, f"{name}:{hashlib.sha256(body).hexdigest()[:32]}", body)


def delivery_of(source: str, body: bytes) -> Delivery:
    """The delivery that a stored body was."""
    told: dict[str, Any] = json.loads(body)
    return written(source, told)


def caught_up(fields: Mapping[str, str]) -> Delivery:
    """A text that the provider's list shows, as its callback would have been kept: the same one is the same message."""
    return _kept(TEXTS, "", fields)


class ByConnection:
    """`Verifier` that asks another one for each connection."""

    def __init__(self, *verifiers: Verifier) -> None:
        self._verifiers = verifiers

    def knows(self, source: str) -> bool:
        return any(one.knows(source) for one in self._verifiers)

    def verify(self, source: str, headers: Mapping[str, str], body: bytes) -> Delivery | Reception:
        for one in self._verifiers:
            if one.knows(source):
                return one.verify(source, headers, body)
        return Reception.SOURCE
