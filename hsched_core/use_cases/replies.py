"""What follows from a reply. Pure: a reading and what is known of the client, in; what to do, out.

First what needs nothing but the words, and cannot wait for an EHR; then what depends on the client's visits. What can be read in two
ways is a person's: nobody is confirmed, cancelled or moved on a guess.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from hsched_core.domain.contact import Channel
from hsched_core.domain.replies import InboundText, Intent, Language, Reading, Reason
from hsched_core.domain.vocabulary import Modality
from hsched_core.replies.moments import Said
from hsched_core.replies.reading import NAMES_TIME
from hsched_core.replies.stops import ONLY

HORIZON = timedelta(days=14)  # visits further away are not what a short yes is about
SAME_DAY = timedelta(hours=12)  # "late" is for a visit that starts within this, or began as long ago as an hour
BEGAN = timedelta(hours=1)
ASKED_LATELY = timedelta(days=7)
DANGER = (("crisis.", Reason.CRISIS), ("danger.", Reason.CRISIS), ("clinical.", Reason.CLINICAL), ("unread.", Reason.UNREAD))
# Intents that a person deals with whatever the visits are.
ALWAYS_A_PERSONS = {
    Intent.CANCEL: Reason.CANCEL,
    Intent.MOVE: Reason.MOVE,
    Intent.LATE: Reason.LATE,
    Intent.QUESTION: Reason.QUESTION,
    Intent.UNCLEAR: Reason.NOT_UNDERSTOOD,
}
ABOUT_A_VISIT = frozenset({Intent.CANCEL, Intent.MOVE, Intent.LATE, Intent.CONFIRM})
NOT_THEIRS = frozenset({"opt_out.wrong_number", "opt_out.other_name"})  # somebody else has the address
ONE_ADDRESS = {Channel.TEXT: (Channel.TEXT, Channel.CALL), Channel.CALL: (Channel.TEXT, Channel.CALL)}  # one number is both
CONFIRMS_BESIDE = frozenset({Intent.CONFIRM, Intent.QUESTION, Intent.LATE})  # "yes! what's the address?"


@dataclass(frozen=True)
class Visit:
    """One of the client's visits, as the EHR has it now. `asked_at`: when they were last written to about it."""

    appointment: str
    starts_at: datetime
    is_booked: bool
    changed_at: datetime
    asked_at: datetime | None = None
    modality: Modality | None = None


@dataclass(frozen=True)
class Situation:
    """What is known of who wrote. `offers` and `standbys` are those they may still answer.

    `said` is what the words name of a visit; a yes that names something is held against it on the wall clock of `zone`: the one by
    which the client was told of the visit.
    """

    message: InboundText
    visits: Sequence[Visit] = ()
    offers: Sequence[str] = ()
    standbys: Sequence[str] = ()  # times they were told may become free
    said: Said | None = None
    zone: tzinfo = UTC


@dataclass(frozen=True)
class AtOnce:
    """What cannot wait, beside `withdrawn`: automation stopped, a person called."""

    pauses: bool
    reasons: tuple[Reason, ...]  # those that call a person
    needs_visits: bool  # whether the client's visits have a say in the rest


@dataclass(frozen=True)
class Then:
    """The rest. A reply without a reason is done."""

    reasons: tuple[Reason, ...] = ()
    visit: str = ""
    confirms: bool = False
    stands_by: str = ""  # the standby they said yes to


def with_button(pressed: Intent, words: Reading | None) -> Reading:
    """What a page's button said, beside what the client's words say, where there are any: danger in them counts as in any message."""
    rule = f"page.{pressed}"
    if words is None:
        return Reading(pressed, Language.UNKNOWN, (rule,))
    first, *also = sorted({pressed, words.intent, *words.also}, key=list(Intent).index)
    return Reading(first, words.language, (rule, *words.rules), tuple(also))


def at_once(reading: Reading) -> AtOnce:
    """From the words alone."""
    reasons = tuple(dict.fromkeys(reason for prefix, reason in DANGER if any(name.startswith(prefix) for name in reading.rules)))
    if "unclear.unreadable" in reading.rules:
        reasons = (Reason.UNREADABLE,)
    is_about_visits = bool(ABOUT_A_VISIT & {reading.intent, *reading.also})
    return AtOnce(reading.stops_automation, reasons, is_about_visits)


def is_somebody_elses(reading: Reading) -> bool:
    """Whether who wrote says that the address is not the client's (any more), and asks for nothing beyond that."""
    wishes = {name for name in reading.rules if name.startswith("opt_out.")}
    return bool(wishes) and wishes <= NOT_THEIRS


def withdrawn(reading: Reading, channel: Channel) -> tuple[Channel | None, ...]:
    """What a wish to be left alone ends: everything (None); the channels alone that are not wanted, where another one is asked for; or,
    where who wrote is not the client, what goes to that address: strangers cannot speak for the client's mailbox.
    """
    wishes = [name for name in reading.rules if name.startswith("opt_out.")]
    if wishes and all(name in ONLY for name in wishes) and f"page.{Intent.OPT_OUT}" not in reading.rules:
        return tuple(dict.fromkeys(ONLY[name] for name in wishes))
    if is_somebody_elses(reading):
        return ONE_ADDRESS.get(channel, (channel,))
    return (None,) if reading.opts_out else ()


