"""Keyed codes of numbers, mailboxes and texts: two of one are known to be the same, and nobody without the key can go back or guess."""

import hmac

from hsched_adapters.keys import Keyring, bound_to

PURPOSE = "message-codes"  # never rotated alone: old and new codes of one number would differ
DIGITS = 32


class Codes:
    """The codes of one practice."""

    def __init__(self, keyring: Keyring) -> None:
        self._secret = keyring.active(PURPOSE).secret

    def number(self, number: str) -> str:
        """Of a phone number in E.164."""
        return self._code("number", number)

    def mailbox(self, mailbox: str) -> str:
        """Of a mailbox. Case does not matter: no provider that people use tells the two apart."""
        return self._code("mailbox", mailbox.casefold())

    def text(self, text: str) -> str:
        """Of what a message says. White space at the ends does not matter: providers drop it."""
        return self._code("text", text.strip())

    def _code(self, kind: str, value: str) -> str:
        return hmac.digest(self._secret, bound_to("hsched-message/1", kind, value), "sha256").hex()[:DIGITS]
