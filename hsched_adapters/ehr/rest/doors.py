"""`Doors` of a practice with a REST connection. In phase shadow no write client is made, except to the practice's own rules."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from hsched_core.domain.actions import Destination
from hsched_core.domain.contact import Channel
from hsched_core.domain.rollout import Phase
from hsched_core.ports import Door


@dataclass(frozen=True)
class RestDoors:
    """`makers` make a door when it is first asked for outside shadow."""

    makers: Mapping[Destination, Callable[[], Door]]
    practice: Door
    _made: dict[Destination, Door] = field(default_factory=dict, init=False, repr=False)

    def door(self, destination: Destination, phase: Phase, channel: Channel | None = None) -> Door | None:
        if destination is Destination.PRACTICE:
            return self.practice
        if phase is Phase.SHADOW:
            return None
        if destination not in self._made:
            self._made[destination] = self.makers[destination]()
        return self._made[destination]
