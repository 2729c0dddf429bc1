"""What the simulated practice does by itself, in the order in which its EHR learns of it.

It is the story the daily exports tell, without their broken and repeated rows: so the same appointment has the same id, client and
fate in both, until hsched or one of its clients changes the EHR's.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np

from hsched_sandbox.columns import Ints
from hsched_sandbox.dirt import Breach, Repeat
from hsched_sandbox.ehr.authorizations import authorization_lines
from hsched_sandbox.ehr.records import Authorization
from hsched_sandbox.ehr.wishes import Wishes, wishes
from hsched_sandbox.events import Happening
from hsched_sandbox.exported_log import exported_log
from hsched_sandbox.record_sheets import registered
from hsched_sandbox.waitlist import Entries, entries
from hsched_sandbox.world import World


class Line(IntEnum):
    """What a line of the script says. The row is the number of the visit, client, entry, wish or authorization line."""

    REGISTERED = 0
    BOOKED = 1
    MOVED = 2
    CANCELLED_BY_CLIENT = 3
    CANCELLED_BY_OFFICE = 4
    ATTENDED = 5
    NO_SHOW = 6
    WAITS = 7
    PLACED = 8
    GAVE_UP = 9
    WISHES = 10
    WISH_ENDS = 11
    AUTHORIZED = 12


@dataclass(frozen=True)
class Script:
    """Lines in order of `at` (UTC seconds)."""

    world: World
    entries: Entries
    wishes: Wishes
    authorizations: tuple[Authorization, ...]
    at: Ints
    line: Ints
    row: Ints

    def between(self, since: float, until: float) -> range:
        """The numbers of the lines after the one instant, up to and with the other."""
        return range(int(np.searchsorted(self.at, since, side="right")), int(np.searchsorted(self.at, until, side="right")))


def script_of(world: World, longer: float = 1.0) -> Script:
    """The script of a world. The same world gives the same script; `longer` is a longer waitlist (`wishes`)."""
    events, _ = exported_log(world)
    made = registered(events, world)
    waiting, wished = entries(world), wishes(world, longer)
    told_at, authorizations = authorization_lines(world)
    sound = events.take((events.breach == Breach.NONE) & (events.repeated == Repeat.ONCE))
    told = sound.take(np.isin(sound.what, list(_LINES)))
    said = np.array([_LINES.get(Happening(what), 0) for what in range(len(Happening))])[told.what]
    said = np.where((told.what == Happening.CANCELLED) & ~told.by_client, Line.CANCELLED_BY_OFFICE, said)
    parts = [
        (made, np.full(len(made), Line.REGISTERED), np.arange(len(made))),
        (told.recorded, said, told.visit),
        (waiting.entered, np.full(len(waiting), Line.WAITS), np.arange(len(waiting))),
        (waiting.settled, np.where(waiting.gave_up, Line.GAVE_UP, Line.PLACED), np.arange(len(waiting))),
        (wished.entered, np.full(len(wished), Line.WISHES), np.arange(len(wished))),
        (wished.until, np.full(len(wished), Line.WISH_ENDS), np.arange(len(wished))),
        (told_at, np.full(len(told_at), Line.AUTHORIZED), np.arange(len(told_at))),
    ]
    at, line, row = (np.concatenate([part[place] for part in parts]).astype(np.int64) for place in range(3))
    order = np.lexsort((line, at))
    return Script(world, waiting, wished, authorizations, at[order], line[order], row[order])


_LINES = {
    Happening.BOOKED: Line.BOOKED,
    Happening.MOVED: Line.MOVED,
    Happening.CANCELLED: Line.CANCELLED_BY_CLIENT,
    Happening.ATTENDED: Line.ATTENDED,
    Happening.NO_SHOW: Line.NO_SHOW,
}
