"""An answer that left through the prediction API, as it is written down before it leaves: whose risk was told to whom, and why so much."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class FeaturesFrom(StrEnum):
    """What an answer rests on."""

    STORED = "stored"  # the newest feature row of the client, perhaps of that very visit
    PAYLOAD = "payload"  # what the caller said; nothing is on record of the client


@dataclass(frozen=True, slots=True)
class Prediction:
    """One answer, by pseudonym. `client` is None where the practice knows no such client."""

    at: datetime
    asked_by: str  # the API client's name
    client: str | None
    clinician: str | None
    starts_at: datetime
    moment: str
    model_version: str
    features_from: FeaturesFrom
    probability: float
    is_flagged: bool
