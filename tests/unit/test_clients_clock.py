"""By which wall clock a client reads hours."""

from zoneinfo import ZoneInfo

import pytest

from hsched_adapters.clients_clock import clients_clock
from hsched_core.domain.actions import Action
from hsched_core.domain.errors import UserError
from hsched_core.policy.facts import CalendarFacts

NEW_YORK, DENVER = ZoneInfo("America/New_York"), ZoneInfo("America/Denver")


class Calendar:
    """Knows one thing of every client."""

    def __init__(self, zone: str | None) -> None:
        self.zone = zone

    def facts_for(self, action: Action, key: str) -> CalendarFacts:
        if self.zone == "silent":
            raise UserError("The EHR does not answer.", "Wait.")
        assert action.touches is None
        return CalendarFacts(client_zone=self.zone)


@pytest.mark.parametrize(("known", "clock"), [("America/Denver", DENVER), (None, NEW_YORK), ("Nowhere/At_All", NEW_YORK)])
def test_it_is_the_clients_own_where_the_ehr_knows_it_and_else_the_practices(known: str | None, clock: ZoneInfo) -> None:
    assert clients_clock(lambda: Calendar(known), NEW_YORK)("a0" * 16) == clock


def test_an_ehr_that_does_not_answer_is_told() -> None:
    with pytest.raises(UserError):
        clients_clock(lambda: Calendar("silent"), NEW_YORK)("a0" * 16)
