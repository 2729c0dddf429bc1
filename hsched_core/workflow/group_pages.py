"""What the page of a group's visit says and does beyond any other visit's: a place is given up for once, and that is taken back.

Whatever becomes of the word, a person hears of it: as a proposal that waits for them, or, where a use case may only record, as a reply.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from hsched_core.domain.appointments import Appointment, AppointmentStatus
from hsched_core.domain.client_links import Act, ClientLink
from hsched_core.domain.lifecycle import FINAL, State
from hsched_core.policy.client_pages import Standing, has_ended, may
from hsched_core.ports import Clock, PracticeReader
from hsched_core.use_cases.group_coordination import is_group
from hsched_core.workflow.client_pages import ClientPages, Told
from hsched_core.workflow.groups import GroupDesk, is_in_hand


class GroupPages:
    """The pages of one practice's clients who are in groups; those of every other visit are as they are."""

    def __init__(self, pages: ClientPages, desk: GroupDesk, reader: Callable[[], PracticeReader], clock: Clock) -> None:
        self._pages, self._desk, self._reader, self._clock = pages, desk, reader, clock

    def look(self, link: ClientLink) -> Told:
        """The visit as it stands; `UserError` where the EHR does not answer."""
        return self._told(link, self._reader().appointment(link.visit))

    def confirm(self, link: ClientLink, shown: datetime) -> Told:
        """The client comes; whatever they said before, as long as nothing was done about it."""
        return self.still_comes(link, shown) if self._desk.is_leaving(link.visit) else self._pages.confirm(link, shown)

    def cannot_come(self, link: ClientLink, shown: datetime) -> Told:
        """The client gives up their place at the time that the page showed, and no other time. The same again changes nothing."""
        return self._say(link, Act.CANNOT_COME, shown)

    def still_comes(self, link: ClientLink, shown: datetime) -> Told:
        """They take that back, as long as nothing was done yet."""
        return self._say(link, Act.STILL_COMES, shown)

    def _say(self, link: ClientLink, act: Act, shown: datetime) -> Told:
        if has_ended(link, self._clock.now()):
            self._pages.refuse(link, act, "ended")
            return Told(Standing.OVER, counts=False)
        visit = self._reader().appointment(link.visit)
        told = self._told(link, visit)
        if act in link.acts:
            return told
        if visit is None or told.session is None or not is_group(visit.session) or not may(link, told.standing, act):
            return self._not_now(link, act, told)
        if told.session.starts_at != shown:
            return Told(Standing.MOVED, told.session, counts=False)
        return self._leave(link, visit) if act is Act.CANNOT_COME else self._stay(link, visit)

    def _not_now(self, link: ClientLink, act: Act, told: Told) -> Told:
        """What cannot be done any more; what stands so already, behind another link of theirs, is no refusal."""
        stands_so = (act, told.standing) in {(Act.CANNOT_COME, Standing.LEAVING), (Act.CANNOT_COME, Standing.LEFT)}
        if stands_so:
            return told
        self._pages.refuse(link, act, str(told.standing))
        return Told(told.standing, told.session, counts=False)

    def _leave(self, link: ClientLink, visit: Appointment) -> Told:
        case = self._desk.leave(visit)
        if not is_in_hand(case):
            self._pages.keep(link, Act.CANNOT_COME)
        self._pages.mark(link, Act.CANNOT_COME)
        return Told(Standing.LEFT if case.state is State.CONFIRMED else Standing.LEAVING, visit.session)

    def _stay(self, link: ClientLink, visit: Appointment) -> Told:
        if not self._desk.stay(visit):
            self._pages.refuse(link, Act.STILL_COMES, "too_late")
            told = self.look(link)
            return Told(told.standing, told.session, counts=False)
        self._pages.keep(link, Act.STILL_COMES)
        self._pages.mark(link, Act.STILL_COMES)
        return Told(Standing.CONFIRMED, visit.session)

    def _told(self, link: ClientLink, visit: Appointment | None) -> Told:
        """As for any visit, with what the client said about their place in a group."""
        told = self._pages.told(link, visit)
        if visit is None or visit.session.client != link.client or not is_group(visit.session) or told.standing is Standing.OVER:
            return told
        no = self._desk.no_of(visit)
        if visit.status is AppointmentStatus.CANCELLED:
            return Told(Standing.LEFT, visit.session) if no else told  # by whomever: it is what they said
        came_back = Act.STILL_COMES in link.acts
        if no and not (came_back and no.state in FINAL - {State.CONFIRMED}):
            return Told(Standing.LEFT if no.state is State.CONFIRMED else Standing.LEAVING, visit.session)
        return replace(told, standing=Standing.CONFIRMED) if came_back and told.standing is Standing.COMING else told
