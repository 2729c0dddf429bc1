"""Keys: one key-encryption key, and under it a wrapped data key for each purpose of a practice.

Every ciphertext names its data key (`kid`), so a purpose can get a new key while what the old one wrote still opens.
"""

import base64
import binascii
import fcntl
import json
import os
import secrets
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hsched_adapters.atomic import create_once, write_atomically
from hsched_core.domain.errors import SafeError, SettingsError

KEY_BYTES = 32
NONCE_BYTES = 12
Entries = Mapping[str, Mapping[str, str]]  # a key's name -> practice, purpose, the wrapped key
RESTORE = "Restore the keys folder from its backup: without it nothing encrypted can be read."


@dataclass(frozen=True)
class DataKey:
    """A key that encrypts content of one purpose."""

    kid: str
    secret: bytes = field(repr=False)


class Keyring:
    """The data keys of a practice, unwrapped as they are asked for."""

    def __init__(self, folder: Path, practice: str, key_file: Path | None = None) -> None:
        self._folder = folder
        self._practice = practice
        self._key_file = key_file
        self._opened: dict[str, DataKey] = {}
        self._read: tuple[tuple[int, int, int], Entries] | None = None  # which file, and what stands in it

    def active(self, purpose: str) -> DataKey:
        """The key that encrypts new content of that purpose; made at first use."""
        kid = self._newest(purpose)
        return self.by_kid(kid) if kid else self._add(purpose, only_first=True)

    def by_kid(self, kid: str) -> DataKey:
        """The key of that name; SafeError when it is unknown or does not open."""
        if kid not in self._opened:
            self._opened[kid] = self._unwrap(kid)
        return self._opened[kid]

    def every(self, purpose: str) -> list[DataKey]:
        """All keys of that purpose, oldest first: for what was made under any of them."""
        ours = {"purpose": purpose, "practice": self._practice}
        return [self.by_kid(kid) for kid, entry in self._wrapped().items() if ours.items() <= entry.items()]

    def prove(self, purpose: str) -> None:
        """Open the purpose's newest key from its files as they are now, whatever was opened before; raises where that fails."""
        self._unwrap(self._newest(purpose) or "")

    def rotate(self, purpose: str) -> DataKey:
        """A new key for the purpose. What the old ones encrypted still opens."""
        return self._add(purpose, only_first=False)

    @property
    def _wrapped_file(self) -> Path:
        return self._folder / "data-keys.json"

    def _wrapped(self) -> Entries:
        """The entries, read again when the file is another one: every audit entry asks for its key."""
        try:
            found = self._wrapped_file.stat()
            mark = (found.st_ino, found.st_mtime_ns, found.st_size)  # replaced whole, and longer by each key
            if self._read is None or self._read[0] != mark:
                self._read = (mark, json.loads(self._wrapped_file.read_bytes()))
        except FileNotFoundError:
            return {}
        except ValueError:
            raise SettingsError("keys/data-keys.json is damaged.", RESTORE) from None
        return self._read[1]

    def _newest(self, purpose: str) -> str | None:
        ours = {"purpose": purpose, "practice": self._practice}
        kids = [kid for kid, entry in self._wrapped().items() if ours.items() <= entry.items()]
        return kids[-1] if kids else None

    def _add(self, purpose: str, *, only_first: bool) -> DataKey:
        with self._locked():
            present = self._newest(purpose)
            if only_first and present:
                return self.by_kid(present)
            entries = dict(self._wrapped())
            key = DataKey(f"{purpose}-{len(entries) + 1}-{secrets.token_hex(4)}", secrets.token_bytes(KEY_BYTES))
            entries[key.kid] = {"practice": self._practice, "purpose": purpose, "wrapped": self._wrap(key, purpose)}
            write_atomically(self._wrapped_file, json.dumps(entries, indent=1).encode())
        self._opened[key.kid] = key
        return key

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One process at a time adds keys: two first starts must not lose each other's."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handle = os.open(self._folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def _wrap(self, key: DataKey, purpose: str) -> str:
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = AESGCM(self._encryption_key()).encrypt(nonce, key.secret, self._bound(purpose, key.kid))
        return base64.b64encode(nonce + sealed).decode()

    def _unwrap(self, kid: str) -> DataKey:
        entry = self._wrapped().get(kid)
        if entry is None:
            raise SafeError("unknown_key", f"key {kid!a}"[:80])
        try:
            sealed = base64.b64decode(entry["wrapped"], validate=True)
            secret = AESGCM(self._encryption_key()).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], self._bound(entry["purpose"], kid))
        except (InvalidTag, binascii.Error, ValueError):
            raise SafeError("key_does_not_open", f"key {kid}") from None
        return DataKey(kid, secret)

    def _bound(self, purpose: str, kid: str) -> bytes:
        return bound_to("hsched-key/1", self._practice, purpose, kid)

    def _encryption_key(self) -> bytes:
        path = self._key_file or self._folder / "key-encryption.key"
        if not path.exists() and self._key_file is None and not self._wrapped_file.exists():
            create_once(path, base64.b64encode(secrets.token_bytes(KEY_BYTES)))
        return _read_key(path)


def bound_to(*parts: str) -> bytes:
    """Associated data of a ciphertext: what it belongs to, each part with its length so that no two lists look alike."""
    encoded = [part.encode() for part in parts]
    return b"".join(len(part).to_bytes(4, "big") + part for part in encoded)


def _read_key(path: Path) -> bytes:
    try:
        mode, content = path.stat().st_mode, path.read_bytes()
    except OSError:
        raise SettingsError(f"The key file {path.name} cannot be read.", RESTORE) from None
    if mode & (stat.S_IROTH | stat.S_IWOTH):
        raise SettingsError(f"The key file {path.name} is open to everybody on this machine.", f"Run `chmod 600 {path}`.")
    try:
        key = base64.b64decode(content.strip(), validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        raise SettingsError(f"The key file {path.name} does not hold a base64 key of {KEY_BYTES} bytes.", RESTORE)
    return key
