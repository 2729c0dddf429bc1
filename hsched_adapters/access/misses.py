"""How often an address may ask for what is not there, such as links that nobody was sent: in this process's memory, as `rates` is.

Only misses count: whoever has a true link is not held back by how often they open it.
"""

from threading import Lock

from limits import RateLimitItemPerHour
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

from hsched_core.domain.networks import network_of

MOST = RateLimitItemPerHour(60)


class Misses:
    """Misses of one thing, by address."""

    def __init__(self, what: str, most: RateLimitItemPerHour = MOST) -> None:
        self._what, self._most = what, most
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._lock = Lock()

    def are_too_many(self, address: str) -> bool:
        """Whether that address has missed so often that it is not answered for now."""
        with self._lock:
            return not self._limiter.test(self._most, self._what, network_of(address))

    def count(self, address: str) -> None:
        """It asked for what is not there."""
        with self._lock:
            self._limiter.hit(self._most, self._what, network_of(address))
