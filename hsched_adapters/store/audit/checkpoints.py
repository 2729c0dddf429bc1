"""Checkpoints: a signed line that says which entry was the newest, and its hash. Kept outside the database.

Signed with Ed25519: whoever has the public key can check one, and cannot make one.
"""

import base64
import binascii
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from hsched_core.domain.errors import NotReadyError, SettingsError

FORMAT = "hsched-audit-checkpoint/1"
PublicKeys = Mapping[str, Ed25519PublicKey]


@dataclass(frozen=True)
class Checkpoint:
    """The newest entry of a practice's trail at that instant. Entries are numbered from 1: `entries` is also its number."""

    practice: str
    entries: int
    head: str  # hash of the newest entry, hexadecimal
    at: str
    kid: str
    signature: str = ""

    def line(self) -> bytes:
        return _canonical(asdict(self)) + b"\n"

    def signed(self) -> bytes:
        """The bytes under the signature."""
        told = asdict(self)
        del told["signature"]
        return f"{FORMAT}\0".encode() + _canonical(told)

    @classmethod
    def from_line(cls, line: bytes) -> "Checkpoint":
        """Read a line; ValueError or TypeError where it is none. Says nothing about the signature."""
        made = cls(**json.loads(line))
        if made.line().rstrip(b"\n") != line.rstrip(b"\n") or not isinstance(made.entries, int) or made.entries < 1:
            raise ValueError("not a checkpoint")
        return made


def sign(unsigned: Checkpoint, secret: bytes) -> Checkpoint:
    """The checkpoint with its signature by that 32-byte key."""
    signature = Ed25519PrivateKey.from_private_bytes(secret).sign(unsigned.signed())
    return replace(unsigned, signature=base64.b64encode(signature).decode())


def is_signed(checkpoint: Checkpoint, keys: PublicKeys) -> bool:
    """Whether one of the keys, the one it names, signed it."""
    key = keys.get(checkpoint.kid)
    if key is None:
        return False
    try:
        key.verify(base64.b64decode(checkpoint.signature, validate=True), checkpoint.signed())
    except (InvalidSignature, binascii.Error):
        return False
    return True


def read_checkpoints(lines: Iterable[bytes], keys: PublicKeys, practice: str) -> tuple[list[Checkpoint], list[str]]:
    """A practice's checkpoints in order of their entries, and what is wrong with the lines that are none."""
    found: list[Checkpoint] = []
    wrong: list[str] = []
    for number, line in enumerate(lines, start=1):
        try:
            checkpoint = Checkpoint.from_line(line)
        except (ValueError, TypeError):
            wrong.append(f"checkpoint line {number} is not readable")
            continue
        if not is_signed(checkpoint, keys):
            wrong.append(f"checkpoint line {number} is not signed by a key that is known")
        elif checkpoint.practice == practice:
            found.append(checkpoint)
    return sorted(found, key=lambda one: one.entries), wrong


def public_line(kid: str, secret: bytes) -> str:
    """A line of the file of public keys: the key's name and its 32 bytes in base64."""
    public = Ed25519PrivateKey.from_private_bytes(secret).public_key()
    return f"{kid} {base64.b64encode(public.public_bytes(Encoding.Raw, PublicFormat.Raw)).decode()}\n"


def read_public_keys(path: Path) -> PublicKeys:
    """The keys of that file; a UserError, with what to do, where it cannot be read."""
    try:
        lines = path.read_text(encoding="ascii").splitlines()
    except FileNotFoundError:
        raise NotReadyError(
            f"There is no file of public keys {path.name}.", "Name it with --public-keys; it is made with the trail."
        ) from None
    except (OSError, UnicodeDecodeError):
        raise SettingsError(f"The file of public keys {path.name} cannot be read.", "Restore it from a copy.") from None
    return dict(_public_key(line, path) for line in lines if line.strip())


def _public_key(line: str, path: Path) -> tuple[str, Ed25519PublicKey]:
    try:
        kid, encoded = line.split()
        return kid, Ed25519PublicKey.from_public_bytes(base64.b64decode(encoded, validate=True))
    except ValueError:  # binascii's error is one too
        raise SettingsError(f"{path.name} has a line that is no public key.", "A line is a name and 32 bytes in base64.") from None


def _canonical(content: object) -> bytes:
    return json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()
