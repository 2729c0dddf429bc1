"""The sections `policy:`, `waitlist:`, `reminders:`, `reschedule:`, `groups:`, `capacity:` of practice.yaml as values, guided by types.

Durations are written as people say them ("30 min", "4 h", "7 d"). Public holidays come from the `holidays` library.
"""

import re
import types
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import Any, Union, get_args, get_origin, get_type_hints

from hsched_adapters.settings import Practice
from hsched_core.domain.errors import SettingsError
from hsched_core.policy.capacity import CapacitySettings
from hsched_core.policy.practice import Closure, EscalationStep, PracticePolicy
from hsched_core.use_cases.group_settings import GroupSettings
from hsched_core.use_cases.reminders_settings import ReminderSettings
from hsched_core.use_cases.reschedule_settings import RescheduleSettings
from hsched_core.use_cases.waitlist_settings import WaitlistSettings

FILE = "practice.yaml"
STATE = "state"  # whose public holidays, beside the country's
SET_ELSEWHERE = frozenset({"practice", "zone", "holidays"})
UNITS = {"s": "seconds", "min": "minutes", "h": "hours", "d": "days"}
DURATION = re.compile(r"(\d{1,6})\s*(s|min|h|d)")
WALL_TIME = re.compile(r"([01]?\d|2[0-3]):[0-5]\d")
YEARS_AROUND = 1


class _WrongError(Exception):
    """A value is not what its key takes; says what it takes."""

    def __init__(self, takes: str, key: str = "") -> None:
        super().__init__(takes)
        self.takes, self.key = takes, key


def settable() -> tuple[str, ...]:
    """The keys of the section."""
    return (STATE, *(one.name for one in fields(PracticePolicy) if one.name not in SET_ELSEWHERE))


def policy_of(practice: Practice, now: datetime) -> PracticePolicy:
    """The practice's settings of the rules, with the public holidays of the years around now; SettingsError names file, key and remedy."""
    section = dict(practice.policy)
    unknown = sorted(str(key) for key in section.keys() - set(settable()))
    if unknown:
        raise SettingsError(
            f"{FILE}, policy has unknown keys: {', '.join(unknown)}.", f"Known are: {', '.join(settable())}. See `hsched policy show`."
        )
    state = section.pop(STATE, None)
    values = {key: _value(PracticePolicy, "policy", key, value) for key, value in section.items()}
    _check(values)
    holidays = public_holidays(practice.country, state, now.astimezone(practice.zone).year)
    return PracticePolicy(practice=practice.id, zone=practice.timezone, holidays=holidays, **values)


def waitlist_settings_of(practice: Practice) -> WaitlistSettings:
    """How the practice offers its openings."""
    known = [one.name for one in fields(WaitlistSettings)]
    if unknown := sorted(str(key) for key in practice.waitlist.keys() - set(known)):
        raise SettingsError(f"{FILE}, waitlist has unknown keys: {', '.join(unknown)}.", f"Known are: {', '.join(known)}.")
    return WaitlistSettings(**{key: _value(WaitlistSettings, "waitlist", key, value) for key, value in practice.waitlist.items()})


def reminder_settings_of(practice: Practice) -> ReminderSettings:
    """How the practice reminds."""
    known = [one.name for one in fields(ReminderSettings)]
    if unknown := sorted(str(key) for key in practice.reminders.keys() - set(known)):
        raise SettingsError(f"{FILE}, reminders has unknown keys: {', '.join(unknown)}.", f"Known are: {', '.join(known)}.")
    return ReminderSettings(**{key: _value(ReminderSettings, "reminders", key, value) for key, value in practice.reminders.items()})


def group_settings_of(practice: Practice) -> GroupSettings:
    """When a group falls short, and who is asked whether they come."""
    known = [one.name for one in fields(GroupSettings)]
    if unknown := sorted(str(key) for key in practice.groups.keys() - set(known)):
        raise SettingsError(f"{FILE}, groups has unknown keys: {', '.join(unknown)}.", f"Known are: {', '.join(known)}.")
    return GroupSettings(**{key: _value(GroupSettings, "groups", key, value) for key, value in practice.groups.items()})


def reschedule_settings_of(practice: Practice) -> RescheduleSettings:
    """How clients of the practice pick another time."""
    told, known = practice.reschedule, [one.name for one in fields(RescheduleSettings)]
    if unknown := sorted(str(key) for key in told.keys() - set(known)):
        raise SettingsError(f"{FILE}, reschedule has unknown keys: {', '.join(unknown)}.", f"Known are: {', '.join(known)}.")
    return RescheduleSettings(**{key: _value(RescheduleSettings, "reschedule", key, value) for key, value in told.items()})


def capacity_settings_of(practice: Practice) -> CapacitySettings:
    """When much is much for the practice."""
    known = [one.name for one in fields(CapacitySettings)]
    if unknown := sorted(str(key) for key in practice.capacity.keys() - set(known)):
        raise SettingsError(f"{FILE}, capacity has unknown keys: {', '.join(unknown)}.", f"Known are: {', '.join(known)}.")
    return CapacitySettings(**{key: _value(CapacitySettings, "capacity", key, value) for key, value in practice.capacity.items()})


