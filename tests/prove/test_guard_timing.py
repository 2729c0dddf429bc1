"""Z2, the clock: whether the time of an answer tells an id of somebody else's from one nobody has. Medians and shapes."""

import random
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from scipy.stats import ks_2samp

from hsched_core.domain.contact import Channel
from hsched_core.domain.replies import InboundText
from hsched_service.desk import queue
from tests.guard_world import NOBODY, Guarded, guarded
from tests.sandbox_ehr import NOW

TRIES = 400
APART = 0.10  # of the median
CERTAIN = 1e-4  # of a difference in shape, for an alarm


def spent(ask: Callable[[str], Any], ids: dict[str, str]) -> dict[str, list[float]]:
    """Seconds of each answer, by kind of id, in an order of chance; every answer is a 404."""
    chance, found = random.Random(5), {kind: list[float]() for kind in ids}
    order = [kind for kind in ids for _ in range(TRIES)]
    chance.shuffle(order)
    for kind in order:
        start = time.perf_counter()
        status = ask(ids[kind]).status_code
        found[kind].append(time.perf_counter() - start)
        assert status == 404
    return found


def verdict(what: str, found: dict[str, list[float]]) -> tuple[float, float]:
    """How far the medians are apart, as a share; and how likely such a difference in shape is by chance."""
    theirs, nobodys = found["theirs"], found["nobodys"]
    apart = statistics.median(theirs) / statistics.median(nobodys) - 1
    by_chance = float(ks_2samp(theirs, nobodys).pvalue)
    milliseconds = 1000 * statistics.median(nobodys)
    print(f"{what}: median {milliseconds:.2f} ms of an id that nobody has, {apart:+.1%} of one that is theirs; KS p {by_chance:.3f}")
    return apart, by_chance


def theirs_of(practice: Guarded) -> dict[str, str]:
    """A colleague's case, client and reply."""
    own = practice.world.token("clinician", "PRV-0000")
    mine = {one.session.client for one in practice.visits if one.session.clinician == own}
    client = next(one.session.client for one in practice.visits if one.session.client not in mine)
    practice.world.opened.texts.keep(InboundText("7e" * 16, client, Channel.TEXT, NOW), "Friday?")
    practice.world.opened.replies.advance()
    case = next(one for one in practice.world.opened.service.desk.cases.waiting() if one.action.clinician not in (None, own))
    return {"queue": case.id, "clients": client, "replies": "7e" * 16}


def test_the_time_of_a_404_tells_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A case, a client and a reply of a colleague against none at all; and two milliseconds more would be noticed."""
    with guarded(tmp_path) as practice:
        browser = practice.browser("clinician")
        for room, theirs in theirs_of(practice).items():
            apart, _ = verdict(
                room, spent(lambda one, room=room: browser.get(f"/desk/{room}/{one}"), {"theirs": theirs, "nobodys": NOBODY})
            )
            assert abs(apart) <= APART

        found = queue._reached
        monkeypatch.setattr(
            queue, "_reached", lambda opened, visitor, case: time.sleep(0.002 * (case != NOBODY)) or found(opened, visitor, case)
        )
        slow = spent(lambda one: browser.get(f"/desk/queue/{one}"), {"theirs": theirs_of(practice)["queue"], "nobodys": NOBODY})
        apart, by_chance = verdict("queue, 2 ms slower", slow)
        assert apart > APART
        assert by_chance < CERTAIN
