"""Which days a run is about and whether it must train first. Pure: the present and the practice are arguments."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from hsched_core.domain.errors import InputError
from hsched_core.domain.time import days_between

TRAIN_AGAIN_AFTER = timedelta(days=7)
# A score of day D looks at visits from D+1 on; an imported file's last day must lie a day beyond that to have a "tomorrow".
DAYS_BEFORE_THE_END = 2


@dataclass(frozen=True)
class DayPlan:
    """Records are extracted up to `day`; scores are made for each of `scored`."""

    day: date
    scored: tuple[date, ...]


def plan_days(first_day: date, last_day: date | None, today: date, asked: date | None, count: int) -> DayPlan:
    """The day asked for, or the newest that makes sense, and the days before it that are scored with it."""
    day = asked or newest_day(first_day, last_day, today)
    _check_day(day, first_day, last_day, today)
    first_scored = max(first_day, day - timedelta(days=count - 1))
    return DayPlan(day, tuple(days_between(first_scored, day)))


def newest_day(first_day: date, last_day: date | None, today: date) -> date:
    """Yesterday; in a file that has ended, the last day that still has coming visits."""
    yesterday = today - timedelta(days=1)
    if last_day is None:
        return yesterday
    return max(first_day, min(yesterday, last_day - timedelta(days=DAYS_BEFORE_THE_END)))


def _check_day(day: date, first_day: date, last_day: date | None, today: date) -> None:
    newest = min(today - timedelta(days=1), last_day or date.max)
    if not first_day <= day <= newest:
        raise InputError(f"{day} has no records.", f"Choose a day from {first_day} to {newest}.")


def days_without(first: date, last: date, present: Sequence[set[str]]) -> list[date]:
    """Days from first to last that are missing from at least one of the sets of ISO days."""
    return [day for day in days_between(first, last) if not all(day.isoformat() in days for days in present)]


def spans(days: Sequence[date]) -> Iterator[tuple[date, date]]:
    """Unbroken stretches of sorted days, as first and last: each is one run."""
    starts = [number for number, day in enumerate(days) if number == 0 or day - days[number - 1] > timedelta(days=1)]
    for start, end in zip(starts, [*starts[1:], len(days)], strict=False):  # without days there is an end and no start
        yield days[start], days[end - 1]


def newest_day_of(names: Sequence[str]) -> date | None:
    """The newest of a folder's files named by day; None where there is none."""
    return max((date.fromisoformat(name) for name in names), default=None)


def training_reason(trained_at: Sequence[datetime | None], now: datetime) -> str | None:
    """Why a training is due, from the champions' promotion times; None where it is not."""
    known = [instant for instant in trained_at if instant is not None]
    if not known:
        return "there is no champion yet"
    age = now - min(known)
    return f"the champion is {age.days} days old" if age > TRAIN_AGAIN_AFTER else None
