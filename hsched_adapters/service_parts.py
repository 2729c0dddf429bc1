"""What the service needs beyond the desks: who is signed in, who the people are now, what is written down about looks and refusals.

Made from an open practice, as everything is: nothing is opened before it is asked for.
"""

from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from hsched_adapters.access.roll import PeopleRoll
from hsched_adapters.access.views import AccessTrail
from hsched_adapters.clock import SystemClock
from hsched_adapters.store.sign_ins import SqlSignIns
from hsched_core.domain.access import SignInRules
from hsched_core.ports import Clock

if TYPE_CHECKING:
    import sqlalchemy as sa

    from hsched_adapters.access.demo import DemoPasswords
    from hsched_adapters.access.rates import Rates
    from hsched_adapters.assembly import OpenPractice
    from hsched_adapters.desk.parts import DeskParts

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class ServiceParts:
    """Parts of the service of one practice."""

    def __init__(self, opened: "OpenPractice") -> None:
        self._opened = opened

    @cached_property
    def present(self) -> Clock:
        """The machine's time: sign-ins, rates and tokens live in it, however fast the practice's days pass."""
        return SystemClock()

    @cached_property
    def engine(self) -> "sa.Engine":
        """The operational store, for what needs no audit entry."""
        from hsched_adapters.store.engine import open_engine

        return open_engine(self._opened.settings.store_url)

    @cached_property
    def roll(self) -> PeopleRoll:
        """The people of the practice, as people.yaml says now."""
        return PeopleRoll(self._opened.paths.people, self._opened.load_people)

    @cached_property
    def sign_in_rules(self) -> SignInRules:
        return SignInRules()

    @cached_property
    def sign_ins(self) -> SqlSignIns:
        """Who is signed in."""
        return SqlSignIns(self.engine, self._opened.audit, self._opened.clock, self.present, self.sign_in_rules)

    @cached_property
    def access_trail(self) -> AccessTrail:
        """Where looks at records and refusals are written down."""
        return AccessTrail(self._opened.audit, self._opened.clock, self.present)

    @cached_property
    def demo(self) -> "DemoPasswords | None":
        """Passwords of the demo people; None outside a practice in a box."""
        from hsched_adapters.access.demo import DemoPasswords

        if not self._opened.practice.is_sandbox:
            return None
        return DemoPasswords(self._opened.paths.keys, self.roll.people(), is_sandbox=True)

    @cached_property
    def desk(self) -> "DeskParts":
        """What staff pages read."""
        from hsched_adapters.desk.parts import DeskParts

        return DeskParts(self._opened)

    @cached_property
    def rates(self) -> "Rates":
        """Tries to sign in."""
        from hsched_adapters.access.rates import Rates

        return Rates("sign_in")

    def note_refused_sign_in(self, login: str, reason: str) -> None:
        """Somebody tried to sign in under that login, and could not. A login that nobody has is not kept unless it is spelled like one."""
        actor = login if login in self.roll.people() else self._opened.stranger(login)
        self.access_trail.refused(actor, "sign_in", reason)

    @cached_property
    def root(self) -> str:
        """The path under which a proxy shows the service; empty where it shows it at the top."""
        return urlsplit(self._opened.settings.service_url).path.rstrip("/")

    @cached_property
    def is_loopback(self) -> bool:
        """Whether people reach the service on this machine without TLS."""
        address = urlsplit(self._opened.settings.service_url)
        return address.scheme == "http" and address.hostname in LOOPBACK
