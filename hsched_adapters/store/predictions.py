"""The access log of predictions: a row an answer, and of all rows of one commit an audit entry that holds their hash.

So the trail proves every row, and a thousand answers a second cost one entry for each flush of the disk. `check` compares both.
"""

import hashlib
import json
import secrets
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from hsched_adapters.store.audit.bodies import as_text
from hsched_adapters.store.audit.trail import AuditTrail, Recording
from hsched_adapters.store.schema import api_clients, audit, predictions
from hsched_adapters.store.straight import Straight
from hsched_core.domain.audit import AuditEntry
from hsched_core.domain.predictions import Prediction

MADE = "predictions.made"
SUBJECT = "predictions:"
# Built once: every commit begins and ends with these.
STANDING = Straight(
    sa.select(api_clients.c.name).where(api_clients.c.practice == sa.bindparam("whose"), api_clients.c.revoked_at.is_(None))
)
INSERT = Straight(predictions.insert().values({column.name: sa.bindparam(column.name) for column in predictions.c}))
Answers = Sequence[Prediction]  # what one request asked for


@dataclass(frozen=True)
class Checked:
    """What `check` looked at, and the groups (by id) that are not what the trail says of them."""

    groups: int
    rows: int
    wrong: tuple[str, ...]


class PredictionLog:
    """The access log of one practice."""

    def __init__(self, trail: AuditTrail) -> None:
        self._trail = trail

    def keep(self, requests: Sequence[Answers]) -> Sequence[bool]:
        """Write down what is about to be answered, all in one transaction; False for requests of a client revoked meanwhile."""
        with self._trail.writing() as recording:
            revoked = self._revoked(recording, {one.asked_by for request in requests for one in request})
            groups: dict[str, list[Prediction]] = defaultdict(list)
            for request in requests:
                for one in request:
                    if one.asked_by not in revoked:
                        groups[one.asked_by].append(one)
            for asked_by, group in groups.items():
                self._keep(recording, asked_by, group)
            if not groups:
                recording.idle()
        return [all(one.asked_by not in revoked for one in request) for request in requests]

    def check(self) -> Checked:
        """Compare every row with the trail's entries: none missing, none changed, none added."""
        told = sa.select(audit.c.subject, audit.c.body).where(audit.c.practice == self._trail.practice, audit.c.kind == MADE)
        ours = sa.select(predictions).where(predictions.c.practice == self._trail.practice)
        kept: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
        with self._trail.reading() as connection:
            entries = {row.subject.removeprefix(SUBJECT): json.loads(row.body) for row in connection.execute(told)}
            for row in connection.execute(ours.order_by(predictions.c.batch, predictions.c.place)).mappings():
                kept[row["batch"]].append(dict(row))
        wrong = {batch for batch, body in entries.items() if (len(kept[batch]), _hash(kept[batch])) != (body["count"], body["rows_hash"])}
        return Checked(len(entries), sum(map(len, kept.values())), tuple(sorted(wrong | (kept.keys() - entries.keys()))))

    def _revoked(self, recording: Recording, names: set[str]) -> set[str]:
        return names - {name for (name,) in STANDING.run(recording.connection, {"whose": self._trail.practice})}

    def _keep(self, recording: Recording, asked_by: str, group: Sequence[Prediction]) -> None:
        batch = secrets.token_hex(16)
        rows = [{"practice": self._trail.practice, "batch": batch, "place": place, **_row(one)} for place, one in enumerate(group)]
        INSERT.run(recording.connection, *rows)
        body = {"count": len(rows), "rows_hash": _hash(rows)}
        recording.record(AuditEntry(group[-1].at, f"api-client:{asked_by}", MADE, SUBJECT + batch, body))


def _row(one: Prediction) -> dict[str, Any]:
    return {
        "at": as_text(one.at),
        "asked_by": one.asked_by,
        "client": one.client,
        "clinician": one.clinician,
        "starts_at": one.starts_at,
        "moment": one.moment,
        "model_version": one.model_version,
        "features_from": str(one.features_from),
        "probability": one.probability,
        "is_flagged": one.is_flagged,
    }


def _hash(rows: Sequence[Mapping[str, Any]]) -> str:
    """Over everything but where the rows stand."""
    content = [
        [
            row["at"], row["asked_by"], row["client"], row["clinician"], as_text(row["starts_at"]), row["moment"], row["model_version"],
            row["features_from"], repr(float(row["probability"])), bool(row["is_flagged"]),
        ]
        for row in rows
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(content, separators=(",", ":")).encode()).hexdigest()
