"""How often something may be tried: by account and by address, in this process's memory. A success clears its account, not its address."""

from threading import Lock

from limits import RateLimitItemPerHour
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

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
        """Count a try before it is made; False where there were too many. What is refused here counts no further.

        No account: only the address counts.
        """
        places = [(self._address, "address", address[:LONGEST_NAME])]
        places += [(self._account, "account", account[:LONGEST_NAME])] if account else []
        with self._lock:
            if not all(self._limiter.test(limit, self._what, kind, name) for limit, kind, name in places):
                return False
            return all(self._limiter.hit(limit, self._what, kind, name) for limit, kind, name in places)

    def succeeded(self, account: str) -> None:
        """Whoever knows the password is not held back by who guessed at it."""
        self._limiter.clear(self._account, self._what, "account", account[:LONGEST_NAME])

    def is_worth_recording(self, reason: str, account: str) -> bool:
        """Whether a refusal still goes into the trail: of "too many" one an hour for each account, and never more than `RECORDED`."""
        if reason == "too_many" and not self._limiter.hit(ONCE, self._what, reason, account[:LONGEST_NAME]):
            return False
        return self._limiter.hit(RECORDED, self._what, "recorded")
