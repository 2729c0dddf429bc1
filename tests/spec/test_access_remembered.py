"""What others said about themselves is kept for an hour, used for a day where they do not answer, and asked for by one thread."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from hsched_adapters.access.remembered import (
    KEEP_SECONDS,
    LONGEST_SECONDS,
    RELOAD_SECONDS,
    NotNowError,
    Remembered,
    SignInRefusedError,
)
from hsched_core.domain.access import TOO_LONG_AGO


class Source:
    """What is read, and a clock."""

    def __init__(self) -> None:
        self.seconds, self.read, self.says = 1000.0, 0, "first"

    def __call__(self) -> str:
        self.read += 1
        if not self.says:
            raise SignInRefusedError("provider_not_reached")
        return self.says


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def kept(source: Source) -> Remembered[str]:
    return Remembered(source, lambda: source.seconds)


def test_what_is_known_is_kept_for_an_hour(source: Source, kept: Remembered[str]) -> None:
    """And for half a minute where somebody wants it new."""
    found = [kept.value()]
    source.says = "second"
    found += [kept.value(is_new_wanted=True)]
    source.seconds += RELOAD_SECONDS
    found += [kept.value(), kept.value(is_new_wanted=True)]
    source.says = "third"
    source.seconds += KEEP_SECONDS
    found += [kept.value()]

    assert (found, source.read) == (["first", "first", "first", "second", "third"], 3)


def test_a_failure_is_remembered(source: Source, kept: Remembered[str]) -> None:
    """For half a minute, by its word."""
    source.says = ""
    codes = []
    for _ in range(3):
        with pytest.raises(SignInRefusedError) as refused:
            kept.value()
        codes.append(refused.value.code)
    read, source.says = source.read, "first"
    source.seconds += RELOAD_SECONDS

    assert (codes, read, kept.value()) == (["provider_not_reached"] * 3, 1, "first")


def test_what_was_known_stays_in_use_where_it_cannot_be_read_again(source: Source, kept: Remembered[str]) -> None:
    """Tokens that no key fits do not make it read at each of them."""
    kept.value()
    source.says = ""
    source.seconds += KEEP_SECONDS
    found = [kept.value(is_new_wanted=True) for _ in range(5)]

    assert (found, source.read) == (["first"] * 5, 2)


def test_what_was_known_is_good_for_a_day_and_then_for_nobody(source: Source, kept: Remembered[str]) -> None:
    """A key that was withdrawn does not vouch for ever where its owner cannot be heard; a day on, a reading that works mends it."""
    kept.value()
    source.says = ""
    source.seconds += LONGEST_SECONDS - 1
    last, read = kept.value(), source.read
    source.seconds += 1
    codes = []
    for _ in range(2):  # the first is within half a minute of a failed reading
        with pytest.raises(SignInRefusedError, match="older than a day and could not be read again") as refused:
            kept.value()
        codes.append(refused.value.code)
        source.seconds += RELOAD_SECONDS
    source.says = "second"

    assert (last, codes, source.read - read) == ("first", [TOO_LONG_AGO] * 2, 1)
    assert kept.value() == "second"


def test_after_a_weekend_who_comes_while_they_are_read_again_is_only_early() -> None:
    """Nobody wanted them for days, and nothing failed: the second person is asked to come again, not told that keys are lost."""
    present, told = [0.0], list[str]()

    def read() -> str:
        if present[0]:
            with pytest.raises(NotNowError) as early:
                kept.value()
            told.append(early.value.code)
        return "keys"

    kept = Remembered(read, lambda: present[0])
    kept.value()
    present[0] = 3 * LONGEST_SECONDS

    assert (kept.value(), told) == ("keys", ["provider_busy"])


def test_who_was_not_read_for_a_moment_is_asked_in_the_next(source: Source) -> None:
    """Somebody else was reading what this needs: that is no failure to remember."""
    busy = [True]

    def read() -> str:
        if busy.pop():
            raise NotNowError("provider_busy")
        return "first"

    kept = Remembered(read, lambda: source.seconds)
    with pytest.raises(NotNowError):
        kept.value()
    busy.append(False)

    assert kept.value() == "first"


def test_whoever_comes_while_it_is_read_gets_what_was_known(source: Source) -> None:
    """At once."""
    is_inside, may_end = Event(), Event()

    def read() -> str:
        if source.read:
            is_inside.set()
            may_end.wait(5)
        return source()

    kept = Remembered(read, lambda: source.seconds)
    kept.value()
    source.seconds, source.says = source.seconds + KEEP_SECONDS, "second"
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(kept.value)
        is_inside.wait(5)
        meanwhile = [kept.value(), kept.value(is_new_wanted=True)]
        may_end.set()

        assert (meanwhile, slow.result()) == (["first", "first"], "second")
