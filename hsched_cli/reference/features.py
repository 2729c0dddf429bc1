"""The page of features: what the model sees, from the feature catalogue."""

from typing import TYPE_CHECKING

from hsched_cli.reference.markdown import document, table

if TYPE_CHECKING:
    from hsched_models.features import Feature

TITLE = "Features"
INTRODUCTION = (
    "One row per appointment and scoring moment. `known at` says when a value is settled; what was recorded later is not seen. "
    "Roles: `input` (always a model input), `demographic` (an input only where practice.yaml records the basis for using it; the switch is "
    "in brackets), `context` (watched, not read by a model), `audit` (measured against, never an input), `label`, `key`."
)


def page() -> str:
    """The whole page."""
    from hsched_models.features import CATALOGUE

    return document(TITLE, INTRODUCTION, table(["name", "role", "unit", "known at", "sensitivity", "description"], map(_row, CATALOGUE)))


def _row(one: "Feature") -> list[object]:
    role = f"{one.role} ({one.basis})" if one.basis else str(one.role)
    return [f"`{one.name}`", role, one.unit, one.known_at, one.sensitivity, one.description]