def public_holidays(country: str, state: object, year: int) -> tuple[tuple[date, str], ...]:
    """The public holidays of the years around that one, with their names; none where the library does not know the country."""
    import holidays

    years = range(year - YEARS_AROUND, year + YEARS_AROUND + 1)
    try:
        found = holidays.country_holidays(country, subdiv=state, years=years)
    except NotImplementedError:  # how the library says that it does not know a country or a part of one
        known = holidays.list_supported_countries()
        if country not in known:
            return ()
        remedy = f"One of: {', '.join(known[country]) or 'none'}."
        raise SettingsError(f"{FILE}, policy.{STATE} is not a part of {country}.", remedy) from None
    return tuple(sorted((day, str(name)) for day, name in found.items()))


def _value(kind: type[Any], section: str, key: str, value: object) -> Any:
    try:
        return _read(get_type_hints(kind)[key], value)
    except _WrongError as wrong:
        place = ".".join(part for part in (section, key, wrong.key) if part)
        raise SettingsError(f"{FILE}, {place} is not {wrong.takes}.", "See `hsched policy show` for what it may be.") from None


def _read(kind: Any, value: object) -> Any:
    """The value as that type; lists and mappings inside it likewise."""
    if get_origin(kind) in (Union, types.UnionType):
        (inner,) = (one for one in get_args(kind) if one is not type(None))
        return None if value is None else _read(inner, value)
    if get_origin(kind) in (tuple, frozenset):
        return _many(kind, value)
    if is_dataclass(kind):
        return _record(kind, value)
    if isinstance(kind, type) and issubclass(kind, Enum):
        return _word(kind, value)
    return SIMPLE[kind](value)


def _many(kind: Any, value: object) -> Any:
    """A list; or a mapping where pairs are wanted."""
    inner = get_args(kind)[0]
    if get_origin(inner) is tuple and isinstance(value, Mapping):
        first, second = get_args(inner)
        return tuple(sorted((_read(first, name), _read(second, one)) for name, one in value.items()))
    if not isinstance(value, list):
        raise _WrongError("a list" if get_origin(inner) is not tuple else "a mapping")
    return get_origin(kind)(_read(inner, one) for one in value)


def _record(kind: Any, value: object) -> Any:
    """A mapping with the type's own fields."""
    hints, known = get_type_hints(kind), [one.name for one in fields(kind)]
    if not isinstance(value, Mapping) or value.keys() - set(known):
        raise _WrongError(f"a mapping of {', '.join(known)}")
    if missing := [one.name for one in fields(kind) if one.default is MISSING and one.name not in value]:
        raise _WrongError(f"complete: it lacks {', '.join(missing)}")
    return kind(**{name: _inside(name, hints[name], one) for name, one in value.items()})


def _inside(name: str, kind: Any, value: object) -> Any:
    try:
        return _read(kind, value)
    except _WrongError as wrong:
        raise _WrongError(wrong.takes, ".".join(part for part in (name, wrong.key) if part)) from None


def _word(kind: type[Enum], value: object) -> Enum:
    try:
        return kind(value)
    except ValueError:
        raise _WrongError(f"one of {', '.join(str(one.value) for one in kind)}") from None


def _duration(value: object) -> timedelta:
    found = DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        raise _WrongError('a duration as "30 min", "4 h" or "7 d"')
    return timedelta(**{UNITS[found[2]]: int(found[1])})


def _wall_time(value: object) -> time:
    """YAML reads a bare 21:00 as the number 1260, hence the quotes."""
    if not isinstance(value, str) or not WALL_TIME.fullmatch(value):
        raise _WrongError('a wall time in quotes, as "21:00"')
    return time.fromisoformat(value.rjust(5, "0"))


def _day(value: object) -> date:
    if not isinstance(value, date) or isinstance(value, datetime):
        raise _WrongError("a day, as 2026-01-31")
    return value


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise _WrongError("a whole number")
    return value


def _share(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise _WrongError("a number")
    return float(value)


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise _WrongError("true or false")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise _WrongError("a text (quote it)")
    return value


SIMPLE: Mapping[Any, Callable[[object], Any]] = {
    timedelta: _duration,
    time: _wall_time,
    date: _day,
    int: _whole,
    float: _share,
    bool: _flag,
    str: _text,
}


def _check(values: Mapping[str, Any]) -> None:
    """What a type alone does not say."""
    closures: tuple[Closure, ...] = values.get("closures", ())
    if any(one.last_on < one.first_on for one in closures):
        raise SettingsError(f"{FILE}, policy.closures: a closure ends before it begins.", "Swap first_on and last_on.")
    escalation: tuple[EscalationStep, ...] | None = values.get("escalation")
    if escalation is not None and not escalation:
        raise SettingsError(f"{FILE}, policy.escalation is empty: nobody would be asked.", "Name at least one role, or remove the key.")
    for name in ("max_attempts", "max_probes"):
        if values.get(name) == 0:
            raise SettingsError(f"{FILE}, policy.{name} is 0: nothing would ever be carried out.", "Write 1 or more, or remove the key.")
