"""How often an address may ask for what is not there, such as links that nobody was sent: in this process's memory, as `rates` is.

Only misses count: whoever has a true link is not held back by how often they open it.
"""

from ipaddress import IPv6Address, ip_address
from threading import Lock

from limits import RateLimitItemPerHour
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter

MOST = RateLimitItemPerHour(60)
LONGEST_NAME = 64
HOME_BITS = 64  # of an IPv6 address: who has one has all that share them


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


def network_of(address: str) -> str:
    """What one household or host holds: an IPv4 address, or the 64 bits an IPv6 one begins with. Anything else as it is."""
    try:
        known = ip_address(address)
    except ValueError:
        return address[:LONGEST_NAME]
    if not isinstance(known, IPv6Address):
        return str(known)
    return str(known.ipv4_mapped or f"{int(known) >> (128 - HOME_BITS):x}::/{HOME_BITS}")
