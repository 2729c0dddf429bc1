"""The identified zone: encrypted files, each bound to its practice, name and key. Tampered or moved content does not open."""

import re
import secrets
from collections.abc import Sequence
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hsched_adapters.atomic import write_atomically
from hsched_adapters.keys import NONCE_BYTES, Keyring, bound_to
from hsched_core.domain.errors import SafeError

MAGIC = b"hsched-zone/1\n"
SUFFIX = ".enc"
PURPOSE = "zone"
_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]*(/[a-z0-9][a-z0-9_.-]*)*")


class EncryptedZone:
    """`IdentifiedZone` on a folder: AES-256-GCM with a random 96-bit nonce, the key's name in the header."""

    def __init__(self, folder: Path, practice: str, keyring: Keyring) -> None:
        self._folder = folder
        self._practice = practice
        self._keyring = keyring

    def write(self, name: str, content: bytes) -> None:
        key = self._keyring.active(PURPOSE)
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = AESGCM(key.secret).encrypt(nonce, content, self._bound(name, key.kid))
        write_atomically(self._place(name), MAGIC + key.kid.encode() + b"\n" + nonce + sealed)

    def read(self, name: str) -> bytes:
        try:
            kid, nonce, sealed = _parts(self._place(name).read_bytes())
            key = self._keyring.by_kid(kid)
            return AESGCM(key.secret).decrypt(nonce, sealed, self._bound(name, kid))
        except FileNotFoundError:
            raise SafeError("not_in_zone", name) from None
        except (InvalidTag, ValueError, OSError):
            raise SafeError("tampered_or_moved", name) from None

    def exists(self, name: str) -> bool:
        return self._place(name).is_file()

    def names(self, prefix: str) -> Sequence[str]:
        """Names that start with the prefix, sorted."""
        below = self._folder / prefix.rpartition("/")[0]
        found = (path.relative_to(self._folder).as_posix() for path in below.rglob("*" + SUFFIX))
        return sorted(name.removesuffix(SUFFIX) for name in found if name.startswith(prefix))

    def remove(self, prefix: str) -> None:
        """Delete every file below a prefix and the folders that are left empty."""
        for name in self.names(prefix):
            place = self._place(name)
            place.unlink(missing_ok=True)
            _prune(place.parent, self._folder)

    def _place(self, name: str) -> Path:
        if not _NAME.fullmatch(name) or ".." in name:
            raise SafeError("not_a_name_of_the_zone", "identified zone")
        return self._folder / (name + SUFFIX)

    def _bound(self, name: str, kid: str) -> bytes:
        return bound_to("hsched-zone/1", self._practice, name, kid)


def _parts(content: bytes) -> tuple[str, bytes, bytes]:
    """Key name, nonce and ciphertext of a file; ValueError when it is none of ours."""
    if not content.startswith(MAGIC):
        raise ValueError("no header")
    kid, _, rest = content[len(MAGIC) :].partition(b"\n")
    return kid.decode("ascii"), rest[:NONCE_BYTES], rest[NONCE_BYTES:]


def _prune(folder: Path, top: Path) -> None:
    while folder != top and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent
