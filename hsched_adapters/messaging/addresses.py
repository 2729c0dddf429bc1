"""Phone numbers and mailboxes as doors need them: in the one form a provider takes, or why they are none. Pure.

No error here repeats a number or an address.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hsched_core.domain.delivery import Trouble

if TYPE_CHECKING:
    from phonenumbers import PhoneNumber

LONGEST = 100  # characters of a record's field that are looked at: an extension and a remark fit in
LONGEST_MAILBOX = 254  # RFC 5321, 4.5.3.1.3
# Kinds of which the numbering plan says that no text arrives there. In North America it does not tell: the provider does.
NO_TEXTS = ("FIXED_LINE", "TOLL_FREE", "PREMIUM_RATE", "SHARED_COST", "VOICEMAIL", "UAN", "PAGER")


class NoAddressError(Exception):
    """What stands in the record is no address for this. Holds the trouble, never the text."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(str(trouble))
        self.trouble = trouble


@dataclass(frozen=True)
class Reachable:
    """Where a client can be written to, as the record has it. Never shown."""

    phone: str = field(default="", repr=False)
    email: str = field(default="", repr=False)


def number_of(text: str, region: str) -> str:
    """The number in E.164 (+12125550123), read as people of that region write it; NoAddressError where it is none."""
    import phonenumbers  # a fifth of a second, for those who send

    found = _parsed(text, region)
    return phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164)


def textable_number(text: str, region: str) -> str:
    """The number in E.164, unless no text can arrive there."""
    import phonenumbers

    number = _parsed(text, region)
    if phonenumbers.number_type(number) in {getattr(phonenumbers.PhoneNumberType, kind) for kind in NO_TEXTS}:
        raise NoAddressError(Trouble.LANDLINE)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def mailbox_of(text: str) -> str:
    """The address of a mailbox, ASCII only; NoAddressError where it is none."""
    from email.errors import MessageError
    from email.headerregistry import Address

    stripped = text.strip()
    if not stripped:
        raise NoAddressError(Trouble.NO_ADDRESS)
    try:
        found = Address(addr_spec=stripped)
    except (MessageError, ValueError, IndexError):  # IndexError: what the standard library raises at a lone quote
        raise NoAddressError(Trouble.INVALID_MAILBOX) from None
    is_whole = found.username and "." in found.domain and not found.domain.startswith("[")
    if not (is_whole and stripped.isascii() and stripped.isprintable()) or " " in stripped or len(stripped) > LONGEST_MAILBOX:
        raise NoAddressError(Trouble.INVALID_MAILBOX)
    return found.addr_spec


def _parsed(text: str, region: str) -> "PhoneNumber":
    import phonenumbers

    if not text.strip():
        raise NoAddressError(Trouble.NO_ADDRESS)
    try:
        found = phonenumbers.parse(text[:LONGEST], region)
    except phonenumbers.NumberParseException:
        raise NoAddressError(Trouble.INVALID_NUMBER) from None
    # Possible, not valid: the numbers of fiction (555-01xx) are in no plan, and plans change faster than libraries.
    is_whole = phonenumbers.is_possible_number_with_reason(found) == phonenumbers.ValidationResult.IS_POSSIBLE  # with its area code
    if not is_whole or len(text) > LONGEST:
        raise NoAddressError(Trouble.INVALID_NUMBER)
    return found
