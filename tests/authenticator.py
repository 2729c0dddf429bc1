"""A software authenticator: makes passkeys and proves them as a browser's does, and can be made to lie."""

import hashlib
import secrets
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import Aaguid, AttestationObject, AttestedCredentialData, AuthenticatorData, CollectedClientData

FLAGS = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.UV


@dataclass
class Authenticator:
    """One key on one device. `uses` counts up with each proof; a passkey that several devices share has no count."""

    origin: str
    host: str
    uses: int = 0
    has_count: bool = field(default=True, kw_only=True)
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()), repr=False)

    def create(self, options: Any) -> dict[str, Any]:
        """What `navigator.credentials.create` gives."""
        credential = AttestedCredentialData.create(Aaguid.NONE, self.id, ES256.from_cryptography_key(self.key.public_key()))
        data = AuthenticatorData.create(self._host_hash, FLAGS | AuthenticatorData.FLAG.AT, self.uses, credential)
        client = self._client(CollectedClientData.TYPE.CREATE, options)
        made = {"clientDataJSON": websafe_encode(client), "attestationObject": websafe_encode(AttestationObject.create("none", data, {}))}
        return {"id": websafe_encode(self.id), "rawId": websafe_encode(self.id), "type": "public-key", "response": made}

    def get(self, options: Any, *, counts: bool = True, signer: ec.EllipticCurvePrivateKey | None = None) -> dict[str, Any]:
        """What `navigator.credentials.get` gives; signed with another key where one is given."""
        self.uses += 1 if counts and self.has_count else 0
        data = AuthenticatorData.create(self._host_hash, FLAGS, self.uses)
        client = self._client(CollectedClientData.TYPE.GET, options)
        signature = (signer or self.key).sign(bytes(data) + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        parts = {"clientDataJSON": client, "authenticatorData": bytes(data), "signature": signature}
        made = {name: websafe_encode(part) for name, part in parts.items()}
        return {"id": websafe_encode(self.id), "rawId": websafe_encode(self.id), "type": "public-key", "response": made}

    def _client(self, act: str, options: Any) -> bytes:
        return bytes(CollectedClientData.create(act, websafe_decode(options["publicKey"]["challenge"]), self.origin))

    @property
    def _host_hash(self) -> bytes:
        return hashlib.sha256(self.host.encode()).digest()
