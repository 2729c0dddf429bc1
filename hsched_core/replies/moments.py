"""Which day, which hour, which way of meeting a client names in a yes, and whether that is the visit that a yes would be noted for.

Read from the text as it was typed: "3:30" and "12/20" are not words. What names a time in a way that is not understood fits no visit.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hsched_core.domain.vocabulary import Modality
from hsched_core.replies.words import own_words

WEEKDAYS: Mapping[str, int] = {
    **dict.fromkeys(["mon", "monday", "mondays", "lunes", "lun"], 0),
    **dict.fromkeys(["tue", "tues", "tuesday", "tuesdays", "tusday", "teusday", "martes"], 1),
    **dict.fromkeys(["wed", "weds", "wednesday", "wednesdays", "wensday", "wednsday", "miercoles", "mie"], 2),
    **dict.fromkeys(["thu", "thur", "thurs", "thursday", "thursdays", "thrusday", "jueves", "jue"], 3),
    **dict.fromkeys(["fri", "friday", "fridays", "viernes", "vie"], 4),
    **dict.fromkeys(["sat", "saturday", "saturdays", "sabado", "sab"], 5),
    **dict.fromkeys(["sun", "sunday", "sundays", "domingo", "dom"], 6),
}
MONTHS: Mapping[str, int] = {
    name: number
    for number, names in enumerate(
        (
            "january jan enero ene", "february feb febrero", "march mar marzo", "april apr abril abr", "may mayo", "june jun junio",
            "july jul julio", "august aug agosto ago", "september sept sep septiembre", "october oct octubre", "november nov noviembre",
            "december dec diciembre dic",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
NUMBERS: Mapping[str, int] = {
    **{
        word: number
        for number, word in enumerate(
            ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"], 1
        )
    },
    **{
        word: number
        for number, word in enumerate(
            ["una", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez", "once", "doce"], 1
        )
    },
}
MODALITIES: Mapping[Modality, str] = {
    Modality.PHONE: r"(?:by|over|via|on) (?:the |my )?(?:tele)?phone|phone (?:call|visit|session|appointment)|por (?:telefono|llamada)"
    r"|telefonica",
    Modality.VIDEO: r"zoom|videos?\b|video \w+|videollamada|telehealth|virtual(?:ly)?|online|facetime|en linea|google meet",
    Modality.IN_PERSON: r"in[- ]person|presencial(?:mente)?|en persona|(?:in|at|to) (?:the|your) (?:office|clinic)"
    r"|(?:en|a) (?:la|su) (?:oficina|clinica)",
}
# Times that are none: wishes, greetings, "10-4", "100 %", how long before, the sign for yes.
NO_TIME = re.compile(
    r"\b(?:good|great|nice|lovely|wonderful|happy|blessed|beautiful|safe|fun|rest of (?:your|the)) "
    r"(?:morning|afternoon|evening|night|day|week|weekend|mon|tues|wednes|thurs|fri|satur|sun)(?:day)?s?\b"
    r"|\b(?:buen[oa]?s?|bonit[oa]|lind[oa]|excelente|feliz) (?:dias?|tardes?|noches?|semana|fin de semana|fin|manana|lunes|martes"
    r"|miercoles|jueves|viernes|sabado|domingo)\b"
    r"|\b10[- ]4\b(?! ?[ap])|\b100 ?%|\b\d{1,2} ?(?:min\w*|mns) (?:early|before|antes|temprano)\b|\b24[/-]7\b|^\W*1\W*$"
    r"|\b(?:next|all) (?:steps?|of it|of us)\b|\b(?:por|for) (?:today'?s?|el|este|the) (?:reminder|text|message|recordatorio|mensaje)\b"
)
DAY = "|".join(sorted(WEEKDAYS, key=len, reverse=True))
MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
HOUR = rf"\d{{1,2}}|{'|'.join(NUMBERS)}"
NOW = (
    r"on (?:my|our|the) way|omw|otw|en route|(?:im|i am|were|we are|just|now|already) (?:here|outside|parked|parking|downstairs)|^\W*here\b"
    r"|in (?:the|your) (?:lobby|waiting room|parking lot|lot)|(?:just |i |we )(?:arrived|got here|pulled in|pulled up|checked in)"
    r"|checked in|heading (?:over|there|out|in|up)|be (?:right )?there (?:soon|shortly)|leaving now|en camino|voy (?:saliendo|llegando"
    r"|para alla|para ahi)|ya (?:llegue|llegamos|estoy|estamos|voy llegando|casi llego)|estoy (?:afuera|aqui|abajo)|estamos (?:afuera"
    r"|aqui)|en la sala|en el estacionamiento|in (?:a few|a min\w*|a sec)"
)
# One alternative for each way of naming a moment. The first that matches at a place counts.
NAMED = re.compile(
    rf"(?P<past>\b(?:yesterday|ayer|anoche|anteayer|last (?:week|month|night|time|year|{DAY})|(?:{DAY}|semana|mes) pasad[ao])\b)"
    r"|(?P<overmorrow>\b(?:day after tom+or+ow|pasado manana)\b)"
    r"|(?P<part>\b(?:in the|this|(?:por|en|de|a|esta) (?:la )?) ?(?P<which>morning|afternoon|evening|manana|tarde|noche)\b)"
    rf"|(?P<month_day>\b(?P<m1>{MONTH})\.? (?:the )?(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?\b(?! ?[ap]\.?m| (?:de )?(?:{MONTH})\b)"
    rf"|\b(?:el |the )?(?P<d2>\d{{1,2}})(?:st|nd|rd|th)? (?:de |of )?(?P<m2>{MONTH})\b)"
    r"|(?P<slashed>\b(?P<one>\d{1,2})[/-](?P<other>\d{1,2})(?:[/-]\d{2,4})?\b(?! ?[ap]\.?m))"
    rf"|(?P<weekday>\b(?:(?P<how>next|this|coming|este|esta|proximo|proxima|siguiente|otro)? ?)(?P<day>{DAY})(?P<follows> que (?:viene"
    r"|entra))?\b)"
    r"|(?P<tomorrow>\b(?:tom+or+ow?s?|tmrw?|tmw|tomm|2mor+ow?|2moro|manana)\b)"
    r"|(?P<today>\b(?:today'?s?|tonight|2day|tonite|hoy)\b)"
    r"|(?P<this_week>\b(?:this week|esta semana)\b)"
    r"|(?P<next_week>\b(?:next week|(?:la )?(?:otra|proxima|siguiente) semana|semana que (?:viene|entra))\b)"
    r"|(?P<vague>\b(?:next (?:month|year|time|one)|(?:this |the |next )?weekend|fin de semana|(?:el )?(?:proximo|otro|siguiente) mes"
    r"|mes que (?:viene|entra)|(?:in|en) (?:a|an|un|una|two|dos|three|tres|\d+) (?:weeks?|days?|months?|hours?|semanas?|dias?"
    r"|mes(?:es)?|horas?)|sometime|another (?:day|time)|otro dia|otra hora|later (?:today|this week)|mas tarde|midnight|medianoche)\b)"
    r"|(?P<noon>\b(?:noon|midday|mediodia|medio dia)\b)"
    rf"|(?P<half>\b(?:half past (?P<h3>{HOUR})|(?:a )?las? (?P<h4>{HOUR}) y media)\b)"
    rf"|(?P<hour>(?P<about>\b(?:around|about|como a|a eso de|approximately) )?"
    rf"(?P<at>\b(?:at|by|for|until|till|@|a las|a la|las|para las) |@ ?)?"
    rf"\b(?P<h>{HOUR})(?:(?P<mm>[:.h][0-5]\d)|(?P<joined>[0-5]\d))?(?:(?P<ish>ish)| ?(?P<half_day>[ap])\.?m?\b\.?"
    r"| ?(?:o'?clock|hrs?|hs|horas?|en punto))?(?![\w:]))"
    r"|(?P<day_of_month>\b(?:the |el (?:dia )?)?(?P<d3>\d{1,2})(?:st|nd|rd|th)\b)"
    rf"|(?P<month>\b(?:in|en|this|next|de) (?P<m3>{MONTH})\b)"
    rf"|(?P<now>{NOW})"
    r"|(?P<odd>\d|\b(?:quarter|thirty|fifteen|forty|cuarto|treinta|quince)\b)",
)
COUNTS = re.compile(
    r"\b(?:the|los|las|nosotr[ao]s|both|all|my) \|(?:two|dos|tres|three|four|cuatro)\b"
    r"|\|(?:one|una|un)\b|\|\w+ (?:of|kids|people|cars?|min)\b"
)
WORDED = re.compile(r"\b(?:at|by|las|la|past|around|about|@) $")  # before a number in words that is an hour, and not "one of us"
DAY_OF_MONTH = re.compile(r"\b(?:el|dia|the) $")
ABOUT = timedelta(minutes=30)
BEFORE, BEGUN = timedelta(hours=3), timedelta(hours=1)  # "on my way" is said so long before a visit, and so long after it began
PARTS: Mapping[str, tuple[int, int]] = {
    "morning": (0, 12), "manana": (0, 12), "afternoon": (12, 18), "tarde": (12, 20), "evening": (16, 24), "noche": (17, 24),
}  # fmt: skip
Fits = Callable[[datetime, datetime], bool]  # the visit's beginning and now, on the same wall clock


@dataclass(frozen=True)
class Said:
    """What a text names of a visit: each thing has to fit."""

    moments: tuple[Fits, ...] = field(default=(), repr=False)
    modalities: frozenset[Modality] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.moments or self.modalities)

    def fits(self, starts_at: datetime, now: datetime, modality: Modality | None = None) -> bool:
        """Whether a visit is all of that; both instants in the zone whose wall clock the client reads."""
        return all(fit(starts_at, now) for fit in self.moments) and self.modalities <= {modality}


def said(text: str) -> Said:
    """What a text names."""
    apart = unicodedata.normalize("NFKD", own_words(text).casefold().replace("¿", " "))
    told = "".join(one for one in apart if not unicodedata.combining(one) and one not in "'’`´")
    told = NO_TIME.sub(" ", re.sub(r"\s+", " ", told).strip())
    ways = frozenset(one for one, words in MODALITIES.items() if re.search(rf"\b(?:{words})\b", told))
    return Said(tuple(_moments(told)), ways)


def _moments(told: str) -> Iterator[Fits]:
    for found in NAMED.finditer(told):
        before = told[: found.start("h")] if found["hour"] else ""
        if found["hour"] and found["h"] in NUMBERS and not WORDED.search(before) and COUNTS.search(f"{before}|{told[found.start('h') :]}"):
            continue  # "one of us", "los dos"
        if found["hour"] and DAY_OF_MONTH.search(before) and not (found["mm"] or found["half_day"]):
            yield _on_day(int(found["h"]))
        elif kind := next((name for name in READ if found[name]), None):
            yield READ[kind](found)


def _never(_found: object) -> Fits:
    return lambda _start, _now: False


def _on_day(day: int, month: int | None = None) -> Fits:
    return lambda start, _now: start.day == day and month in (None, start.month)


def _in_days(days: int) -> Fits:
    return lambda start, now: (start.date() - now.date()).days == days


def _week(start: datetime, now: datetime) -> int:
    """How many calendar weeks lie between, counted from Monday."""
    return ((start.date() - timedelta(days=start.weekday())) - (now.date() - timedelta(days=now.weekday()))).days // 7


def _on_weekday(found: re.Match[str]) -> Fits:
    """A bare day is the nearest to come; "next Friday" the one of the week after this one."""
    weekday, next_one = WEEKDAYS[found["day"]], found["how"] in ("next", "otro") or bool(found["follows"])

    def fits(start: datetime, now: datetime) -> bool:
        days = (start.date() - now.date()).days
        return start.weekday() == weekday and (_week(start, now) == 1 if next_one else 0 <= days <= 7)

    return fits


def _at(hour: int, minute: int, half_day: str = "", about: timedelta = timedelta(0)) -> Fits:
    wanted = hour * 60 + minute

    def fits(start: datetime, _now: datetime) -> bool:
        shown = start.hour * 60 + start.minute
        if half_day:
            return abs(shown - (wanted % 720 + (720 if half_day == "p" else 0))) <= about.total_seconds() / 60
        off = abs(shown - wanted)
        return off <= about.total_seconds() / 60 or abs(off - 720) <= about.total_seconds() / 60

    return fits


def _on_hour(found: re.Match[str]) -> Fits:
    hour = NUMBERS.get(found["h"]) or int(found["h"] if found["h"].isdigit() else 0)
    minute = int((found["mm"] or "")[1:] or found["joined"] or 0)
    loose = ABOUT if found["about"] or found["ish"] else timedelta(0)
    at = _at(hour, minute, found["half_day"] or "", loose) if hour <= 23 else _never(found)
    if any(found[one] for one in ("at", "mm", "joined", "half_day", "ish")):
        return at
    return lambda start, now: at(start, now) or start.day == hour  # "Friday 13"


def _month_day(found: re.Match[str]) -> Fits:
    return _on_day(int(found["d1"] or found["d2"]), MONTHS[found["m1"] or found["m2"]])


def _slashed(found: re.Match[str]) -> Fits:
    one, other = int(found["one"]), int(found["other"])
    return lambda start, _now: {(start.month, start.day)} <= {(one, other), (other, one)}


def _part(found: re.Match[str]) -> Fits:
    first, last = PARTS[found["which"]]
    is_today = found[0].startswith(("this", "esta"))
    return lambda start, now: first <= start.hour < last and (not is_today or start.date() == now.date())


def _now(_found: re.Match[str]) -> Fits:
    return lambda start, now: start - BEFORE <= now <= start + BEGUN


READ: Mapping[str, Callable[[re.Match[str]], Fits]] = {
    "past": _never,
    "overmorrow": lambda _found: _in_days(2),
    "part": _part,
    "month_day": _month_day,
    "slashed": _slashed,
    "weekday": _on_weekday,
    "tomorrow": lambda _found: _in_days(1),
    "today": lambda _found: _in_days(0),
    "this_week": lambda _found: lambda start, now: _week(start, now) == 0,
    "next_week": lambda _found: lambda start, now: _week(start, now) == 1,
    "vague": _never,
    "noon": lambda _found: _at(12, 0, "p"),
    "half": lambda found: _at(NUMBERS.get(found["h3"] or found["h4"]) or int(found["h3"] or found["h4"]), 30),
    "hour": _on_hour,
    "day_of_month": lambda found: _on_day(int(found["d3"])),
    "month": lambda found: lambda start, _now: start.month == MONTHS[found["m3"]],
    "now": _now,
    "odd": _never,
}
