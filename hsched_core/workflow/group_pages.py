"""What the page of a group's visit says and does beyond any other visit's: a place is given up for once, and that is taken back.

Whatever becomes of the word, a person hears of it: as a proposal that waits for them, or, where a use case may only record, as a reply.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from hsched_core.domain.appointments import Appointment, AppointmentStatus
from hsched_core.domain.client_links import Act, ClientLink, acted, without
from hsched_core.domain.lifecycle import FINAL, State
from hsched_core.policy.client_pages import Standing, has_ended, may
from hsched_core.ports import Clock, PracticeReader
from hsched_core.use_cases.group_coordination import is_group
from hsched_core.workflow.client_pages import ClientPages, Told
from hsched_core.workflow.groups import GroupDesk


class GroupPages:
    """The pages of one practice's clients who are in groups; those of every other visit are as they are."""

    def __init__(self, pages: ClientPages, desk: GroupDesk, reader: Callable[[], PracticeReader], clock: Clock) -> None:
        self._pages, self._desk, self._reader, self._clock = pages, desk, reader, clock

    def look(self, link: ClientLink) -> Told:
        """The visit as it stands; `UserError` where the EHR does not answer."""
        return self._told(link, self._reader().appointment(link.visit))

    def confirm(self, link: ClientLink, shown: datetime) -> Told:
        """The client comes; whatever they said before of this time, as long as nothing was done about it."""
        visit = self._reader().appointment(link.visit) if self._desk.has_open(link.visit) else None
        last = self._desk.last_of(visit) if visit and is_group(visit.session) else None
        is_leaving = last is not None and last.state not in FINAL
        return self.still_comes(link, shown) if is_leaving else self._pages.confirm(link, shown)

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
        now = told.link or link
        if act in now.acts:
            return told
        if visit is None or told.session is None or not is_group(visit.session) or not may(now, told.standing, act):
            return self._not_now(now, act, told, visit)
        if told.session.starts_at != shown:
            return Told(Standing.MOVED, told.session, counts=False, link=now)
        return self._leave(now, visit) if act is Act.CANNOT_COME else self._stay(now, visit)

    def _not_now(self, link: ClientLink, act: Act, told: Told, visit: Appointment | None) -> Told:
        """What cannot be done any more. What stands so already is no refusal: it was said behind another link of theirs, or behind this
        one, and what followed broke off: it is done now.
        """
        if visit and (act, told.standing) == (Act.CANNOT_COME, Standing.LEAVING):
            return self._leave(link, visit)
        if (act, told.standing) == (Act.CANNOT_COME, Standing.LEFT):
            return told
        self._pages.refuse(link, act, str(told.standing))
        return replace(told, counts=False)

    def _leave(self, link: ClientLink, visit: Appointment) -> Told:
        case = self._desk.leave(visit, lambda about: self._pages.keep(link, Act.CANNOT_COME, "", about.id))
        self._pages.mark(link, Act.CANNOT_COME)
        left = Standing.LEFT if case.state is State.CONFIRMED else Standing.LEAVING
        return Told(left, visit.session, link=acted(without(link, Act.STILL_COMES), Act.CANNOT_COME))

    def _stay(self, link: ClientLink, visit: Appointment) -> Told:
        last = self._desk.last_of(visit)
        stays = last is not None and self._desk.stay(visit)
        if last and (stays or last.state not in FINAL):  # also while nobody knows whether it was carried out: if not, it is taken back
            self._pages.keep(link, Act.STILL_COMES, "", last.id)
        if not stays:
            self._pages.refuse(link, Act.STILL_COMES, "too_late")
            return replace(self.look(link), counts=False)
        self._pages.mark(link, Act.STILL_COMES)
        return Told(Standing.CONFIRMED, visit.session, link=acted(link, Act.STILL_COMES))

    def _told(self, link: ClientLink, visit: Appointment | None) -> Told:
        """As for any visit, with what the client said about their place in a group, at the time that it has now."""
        told = self._pages.told(link, visit)
        if visit is None or visit.session.client != link.client or not is_group(visit.session) or told.standing is Standing.OVER:
            return told
        no, last = self._desk.no_of(visit), self._desk.last_of(visit)
        came_back = last is not None and self._pages.is_kept(Act.STILL_COMES, last.id)
        is_over = last is None or (no is None and last.state is State.CONFIRMED)  # put back by the office: it may be said again
        past = (*([] if came_back else [Act.STILL_COMES]), *([Act.CANNOT_COME] if is_over else []))
        told = replace(told, link=without(told.link or link, *past))
        if visit.status is AppointmentStatus.CANCELLED:
            return replace(told, standing=Standing.LEFT, session=visit.session) if no else told  # by whomever: it is what they said
        if no and not (came_back and no.state in FINAL - {State.CONFIRMED}):
            left = Standing.LEFT if no.state is State.CONFIRMED else Standing.LEAVING
            return replace(told, standing=left, session=visit.session)
        return replace(told, standing=Standing.CONFIRMED) if came_back and told.standing is Standing.COMING else told