def then(reading: Reading, situation: Situation) -> Then:
    """With what is known of the client."""
    intents = (reading.intent, *reading.also)
    reasons = [*at_once(reading).reasons, *(ALWAYS_A_PERSONS[one] for one in intents if one in ALWAYS_A_PERSONS)]
    reasons += _of_the_words(reading)
    if situation.message.client is None:
        return Then(_ordered([*reasons, *_of_a_stranger(reading, situation.message)]))
    if not ABOUT_A_VISIT & set(intents):
        return Then(_ordered(reasons))
    if Intent.CONFIRM in intents and situation.standbys and not situation.message.about:
        return _about_a_standby(reading, situation, reasons)
    found = _visit_meant(reading, situation)
    if isinstance(found, Reason):
        is_certain_to_matter = Intent.CONFIRM in intents or found is not Reason.NO_VISIT
        return Then(_ordered([*reasons, found] if is_certain_to_matter else reasons))
    is_all_read = Intent.UNCLEAR not in intents  # a yes beside something that no rule understood is noted by the person who reads it
    may_be_an_offers = Intent.CONFIRM in intents and bool(situation.offers) and not situation.message.about
    confirms = Intent.CONFIRM in intents and reading.intent in CONFIRMS_BESIDE and is_all_read and not may_be_an_offers
    if confirms and not _is_what_they_name(reading, situation, found):
        return Then(_ordered([*reasons, Reason.OTHER_TIME]), found.appointment)
    if may_be_an_offers:
        reasons.append(Reason.OFFER_OPEN)
    return Then(_ordered(reasons), found.appointment, confirms)


def _about_a_standby(reading: Reading, situation: Situation, reasons: Sequence[Reason]) -> Then:
    """A yes after a time that may become free is for it, and confirms no visit; where it may be for something else, a person asks."""
    now = situation.message.received_at
    was_asked = any(one.asked_at and now - ASKED_LATELY <= one.asked_at <= now <= one.starts_at for one in situation.visits)
    is_doubtful = Intent.UNCLEAR in reading.also or NAMES_TIME in reading.rules or reading.intent not in CONFIRMS_BESIDE
    if was_asked or situation.offers or len(situation.standbys) > 1 or is_doubtful:
        return Then(_ordered([*reasons, Reason.OFFER_OPEN]))
    return Then(_ordered(reasons), stands_by=situation.standbys[0])


def _is_what_they_name(reading: Reading, situation: Situation, visit: Visit) -> bool:
    """Whether the day, the hour and the way that a yes names are the visit's; where nobody looked, they are not."""
    if NAMES_TIME not in reading.rules:
        return True
    now, said, zone = situation.message.received_at, situation.said, situation.zone
    return said is not None and said.fits(visit.starts_at.astimezone(zone), now.astimezone(zone), visit.modality)


def _of_the_words(reading: Reading) -> list[Reason]:
    """Two words that mean two things: CANCEL by itself is a legal opt-out word, and a wrong number is a fault of the records."""
    found = []
    if "cancel.word" in reading.rules and not reading.opts_out:
        found.append(Reason.MAY_BE_OPT_OUT)
    if NOT_THEIRS & {*reading.rules}:
        found.append(Reason.WRONG_NUMBER)
    return found


def _of_a_stranger(reading: Reading, message: InboundText) -> list[Reason]:
    """Thanks from nobody need nobody; an opt-out of people who share an address was carried out for each of them."""
    if reading.intent is Intent.COURTESY or (reading.intent is Intent.OPT_OUT and not reading.also and message.sharers):
        return []
    return [Reason.SHARED_ADDRESS if message.sharers else Reason.UNKNOWN_SENDER]


def _visit_meant(reading: Reading, situation: Situation) -> Visit | Reason:
    """The one visit that can be meant, or why that is not certain."""
    if situation.message.about:
        return _visit_named(situation)
    now = situation.message.received_at
    coming = [one for one in situation.visits if now - BEGAN <= one.starts_at <= now + HORIZON]
    if reading.intent is Intent.LATE:
        return _only([one for one in coming if one.is_booked and one.starts_at <= now + SAME_DAY])
    asked = [one for one in coming if one.asked_at and now - ASKED_LATELY <= one.asked_at <= now]
    if not asked:
        return _only([one for one in coming if one.is_booked])
    meant = _only(asked)
    if isinstance(meant, Reason):
        return meant
    if not meant.is_booked:
        return Reason.VISIT_GONE
    return Reason.VISIT_CHANGED if meant.asked_at and meant.changed_at > meant.asked_at else meant


def _visit_named(situation: Situation) -> Visit | Reason:
    """The visit whose page the client was on, as long as it is what they saw there."""
    visit = next((one for one in situation.visits if one.appointment == situation.message.about and one.is_booked), None)
    if visit is None:
        return Reason.VISIT_GONE
    return Reason.VISIT_CHANGED if visit.changed_at > situation.message.received_at else visit


def _only(visits: Sequence[Visit]) -> Visit | Reason:
    if len(visits) == 1:
        return visits[0]
    return Reason.SEVERAL_VISITS if visits else Reason.NO_VISIT


def _ordered(reasons: Sequence[Reason]) -> tuple[Reason, ...]:
    order = list(Reason)
    return tuple(sorted(set(reasons), key=order.index))
