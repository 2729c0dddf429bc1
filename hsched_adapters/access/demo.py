"""Passwords for the people of a practice in a box, made at first need; a real practice signs in by its provider and has none.

They lie in the practice's keys, readable beside their hashes, because whoever tries the sandbox wants them printed again.
"""

import json
import secrets
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from hsched_adapters.atomic import create_once, write_atomically
from hsched_core.domain.errors import SettingsError, UserError

FILE = "demo-passwords.json"
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that looks like something else
GROUPS, GROUP = 3, 4  # 59 bits
LONGEST = 128  # characters of a password that are looked at


class DemoPasswords:
    """The passwords of one sandbox practice. `people` tells their logins."""

    def __init__(self, keys: Path, people: Callable[[], Iterable[str]], *, is_sandbox: bool) -> None:
        if not is_sandbox:
            raise UserError("Demo people are of sandbox practices only.", "Name a provider in access.yaml: docs/explanation/access.md.")
        self._file, self._people = keys / FILE, people
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)  # OWASP's least; what is hashed is random

    def printed(self) -> Mapping[str, str]:
        """Login and password of everybody, for who tries the sandbox."""
        return {login: told["password"] for login, told in self._known().items()}

    def fits(self, login: str, password: str) -> bool:
        """Whether that is the login's password. A login that nobody has takes as long."""
        told = self._known().get(login)
        try:
            fits = self._hasher.verify(told["hash"] if told else self._nobodys, password[:LONGEST])
        except (VerificationError, InvalidHashError):
            return False
        return fits and told is not None

    def _known(self) -> Mapping[str, Mapping[str, str]]:
        known = self._read()
        missing = sorted(set(self._people()) - known.keys())
        if not missing:
            return known
        content = json.dumps({**known, **{login: self._made() for login in missing}}, indent=1).encode()
        if known or not create_once(self._file, content):  # whichever process made the file first, its passwords stand
            known = self._read()
            write_atomically(self._file, json.dumps({**json.loads(content), **known}, indent=1).encode())
        return self._read()

    def _read(self) -> dict[str, Mapping[str, str]]:
        try:
            found: dict[str, Mapping[str, str]] = json.loads(self._file.read_bytes())
        except FileNotFoundError:
            return {}
        except ValueError:
            raise SettingsError(f"keys/{FILE} is damaged.", "Remove it: new passwords are made.") from None
        return found

    def _made(self) -> Mapping[str, str]:
        password = "-".join("".join(secrets.choice(ALPHABET) for _ in range(GROUP)) for _ in range(GROUPS))
        return {"password": password, "hash": self._hasher.hash(password)}

    @cached_property
    def _nobodys(self) -> str:
        return self._hasher.hash(secrets.token_hex(16))
