"""A handful of honest features of a simulated world, and one that looks ahead: enough to ask how hard the sandbox is to predict.

Not the product's features (those go through dbt): the tests that use these judge the generator, in seconds.
"""

import numpy as np
import pandas as pd

from hsched_sandbox.timeline import DAY
from hsched_sandbox.world import End, World

SETTLED_AFTER = 4 * DAY  # by then nearly every outcome is written down
HONEST = ("lead", "session", "channel", "every", "step", "weekday", "hour", "age", "clinician", "visits", "missed", "missed_last")


def features(world: World) -> pd.DataFrame:
    """Reached visits by start: honest features as of some days before, and `client_mean`, which is taken over the whole file."""
    visits = world.visits.take((world.visits.end <= End.LATE_CANCEL) & ~np.isnan(world.visits.p_unused))
    visits = visits.take(np.lexsort((visits.number, visits.start)))
    frame = pd.DataFrame(
        {
            **{name: getattr(visits, name) for name in ("client", "start", "session", "channel", "every", "step", "hour", "clinician")},
            "unused": visits.end != End.ATTENDED,
            "lead": (visits.start - visits.booked) // DAY,
            "weekday": visits.day % 7,
            "age": world.clients.age[visits.client],
        }
    )
    return _with_history(frame).assign(client_mean=frame.groupby("client")["unused"].transform("mean"))


def _with_history(frame: pd.DataFrame) -> pd.DataFrame:
    """Visits and misses of the client whose outcome was written down by then."""
    running = frame[["client", "start", "unused"]].assign(
        known=frame["start"] + SETTLED_AFTER,
        visits=frame.groupby("client").cumcount() + 1,
        missed=frame["unused"].astype(int).groupby(frame["client"]).cumsum(),
    )
    past = running.drop(columns="start").rename(columns={"unused": "missed_last"})
    return pd.merge_asof(frame, past, left_on="start", right_on="known", by="client").fillna({"visits": 0, "missed": 0})
