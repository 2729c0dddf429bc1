"""The lot of randomised holdouts: a code of the subject under a key of the practice. Nobody foresees it; whoever has the key checks it."""

import hmac

from hsched_adapters.keys import Keyring, bound_to

PURPOSE = "holdout"
DIGITS = 8  # bytes of the code that make the number: 64 bits


class KeyedLot:
    """`Lot` of one practice. What was drawn is stored: a new key changes only draws to come."""

    def __init__(self, keyring: Keyring, practice: str) -> None:
        self._keyring, self._practice = keyring, practice

    def number(self, use_case: str, subject: str) -> float:
        code = hmac.digest(self._keyring.active(PURPOSE).secret, bound_to("hsched-lot/1", self._practice, use_case, subject), "sha256")
        return (int.from_bytes(code[:DIGITS], "big") >> 11) / 2**53  # 53 bits: below 1 in a float
