"""Bounces of e-mail: each message has an envelope address of its own, so that a bounce says whose it is, and nobody can make one up.

A bounce is a delivery status notification (RFC 3464) at such an address. Of its text only the status is read.
"""

import base64
import binascii
import hmac
import re
from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import Message
from email.parser import BytesParser
from email.utils import getaddresses

from hsched_adapters.keys import Keyring
from hsched_adapters.messaging.replies_of_mail import trouble_of_mail
from hsched_core.domain.delivery import DeliveryState, Receipt
from hsched_core.domain.errors import InputError
from hsched_core.domain.proposal import ID_LENGTH

PURPOSE = "mail-bounces"
ID_BYTES, CODE_BYTES = ID_LENGTH // 2, 12  # 96 bits: nobody guesses one of them
LABEL = b"hsched-bounce/1"
LARGEST = 2_000_000  # bytes of a bounce that are read
ADDRESSED = ("to", "delivered-to", "x-original-to", "x-envelope-to", "envelope-to")
STATES = {"failed": DeliveryState.FAILED, "delivered": DeliveryState.DELIVERED}  # delayed, relayed, expanded: nothing is certain yet


@dataclass(frozen=True)
class BounceAddresses:
    """Envelope addresses of one practice's e-mail. Lower case and digits only: mail systems fold case."""

    keyring: Keyring
    mailbox: str
    is_coded: bool = True  # without a mailbox for bounces they go to the sender, for people to read

    def address(self, case_id: str) -> str:
        """The envelope's sender for a case's message."""
        if not self.is_coded:
            return self.mailbox
        plain = bytes.fromhex(case_id)
        token = base64.b32encode(plain + self._code(self.keyring.active(PURPOSE).secret, plain)).decode().rstrip("=").lower()
        name, _, domain = self.mailbox.partition("@")
        return f"{name}+{token}@{domain}"

    def case_of(self, address: str) -> str | None:
        """The case whose message came from that address; None where we did not make it."""
        name, _, domain = self.mailbox.casefold().partition("@")
        found = re.fullmatch(rf"{re.escape(name)}\+([a-z2-7]{{45}})@{re.escape(domain)}", address.strip().casefold())
        if found is None:
            return None
        try:
            content = base64.b32decode(found[1].upper() + "===")
        except binascii.Error:
            return None
        plain, code = content[:ID_BYTES], content[ID_BYTES:]
        # Every key is tried, and none is left out after a hit: the time tells nothing.
        known = [hmac.compare_digest(self._code(key.secret, plain), code) for key in self.keyring.every(PURPOSE)]
        return plain.hex() if any(known) else None

    def _code(self, secret: bytes, plain: bytes) -> bytes:
        return hmac.digest(secret, LABEL + plain, "sha256")[:CODE_BYTES]


def read_bounce(content: bytes, addresses: BounceAddresses, at: datetime) -> Receipt | None:
    """What a message at a bounce address says of ours; None where it says nothing certain. InputError where it is not one of ours."""
    if len(content) > LARGEST:
        raise InputError("The message is too large for a bounce.", "Look at it by hand.")
    message = BytesParser(policy=policy.compat32).parsebytes(content)
    case_id = next(filter(None, map(addresses.case_of, _addressed(message))), None)
    if case_id is None:
        raise InputError("The message is not addressed to a bounce address of ours.", "Nothing was changed.")
    for fields in _status_blocks(message):
        state = STATES.get(str(fields.get("action", "")).strip().casefold())
        if state is DeliveryState.FAILED:
            trouble = trouble_of_mail(f"{fields.get('status', '')} ", is_about_recipient=True)
            return Receipt(case_id, state, at, trouble=trouble)
        if state:
            return Receipt(case_id, state, at)
    return None


def _addressed(message: Message) -> list[str]:
    return [address for _, address in getaddresses([str(value) for name in ADDRESSED for value in message.get_all(name, [])])]


def _status_blocks(message: Message) -> list[Message]:
    """The parts of a notification that are about one recipient each."""
    reports = [part for part in message.walk() if part.get_content_type() == "message/delivery-status"]
    blocks = [block for report in reports if isinstance(report.get_payload(), list) for block in report.get_payload()]
    return [block for block in blocks if isinstance(block, Message) and "action" in block]
