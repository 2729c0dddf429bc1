"""The trail's keys: the secret behind entries' codes, and the key that signs checkpoints. Both from the practice's keyring."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from hsched_adapters.atomic import write_atomically
from hsched_adapters.keys import DataKey, Keyring
from hsched_adapters.store.audit.checkpoints import public_line
from hsched_core.domain.errors import SafeError

CODES, SIGNING = "audit-codes", "audit-checkpoints"


@dataclass(frozen=True)
class AuditKeys:
    """The keys that write now, and the way to those that wrote before."""

    keyring: Keyring = field(repr=False)

    def codes(self) -> DataKey:
        """The key of new entries' codes."""
        return self.keyring.active(CODES)

    def signing(self) -> DataKey:
        """The key of new checkpoints; its secret is an Ed25519 seed."""
        return self.keyring.active(SIGNING)

    def secret_of(self, kid: str) -> bytes | None:
        """The secret of codes that name that key; None where there is none."""
        try:
            return self.keyring.by_kid(kid).secret if kid.startswith(f"{CODES}-") else None
        except SafeError:
            return None

    def public(self, kid: str) -> Mapping[str, Ed25519PublicKey]:
        """The public key of checkpoints that name that key."""
        try:
            secret = self.keyring.by_kid(kid).secret if kid.startswith(f"{SIGNING}-") else None
        except SafeError:
            secret = None
        return {kid: Ed25519PrivateKey.from_private_bytes(secret).public_key()} if secret else {}

    def publish(self, path: Path) -> None:
        """Put the signing key's public half into the file of public keys, beside those of earlier keys."""
        standing = path.read_text(encoding="ascii") if path.is_file() else ""
        signing = self.signing()
        line = public_line(signing.kid, signing.secret)
        if line not in standing:
            write_atomically(path, (standing + line).encode(), mode=0o644)
