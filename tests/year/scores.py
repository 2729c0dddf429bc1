"""Risks as a practice could know them: a logistic model of what stands in its records, trained on the year before.

It has the parts of the shipped recipe that are cheap (logistic regression, the client's own record shrunk to the mean), not the recipe
itself: its feature store takes minutes of every day. Nothing of the truth, no protected attribute and no payer is an input.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from hsched_core.domain.sessions import Session
from hsched_core.domain.vocabulary import Modality, SessionType
from tests.year.town import Town, number

SETTLED_AFTER = timedelta(days=4)  # by then an outcome is written down
PRIOR_VISITS = 4.0  # how many visits the mean counts for in a client's own rate
LEAST_HISTORY = timedelta(days=60)  # of the year before: the first weeks train nothing


@dataclass
class Histories:
    """What each client did so far, as it is written down."""

    town: Town
    of: dict[str, list[tuple[datetime, bool]]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        """Before the year: as under usual care."""
        unused = self.town.usual_unused
        for row in np.argsort(self.town.world.visits.start, kind="stable").tolist():
            if self.town.is_kept[row] and self.town.start[row] < self.town.begins:
                self.add(self.town.sessions[row], bool(unused[row]))

    def add(self, session: Session, missed: bool) -> None:
        self.of[session.client].append((session.starts_at, missed))

    def features(self, session: Session, booked: datetime, at: datetime, usual: float) -> list[float]:
        """What is known of a visit at that moment."""
        known = [missed for start, missed in self.of.get(session.client, ()) if start + SETTLED_AFTER <= at]
        rate = (sum(known) + PRIOR_VISITS * usual) / (len(known) + PRIOR_VISITS)
        start = session.starts_at.astimezone(self.town.zone)
        clinician = [0.0] * self.town.setting.clinicians
        clinician[number(session.clinician)] = 1.0
        kind = session.session_type
        return [
            float(kind is SessionType.INTAKE),
            float(kind is SessionType.GROUP),
            float(kind is SessionType.MEDICATION),
            float(session.modality is Modality.VIDEO),
            float(session.modality is Modality.PHONE),
            float(len(known) <= 2),
            np.log(rate / (1 - rate)),
            float(bool(known) and known[-1]),
            (session.starts_at - booked) / timedelta(days=7) if kind is SessionType.INTAKE else 0.0,
            float(self.town.world.clients.age[number(session.client)]) / 10,
            float(start.hour),
            float(start.weekday() == 4),
            float(start.month in (11, 12)),
            *clinician,
        ]


class Model:
    """Trained once, before the first day."""

    def __init__(self, town: Town) -> None:
        self.town = town
        visits, first = town.world.visits, min(town.start)
        rows = [
            row
            for row in np.argsort(visits.start).tolist()
            if town.is_kept[row] and first + LEAST_HISTORY < town.start[row] < town.begins - SETTLED_AFTER
        ]
        unused = town.usual_unused[rows]
        self.usual = float(unused.mean())
        histories = Histories(town)
        known = [histories.features(town.sessions[row], town.booked[row], town.start[row] - timedelta(days=3), self.usual) for row in rows]
        self._fitted = make_pipeline(StandardScaler(), LogisticRegression(C=0.3, max_iter=500)).fit(np.array(known), unused)

    def risks(self, histories: Histories, visits: list[tuple[Session, datetime]], at: datetime) -> list[float]:
        """The chance that each goes unused, as far as that can be known then."""
        if not visits:
            return []
        known = np.array([histories.features(session, booked, at, self.usual) for session, booked in visits])
        found: list[float] = self._fitted.predict_proba(known)[:, 1].tolist()
        return found
