"""How often something may be tried: by account, and by address where tries failed, in this process's memory. A success clears its account.

Successes do not count against their address: a whole office has one.
"""

from threading import Lock

from limits import RateLimitItemPerHour
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from hsched_core.domain.networks import network_of

PER_ACCOUNT = RateLimitItemPerHour(20)
PER_ADDRESS = RateLimitItemPerHour(100)
RECORDED = RateLimitItemPerHour(600)  # refusals in the trail, whoever is refused: guessing must not fill it
ONCE = RateLimitItemPerHour(1)
LONGEST_NAME = 64


class Rates:
    """Tries of one thing, such as signing in."""

    def __init__(self, what: str, account: RateLimitItemPerHour = PER_ACCOUNT, address: RateLimitItemPerHour = PER_ADDRESS) -> None:
        self._what, self._account, self._address = what, account, address
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._lock = Lock()

    def may_try(self, account: str, address: str) -> bool:
        """Count a try of the account before it is made; False where there were too many, or too many from the address failed.

        What is refused here counts no further. No account: only what failed from the address matters.
        """
        with self._lock:
            if not self._limiter.test(self._address, self._what, "address", network_of(address)):
                return False
            return not account or self._limiter.hit(self._account, self._what, "account", account[:LONGEST_NAME])

    def failed(self, address: str) -> None:
        """Count a try that did not succeed against who made it."""
        with self._lock:
            self._limiter.hit(self._address, self._what, "address", network_of(address))

    def succeeded(self, account: str) -> None:
        """Whoever knows the password is not held back by who guessed at it."""
        self._limiter.clear(self._account, self._what, "account", account[:LONGEST_NAME])

    def is_worth_recording(self, reason: str, account: str) -> bool:
        """Whether a refusal still goes into the trail: of "too many" one an hour for each account, and never more than `RECORDED`."""
        if reason == "too_many" and not self._limiter.hit(ONCE, self._what, reason, account[:LONGEST_NAME]):
            return False
        return self._limiter.hit(RECORDED, self._what, "recorded")
