"""Calls about openings that nobody took in writing: whom staff are asked to ring, within the day's number and the office's hours."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from hsched_core.domain.actions import OfferSlot
from hsched_core.domain.case import Case
from hsched_core.domain.contact import Channel, Purpose
from hsched_core.domain.lifecycle import FINAL, MAY_HAVE_HAPPENED
from hsched_core.domain.offers import OfferState, OpeningRecord
from hsched_core.domain.openings import OpeningState
from hsched_core.domain.proposal import Proposal
from hsched_core.domain.time import day_start, local_day
from hsched_core.domain.waiting import WaitingClient
from hsched_core.policy.reach import reachable
from hsched_core.ports import DeskTransaction
from hsched_core.use_cases.waitlist import Facts, Outlook, askable
from hsched_core.use_cases.waitlist_calls import for_calls, likeliest
from hsched_core.workflow.desk import Tools, client_of

A_DAY, HOUR = timedelta(days=1), timedelta(hours=1)
NO_CASE = ""
WORKING_DAYS = range(5)  # from Monday on
# A call in one of these was never anybody's work.
NO_CALL = FINAL - MAY_HAVE_HAPPENED


class OfferCalls:
    """Calls about openings, of one practice."""

    def __init__(self, tools: Tools) -> None:
        self._with = tools

    def wanted(self, facts: Facts, records: Sequence[OpeningRecord], outlook: Mapping[str, Outlook]) -> list[Proposal]:
        """Offers by phone that are to be proposed now. `facts` are those of a round in which nobody is asked in writing."""
        if not self._is_hour(facts.now):
            return []
        over = [one for one in records if self._is_stuck(one, facts, outlook)]
        with self._with.store.transaction() as tx:
            silent = {(one.id, client) for one in over for client in _silent(tx, one)} if facts.settings.calls_again else set()
        by_phone = for_calls(facts, {one.id for one in over}, silent)
        asked = askable(by_phone)
        if not asked:
            return []
        with self._with.store.transaction() as tx:
            room = self.room(tx, facts.now)
            if not room:
                return []
            waiting = tuple(self._by_phone(tx, one, facts.now) if one.client in asked else one for one in by_phone.waiting)
        return likeliest(replace(by_phone, waiting=waiting), room)

    def room(self, tx: DeskTransaction, now: datetime) -> int:
        """How many more calls staff may be asked for now."""
        return max(0, self._with.settings.calls_per_day - self._asked_today(tx, now)) if self._is_hour(now) else 0

    def within_the_day(self, chosen: Sequence[Proposal], now: datetime) -> list[Proposal]:
        """The same proposals without calls that nobody has time for any more; the next round asks in writing."""
        if not any(_is_call(one) for one in chosen):
            return list(chosen)
        with self._with.store.transaction() as tx:
            room = self.room(tx, now)
        extra = [one for one in chosen if _is_call(one)][room:]
        return [one for one in chosen if one not in extra]

    def _is_hour(self, now: datetime) -> bool:
        """Whether somebody is there to call: in the hours, Monday to Friday, on no holiday of the practice."""
        settings, policy = self._with.settings, self._with.policy
        local = now.astimezone(ZoneInfo(policy.zone))
        holidays = {day for day, _ in policy.holidays} - policy.open_on
        is_open = local.weekday() in WORKING_DAYS and local.date() not in holidays
        return settings.calls_per_day > 0 and is_open and settings.call_from_hour <= local.hour < settings.call_until_hour

    @staticmethod
    def _is_stuck(record: OpeningRecord, facts: Facts, outlook: Mapping[str, Outlook]) -> bool:
        """Whether nobody is left who could be asked in writing, or it is too near to wait for them; and no offer is out."""
        if outlook[record.id] is Outlook.PASSED or any(one.opening == record.id for one in facts.live):
            return False
        is_near = record.opening.starts_at - facts.now <= facts.settings.near_hours * HOUR
        return outlook[record.id] is Outlook.NOBODY or is_near

    def _by_phone(self, tx: DeskTransaction, one: WaitingClient, now: datetime) -> WaitingClient:
        known = tx.contact_facts(one.client, NO_CASE)
        found = reachable(one.client, (Channel.CALL,), Purpose.OFFER, known, self._with.policy, now, zone=one.zone, safe=one.safe)
        return replace(
            one, channel=Channel.CALL, can_be_reached=found is not None, not_before=found.at if found and found.at > now else None
        )

    def _asked_today(self, tx: DeskTransaction, now: datetime) -> int:
        """Calls about openings that staff were asked for since the practice's midnight."""
        zone = ZoneInfo(self._with.policy.zone)
        today = day_start(local_day(now, zone), zone)
        records = tx.openings(*OpeningState, after=now - A_DAY)
        return sum(_counts(case, today) for one in records for case in _calls(tx, one))


def _counts(case: Case, today: datetime) -> bool:
    return case.state not in NO_CALL and (case.since >= today or case.state not in FINAL)


def _calls(tx: DeskTransaction, record: OpeningRecord) -> Iterator[Case]:
    """Offers of the opening by phone, whatever became of them."""
    return (case for case in tx.cases_about(record.id) if _is_call(case))


def _is_call(one: Case | Proposal) -> bool:
    return isinstance(one.action, OfferSlot) and one.action.channel is Channel.CALL


def _silent(tx: DeskTransaction, record: OpeningRecord) -> set[str]:
    """Clients who were asked in writing since the time became free, did not answer, and were not called about it."""
    said_nothing = {
        one.client for one in tx.offers(record.id) if one.state is OfferState.EXPIRED and one.sent_at >= record.opening.opened_at
    }
    return said_nothing - {client_of(case) for case in _calls(tx, record)}
