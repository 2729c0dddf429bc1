"""Who is signed in, on SQL: begun and ended with an audit entry; signs of life are written down once a minute, without one.

The secret that a browser keeps is stored as its hash, so that whoever reads the database can sign in as nobody.
"""

import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

import sqlalchemy as sa

from hsched_adapters.store.audit.trail import AuditTrail, Recording
from hsched_adapters.store.engine import writing
from hsched_adapters.store.schema import passkeys, sign_ins
from hsched_core.domain.access import NOBODY, SignIn, SignInRules, Vouched, Way
from hsched_core.domain.audit import AuditEntry
from hsched_core.ports import Clock

SECRET_BYTES = 32
SIGN_OF_LIFE = timedelta(minutes=1)
Proof = Callable[[Recording], None]  # writes down what was shown, in the sign-in's transaction
STARTED, ENDED = "sign_in.started", "sign_in.ended"


class SqlSignIns:
    """The sign-ins of one practice. `present` is the machine's time; the trail's entries keep the practice's."""

    def __init__(self, engine: sa.Engine, trail: AuditTrail, clock: Clock, present: Clock, rules: SignInRules) -> None:
        self._engine, self._trail, self._clock, self._present, self.rules = engine, trail, clock, present, rules
        self._ours = sign_ins.c.practice == trail.practice

    def start(self, login: str, way: Way, instead_of: str = "", proof: Proof | None = None, vouched: Vouched = NOBODY) -> str:
        """Sign somebody in; the secret for their browser, a new one each time. Whoever was signed in there before no longer is.

        Without `proof` of a passkey, who has one is signed in half: they can only show it. With it, who vouched for the half still does.
        """
        secret, now = secrets.token_urlsafe(SECRET_BYTES), self._present.now()
        made: dict[str, object] = {"practice": self._trail.practice, "id": _hash(secret), "login": login, "way": str(way)}
        made |= {"started_at": now, "seen_at": now, "vouched_subject": vouched.subject, "vouched_session": vouched.session}
        reason = "passkey" if proof else str(way)
        with self._trail.writing(self._entry(STARTED, login, _hash(secret), reason)) as recording:
            if proof:
                proof(recording)
            theirs = sa.select(passkeys.c.id).where(passkeys.c.practice == self._trail.practice, passkeys.c.login == login)
            made["is_proved"] = proof is not None or recording.connection.execute(theirs).first() is None
            before = recording.connection.execute(self._known(_hash(instead_of))).first() if instead_of else None
            if before:
                recording.connection.execute(sign_ins.delete().where(self._ours, sign_ins.c.id == before.id))
                recording.record(self._entry(ENDED, before.login, before.id, "replaced"))
                if proof:
                    made |= {"vouched_subject": before.vouched_subject, "vouched_session": before.vouched_session}
            recording.connection.execute(sign_ins.delete().where(self._ours, sign_ins.c.started_at <= now - self.rules.absolute))
            recording.connection.execute(sign_ins.insert().values(**made))
        return secret

    def of(self, secret: str, *, is_alive: bool = True) -> SignIn | None:
        """Who has that secret, if their sign-in lasts; being asked for it is a sign of life, unless a page asks by itself."""
        with self._trail.reading() as connection:
            row = connection.execute(self._known(_hash(secret))).first()
        if row is None:
            return None
        one, now = SignIn(row.id, row.login, Way(row.way), row.started_at, row.seen_at, row.is_proved), self._present.now()
        if self.rules.is_over(one, now):
            return None
        if is_alive and now - one.seen_at >= min(SIGN_OF_LIFE, self.rules.idle / 3):
            with writing(self._engine) as connection:
                connection.execute(sign_ins.update().where(self._ours, sign_ins.c.id == one.id).values(seen_at=now))
        return one

    def end(self, one: SignIn, reason: str = "signed_out") -> None:
        """Sign out; what the browser still has opens nothing."""
        with self._trail.writing(self._entry(ENDED, one.login, one.id, reason)) as recording:
            recording.connection.execute(sign_ins.delete().where(self._ours, sign_ins.c.id == one.id))

    def end_vouched(self, by: Vouched, begun_by: datetime) -> int:
        """End the sign-ins that come from that session at the provider, or, where it names none, all it vouched for the person; how many.

        What began after that instant is not meant. A sign-in of the person whose session was not told is.
        """
        columns = sign_ins.c
        theirs = columns.vouched_subject == by.subject if by.subject else sa.false()
        meant = sa.or_(columns.vouched_session == by.session, sa.and_(columns.vouched_session == "", theirs)) if by.session else theirs
        ended = sa.select(columns.id, columns.login).where(self._ours, meant, columns.started_at <= begun_by)
        with self._trail.writing() as recording:
            rows = recording.connection.execute(ended.order_by(columns.id)).all()
            recording.record(*(self._entry(ENDED, row.login, row.id, "signed_out_at_provider") for row in rows))
            recording.connection.execute(sign_ins.delete().where(self._ours, columns.id.in_([row.id for row in rows])))
        return len(rows)

    def _known(self, hashed: str) -> sa.Select[tuple[object, ...]]:
        return sa.select(sign_ins).where(self._ours, sign_ins.c.id == hashed)

    def _entry(self, kind: str, login: str, hashed: str, reason: str) -> AuditEntry:
        return AuditEntry(self._clock.now(), login, kind, f"session:{hashed}", {"reason": reason})


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
