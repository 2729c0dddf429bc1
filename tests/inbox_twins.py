"""Inboxes with one guard removed: what the tests must catch. Each docstring says what is missing."""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from threading import Thread
from typing import Any

from hsched_adapters.store.inbox import SqlInboxStore
from hsched_core.domain.inbox import Delivery, Reception, Sealed
from hsched_core.workflow.inbox import Inbox


class KnowsNothing(SqlInboxStore):
    """Does not know a repeated delivery: each gets a code of its own."""

    def seal(self, delivery: Delivery, *, is_altered: bool = False) -> Sealed:
        return replace(super().seal(delivery, is_altered=is_altered), message=secrets.token_hex(16))


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


class Stalls(Inbox):
    """A message that fails is tried again at once, until it works: nothing comes after it."""

    def drain(self, handle: Any, limit: int = 100) -> Any:
        def insist(notice: Any) -> Any:
            for _ in range(limit):
                try:
                    return handle(notice)
                except Exception:
                    continue
            raise StopIteration

        return super().drain(insist, 1)
