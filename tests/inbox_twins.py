"""Inboxes with one guard removed: what the tests must catch. Each docstring says what is missing."""

import secrets
from collections.abc import Sequence
from contextlib import suppress
from threading import Thread

from hsched_adapters.store.inbox import SqlInboxStore
from hsched_core.domain.appointments import Notice
from hsched_core.domain.inbox import Delivery, Drained, Reception
from hsched_core.workflow.inbox import Handler, Inbox


class KnowsNothing(SqlInboxStore):
    """Does not know a repeated delivery: each gets a code of its own."""

    def _code(self, kind: bytes, source: str, *parts: bytes) -> str:
        return secrets.token_hex(32) if kind == b"message" else super()._code(kind, source, *parts)


class AnswersFirst(Inbox):
    """Acknowledges, and stores afterwards."""

    def keep(self, deliveries: Sequence[Delivery]) -> list[Reception]:
        self.later = Thread(target=self._later, args=(deliveries,), daemon=True)
        self.later.start()
        return [Reception.KEPT for _ in deliveries]

    def _later(self, deliveries: Sequence[Delivery]) -> None:
        try:
            super().keep(deliveries)
        except Exception:
            return


class Stubborn(Inbox):
    """Tries a message that fails again at once, as often as it may: nothing comes after it meanwhile."""

    def drain(self, handle: Handler, limit: int = 100) -> Drained:
        def insist(notice: Notice) -> str | None:
            for _ in range(limit):
                with suppress(Exception):
                    return handle(notice)
            return handle(notice)

        return super().drain(insist, 1)
