"""Sign-ins at the practice's provider, from leaving to coming back."""

from collections.abc import Mapping
from dataclasses import astuple

from hsched_adapters.access.logout import Logouts
from hsched_adapters.access.provider import Begun, Identity, Provider
from hsched_adapters.access.sealed import Sealer


class ProviderSignIns:
    """What the answer must belong to is kept by the browser that began, sealed."""

    def __init__(self, provider: Provider, sealer: Sealer) -> None:
        self._provider, self._sealer = provider, sealer
        self.logouts = Logouts(provider)

    def begin(self) -> tuple[str, str]:
        """Where the browser is sent, and what it keeps meanwhile; NotReadError where the provider cannot be reached."""
        begun = Begun.new()
        return self._provider.address(begun), self._sealer.sealed(astuple(begun))

    def finish(self, kept: str, answer: Mapping[str, str]) -> Identity | None:
        """Who comes back; None where the browser kept nothing of ours, or too long; NotReadError with a code else."""
        begun = self._sealer.opened(kept)
        return self._provider.identity(Begun(*begun), answer) if begun else None
