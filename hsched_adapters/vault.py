"""The vault: random pseudonyms for identifiers, and the only way back.

A pseudonym is drawn at random and never computed from an identifier (45 CFR 164.514(c)). The keyed hash of an identifier
is an index inside this file, not a code that is released.
"""

import hmac
import secrets
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hsched_adapters.keys import NONCE_BYTES, Keyring, bound_to
from hsched_core.domain.errors import SafeError
from hsched_core.ports import Clock

PSEUDONYM_BYTES = 16
LOOKUP_BATCH = 900  # below SQLite's oldest limit of 999 parameters in a statement
BUSY_SECONDS = 60

_metadata = sa.MetaData()
_entries = sa.Table(
    "vault",
    _metadata,
    sa.Column("practice", sa.String, primary_key=True),
    sa.Column("purpose", sa.String, primary_key=True),
    sa.Column("kind", sa.String, primary_key=True),
    sa.Column("lookup", sa.LargeBinary, primary_key=True),
    sa.Column("pseudonym", sa.String(2 * PSEUDONYM_BYTES), nullable=False, unique=True),
    sa.Column("identifier_sealed", sa.LargeBinary, nullable=False),
    sa.Column("kid", sa.String, nullable=False),
)
_accesses = sa.Table(
    "access_log",
    _metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at", sa.String, nullable=False),
    sa.Column("actor", sa.String, nullable=False),
    sa.Column("reason", sa.String, nullable=False),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("pseudonym", sa.String, nullable=False),
    sa.Column("found", sa.Boolean, nullable=False),
)
_INSERT = (
    "INSERT INTO vault (practice, purpose, kind, lookup, pseudonym, identifier_sealed, kid) VALUES (?, ?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (practice, purpose, kind, lookup) DO NOTHING"
)


@dataclass(frozen=True)
class Directory:
    """Pseudonyms of one kind as they stood at one moment. It makes none, and leads from identifiers to pseudonyms only."""

    _key: bytes = field(repr=False)
    _scope: bytes = field(repr=False)
    _pseudonyms: Mapping[bytes, str] = field(repr=False)

    def find(self, identifier: str) -> str | None:
        """The identifier's pseudonym; None where it had none."""
        return self._pseudonyms.get(_index(self._key, self._scope, identifier))


