"""How often something may be tried: by account and by address, in this process's memory. A success clears its account, not its address."""

from threading import Lock

from limits import RateLimitItemPerHour
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

PER_ACCOUNT = RateLimitItemPerHour(20)
PER_ADDRESS = RateLimitItemPerHour(100)
ADDRESS_LENGTH = 64


class Rates:
    """Tries of one thing, such as signing in."""

    def __init__(self, what: str, account: RateLimitItemPerHour = PER_ACCOUNT, address: RateLimitItemPerHour = PER_ADDRESS) -> None:
        self._what, self._account, self._address = what, account, address
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._lock = Lock()

    def may_try(self, account: str, address: str) -> bool:
        """Count a try before it is made; False where there were too many. What is refused here counts no further."""
        with self._lock:
            places = ((self._address, "address", address[:ADDRESS_LENGTH]), (self._account, "account", account))
            if not all(self._limiter.test(limit, self._what, kind, name) for limit, kind, name in places):
                return False
            return all(self._limiter.hit(limit, self._what, kind, name) for limit, kind, name in places)

    def succeeded(self, account: str) -> None:
        """Whoever knows the password is not held back by who guessed at it."""
        self._limiter.clear(self._account, self._what, "account", account)
