"""Passkeys of people on SQL: public keys only. Adding and removing one is in the audit trail; using one is a sign-in."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from hsched_adapters.store.audit.trail import AuditTrail, Recording
from hsched_adapters.store.schema import passkeys, sign_ins
from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.errors import UserError
from hsched_core.ports import Clock

ADDED, REMOVED = "passkey.added", "passkey.removed"
AGAIN = "Begin again."


class PasskeyRefusedError(UserError):
    """What an authenticator answered proves nothing."""

    def __init__(self) -> None:
        super().__init__("That passkey was not accepted.", AGAIN)


@dataclass(frozen=True)
class Passkey:
    """One authenticator of one person. `credential`: its id and public key, as WebAuthn writes them."""

    id: str
    login: str
    credential: bytes
    uses: int  # the authenticator's own count at its last use; 0 where it does not count
    added_at: datetime


class SqlPasskeys:
    """The passkeys of one practice."""

    def __init__(self, trail: AuditTrail, clock: Clock, present: Clock) -> None:
        self._trail, self._clock, self._present = trail, clock, present
        self._ours = passkeys.c.practice == trail.practice

    def of(self, login: str) -> tuple[Passkey, ...]:
        """The person's, oldest first."""
        wanted = sa.select(passkeys).where(self._ours, passkeys.c.login == login).order_by(passkeys.c.added_at, passkeys.c.id)
        with self._trail.reading() as connection:
            return tuple(Passkey(row.id, row.login, row.credential, row.uses, row.added_at) for row in connection.execute(wanted))

    def add(self, login: str, credential: bytes, uses: int, session: str) -> None:
        """From now on every sign-in of theirs needs one; the one that added it has it already, others must prove it."""
        name = passkey_id(credential)
        made = {"practice": self._trail.practice, "id": name, "login": login, "credential": credential, "uses": uses}
        with self._trail.writing(self._entry(ADDED, login, name, login)) as recording:
            recording.connection.execute(passkeys.insert().values(**made, added_at=self._present.now()))
            others = (sign_ins.c.practice == self._trail.practice, sign_ins.c.login == login, sign_ins.c.id != session)
            recording.connection.execute(sign_ins.update().where(*others).values(is_proved=False))

    def used(self, recording: Recording, one: Passkey, uses: int, half: str) -> None:
        """Remember its count, in the transaction of the sign-in it proved. `half`: the id of the sign-in that it completes.

        PasskeyRefusedError where another answer was faster: the half sign-in is replaced, the count another, the passkey gone.
        """
        begun = sa.select(sign_ins.c.id).where(sign_ins.c.practice == self._trail.practice, sign_ins.c.id == half)
        counted = passkeys.update().where(self._ours, passkeys.c.id == one.id, passkeys.c.uses == one.uses).values(uses=uses)
        if recording.connection.execute(begun).first() is None or recording.connection.execute(counted).rowcount != 1:
            raise PasskeyRefusedError

    def remove(self, one: Passkey, actor: str) -> None:
        """It proves nothing any more. `actor`: the person, or who does it for somebody that lost theirs."""
        with self._trail.writing(self._entry(REMOVED, actor, one.id, one.login)) as recording:
            recording.connection.execute(passkeys.delete().where(self._ours, passkeys.c.id == one.id))

    def _entry(self, kind: str, actor: str, passkey: str, login: str) -> AuditEntry:
        return AuditEntry(self._clock.now(), actor, kind, f"passkey:{passkey}", {"by": login})


def passkey_id(credential: bytes) -> str:
    """A name of fixed length for a credential."""
    return hashlib.sha256(credential).hexdigest()