class SqliteVault:
    """`Vault` on SQLite. `purpose` keeps releases apart: another purpose gets other pseudonyms for the same people."""

    def __init__(self, path: Path, practice: str, keyring: Keyring, clock: Clock, *, purpose: str = "graph") -> None:
        self._practice = practice
        self._purpose = purpose
        self._clock = clock
        self._keyring = keyring
        self._index_key = keyring.active("vault-index").secret
        self._seal_key = keyring.active("vault-identifiers")
        self._cipher = AESGCM(self._seal_key.secret)
        self._engine = _open(path)

    def pseudonyms(self, kind: str, identifiers: Iterable[str]) -> Mapping[str, str]:
        scope = bound_to(self._practice, self._purpose, kind)
        wanted = {identifier: self._lookup(scope, identifier) for identifier in dict.fromkeys(identifiers)}
        if not wanted:
            return {}
        with self._engine.connect() as connection:
            known = self._known(connection, kind, wanted.values())
        missing = {lookup: identifier for identifier, lookup in wanted.items() if lookup not in known}
        if missing:
            known |= self._add(kind, missing)
        return {identifier: known[lookup] for identifier, lookup in wanted.items()}

    def directory(self, kind: str) -> Directory:
        """All pseudonyms of that kind that there are now, to be found by identifier, without one identifier in memory."""
        with self._engine.connect() as connection:
            rows = connection.execute(self._of(kind, _entries.c.lookup, _entries.c.pseudonym))
            return Directory(self._index_key, bound_to(self._practice, self._purpose, kind), {row[0]: row[1] for row in rows})

    def resolve(self, kind: str, pseudonym: str, *, actor: str, reason: str) -> str:
        if not actor.strip() or not reason.strip():
            raise SafeError("access_without_actor_or_reason", "vault")
        with self._writing() as connection:
            entry = connection.execute(self._of(kind).where(_entries.c.pseudonym == pseudonym)).one_or_none()
            connection.execute(_accesses.insert().values(**self._access(kind, pseudonym, actor, reason), found=entry is not None))
        if entry is None:
            raise SafeError("unknown_pseudonym", "vault")
        return self._open_identifier(kind, entry.pseudonym, entry.kid, entry.identifier_sealed)

    def find(self, kind: str, identifier: str, *, actor: str, reason: str) -> str | None:
        if not actor.strip() or not reason.strip():
            raise SafeError("access_without_actor_or_reason", "vault")
        lookup = self._lookup(bound_to(self._practice, self._purpose, kind), identifier)
        with self._writing() as connection:
            found = self._known(connection, kind, [lookup]).get(lookup)
            connection.execute(_accesses.insert().values(**self._access(kind, found or "", actor, reason), found=found is not None))
        return found

    def close(self) -> None:
        """Give the file back; the vault can be used again afterwards."""
        self._engine.dispose()

    def _add(self, kind: str, missing: Mapping[bytes, str]) -> dict[bytes, str]:
        """Draw pseudonyms for what is missing; where another writer was first, theirs stand."""
        rows = [self._entry(kind, lookup, identifier) for lookup, identifier in sorted(missing.items())]
        with self._writing() as connection:
            connection.exec_driver_sql(_INSERT, rows)  # past SQLAlchemy's per-value conversion: half of the time of a first extract
            return self._known(connection, kind, missing)

    def _entry(self, kind: str, lookup: bytes, identifier: str) -> tuple[str | bytes, ...]:
        pseudonym = secrets.token_hex(PSEUDONYM_BYTES)
        nonce, kid = secrets.token_bytes(NONCE_BYTES), self._seal_key.kid
        sealed = nonce + self._cipher.encrypt(nonce, identifier.encode(), self._bound(kind, pseudonym, kid))
        return (self._practice, self._purpose, kind, lookup, pseudonym, sealed, kid)

    def _open_identifier(self, kind: str, pseudonym: str, kid: str, sealed: bytes) -> str:
        cipher = AESGCM(self._keyring.by_kid(kid).secret)
        try:
            return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], self._bound(kind, pseudonym, kid)).decode()
        except InvalidTag:
            raise SafeError("tampered_or_moved", "vault entry") from None

    def _known(self, connection: sa.Connection, kind: str, lookups: Iterable[bytes]) -> dict[bytes, str]:
        known: dict[bytes, str] = {}
        for batch in _batches(sorted(lookups), LOOKUP_BATCH):  # sorted: neighbours share the index's pages
            pairs = self._of(kind, _entries.c.lookup, _entries.c.pseudonym).where(_entries.c.lookup.in_(batch))
            known.update((row[0], row[1]) for row in connection.execute(pairs))
        return known

    def _of(self, kind: str, *columns: sa.Column[Any]) -> sa.Select[Any]:
        ours = (_entries.c.practice == self._practice, _entries.c.purpose == self._purpose, _entries.c.kind == kind)
        return sa.select(*columns or _entries.c).where(*ours)

    def _lookup(self, scope: bytes, identifier: str) -> bytes:
        return _index(self._index_key, scope, identifier)

    def _bound(self, kind: str, pseudonym: str, kid: str) -> bytes:
        return bound_to("hsched-vault/1", self._practice, self._purpose, kind, pseudonym, kid)

    def _access(self, kind: str, pseudonym: str, actor: str, reason: str) -> dict[str, str]:
        at = self._clock.now().isoformat()
        return {"at": at, "actor": actor, "reason": reason, "kind": kind, "pseudonym": pseudonym}

    @contextmanager
    def _writing(self) -> Iterator[sa.Connection]:
        """A transaction that takes the write lock at its start, so that two writers queue instead of failing half-way."""
        with self._engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.exec_driver_sql("ROLLBACK")
                raise
            connection.exec_driver_sql("COMMIT")


def _index(key: bytes, scope: bytes, identifier: str) -> bytes:
    """The blind index. It never leaves this file."""
    normal = unicodedata.normalize("NFC", identifier.strip())
    return hmac.digest(key, scope + normal.encode(), "sha256")


def _open(path: Path) -> sa.Engine:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    # Autocommit at the driver: transactions are begun by hand above, with the lock they need.
    engine = sa.create_engine(
        f"sqlite:///{path}", hide_parameters=True, isolation_level="AUTOCOMMIT", connect_args={"timeout": BUSY_SECONDS}
    )
    sa.event.listen(engine, "connect", _prepare)
    with engine.connect() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        _metadata.create_all(connection)
        connection.exec_driver_sql("COMMIT")
    return engine


def _prepare(connection: Any, _record: object) -> None:
    for pragma in ("busy_timeout=60000", "journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}").close()


def _batches(items: Iterable[bytes], size: int) -> Iterator[Sequence[bytes]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
