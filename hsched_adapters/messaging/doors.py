"""`Doors` in which each channel has its own way out; channels without one, and everything else, leave as before."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from hsched_core.domain.actions import Destination
from hsched_core.domain.contact import Channel
from hsched_core.domain.rollout import Phase
from hsched_core.ports import Door, Doors


@dataclass(frozen=True)
class ChannelDoors:
    """`makers` make a channel's door when it is first asked for outside shadow. `below` has all the others."""

    below: Doors
    makers: Mapping[Channel, Callable[[], Door]]
    _made: dict[Channel, Door] = field(default_factory=dict, init=False, repr=False)

    def door(self, destination: Destination, phase: Phase, channel: Channel | None = None) -> Door | None:
        if destination is not Destination.MESSAGES or phase is Phase.SHADOW or channel is None or channel not in self.makers:
            return self.below.door(destination, phase, channel)
        if channel not in self._made:
            self._made[channel] = self.makers[channel]()
        return self._made[channel]
