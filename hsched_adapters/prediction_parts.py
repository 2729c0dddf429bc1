"""What the prediction API needs of a practice: who may ask, what is known of clients, where answers are written down."""

from collections.abc import Set
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING

from hsched_adapters.store.api_clients import SqlApiClients
from hsched_adapters.store.predictions import PredictionLog
from hsched_adapters.store.publishing import ScoreStore, open_score_store
from hsched_core.domain.vocabulary import SessionType

if TYPE_CHECKING:
    from hsched_adapters.assembly import OpenPractice

SUFFIXES = ("_therapy", "_management", "_session", "_visit", "_appointment")


class PredictionParts:
    """Parts of the prediction API of one practice."""

    def __init__(self, opened: "OpenPractice") -> None:
        self._opened = opened

    @cached_property
    def api_clients(self) -> SqlApiClients:
        """Programs that may ask."""
        return SqlApiClients(self._opened.audit, self._opened.clock)

    @cached_property
    def log(self) -> PredictionLog:
        """Where every answer is written down before it leaves."""
        return PredictionLog(self._opened.audit)

    @cached_property
    def published(self) -> ScoreStore:
        """The newest feature rows and scores."""
        return open_score_store(self._opened.settings)

    def session_type(self, word: str) -> SessionType | None:
        """What the EHR's word for a kind of visit means: by the connection's profile, else by our own words; None: nobody knows."""
        practice = self._opened.practice
        found = self._opened.connector.profile.ours(SessionType, word) if practice.connection else None
        return found or plain_session_type(word)

    def holidays(self, now: datetime) -> Set[date]:
        """The country's public holidays of the years around now, as the feature tables know them."""
        from hsched_adapters.policy_file import public_holidays

        practice = self._opened.practice
        return frozenset(day for day, _ in public_holidays(practice.country, None, now.astimezone(practice.zone).year))


def plain_session_type(word: str) -> SessionType | None:
    """`INDIVIDUAL_THERAPY`, `individual therapy` and `Individual` alike."""
    plain = word.strip().lower().replace(" ", "_").replace("-", "_")
    for suffix in SUFFIXES:
        plain = plain.removesuffix(suffix)
    return SessionType(plain) if plain in {str(one) for one in SessionType} else None
