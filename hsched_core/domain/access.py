"""Being signed in: who, since when, by which way. What it allows is policy."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Way(StrEnum):
    """How somebody proved who they are."""

    PROVIDER = "provider"  # the practice's OpenID provider
    DEMO = "demo"  # a password of a practice in a box
    LAUNCH = "launch"  # the EHR's, by a SMART launch


@dataclass(frozen=True)
class Vouched:
    """Hashes of a provider's names for the person it vouches for, and for its own session with them; empty where there is none."""

    subject: str = ""
    session: str = ""


NOBODY = Vouched()  # a sign-in that no provider vouches for
TOO_LONG_AGO = "not_read_for_a_day"  # why nobody is signed in: the keys of who vouches for people are not known any more


@dataclass(frozen=True)
class SignIn:
    """One browser of one person. `id` is the hash of a secret that only the browser has."""

    id: str
    login: str
    way: Way
    started_at: datetime
    seen_at: datetime
    is_proved: bool = True  # False: the person has a passkey, and has not shown it yet


@dataclass(frozen=True)
class SignInRules:
    """How long a sign-in lasts: without a sign of life, and at most. In real time, whatever the practice's clock does."""

    idle: timedelta = timedelta(minutes=15)
    absolute: timedelta = timedelta(hours=12)

    def is_over(self, one: SignIn, now: datetime) -> bool:
        return now - one.seen_at >= self.idle or now - one.started_at >= self.absolute
