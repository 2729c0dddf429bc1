"""By which wall clock a client reads the hours of their visits: the same as messages to them are written by."""

from collections.abc import Callable
from datetime import tzinfo

from hsched_core.domain.actions import SendMessage
from hsched_core.domain.contact import Channel, Outreach, Purpose
from hsched_core.policy.practice import zone_named
from hsched_core.ports import CalendarReader


def clients_clock(calendar: Callable[[], CalendarReader], practice: tzinfo) -> Callable[[str], tzinfo]:
    """The client's own zone where the EHR knows one, or the practice's. `UserError` where the EHR does not answer."""

    def zone_of(client: str) -> tzinfo:
        about = SendMessage(Outreach(client, Channel.TEXT, Purpose.REMINDER), "", None)
        known = calendar().facts_for(about, "").client_zone
        return (zone_named(known) if known else None) or practice

    return zone_of
