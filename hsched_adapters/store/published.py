"""`Scores` over the published scores: one for each coming visit, of the moment nearest to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hsched_adapters.settings import Settings
from hsched_adapters.store.publishing import newest_of_each, open_score_store
from hsched_core.ports import Score


@dataclass(frozen=True)
class PublishedScores:
    """The scores of one practice. The store is opened for each question: it is asked once a round."""

    settings: Settings

    def coming(self, now: datetime) -> Sequence[Score]:
        store = open_score_store(self.settings)
        try:
            rows = store.coming(now)
        finally:
            store.close()
        return [Score(one["appointment_token"], one["probability"], one["model_version"]) for one in newest_of_each(rows)]

    def mark(self) -> str:
        """A name for what stands: another one whenever something is published."""
        store = open_score_store(self.settings)
        try:
            return store.mark()
        finally:
            store.close()
