"""A daemon killed at random moments, with everything it started: nothing runs twice, nothing is skipped. Some fifteen minutes."""

import os
import random
import signal
import time
from collections import Counter
from pathlib import Path

from benchmarks.live_practice import Live, Size, live_practice, running, wait_for
from hsched_adapters.store.audit.examination import examine
from hsched_cli.processes import Running, start, stop
from hsched_core.domain.lifecycle import State
from hsched_pipelines.home import open_instance

KILLS = 30


def test_a_daemon_killed_at_random_moments_skips_and_doubles_nothing(tmp_path: Path) -> None:
    """Cancellations come while it lives, dies and starts again; at the end each opening was offered once, no run key used twice."""
    survive(tmp_path, KILLS)


def survive(home: Path, kills: int) -> None:
    """A cancellation for each kill; at the end, a daemon that lives."""
    chance = random.Random(20261126)
    with live_practice(home, Size(visits=40, waiting=60, patience=5.0, speed=30.0)) as live, running(live.service()):
        workspace = live.light_workspace()
        for number in range(kills):
            daemon = start(live.daemon(workspace))
            time.sleep(chance.uniform(0, 4))
            live.cancel(number)
            time.sleep(chance.uniform(4, 20))
            kill_all(daemon)
        daemon = start(live.daemon(workspace))
        try:
            wait_for(300, "every opening is offered, or a person was asked", lambda: settled(live, kills), pause=2)
            time.sleep(20)
        finally:
            stop(daemon)
            told = standing(live)
            print(f"\n{kills} kills and cancellations; cases {told}; {len(live.messages())} messages")
        report(live, kills, told.get(State.NEEDS_PERSON, 0))


def kill_all(daemon: Running) -> None:
    """SIGKILL to the daemon, its code servers and the runs it forked."""
    os.killpg(daemon.process.pid, signal.SIGKILL)
    daemon.process.wait()


def settled(live: Live, kills: int) -> bool:
    """Nothing is under way, and each opening was offered or is a person's: three attempts that died are."""
    told = standing(live)
    under_way = told.keys() & {State.EXECUTING, State.UNKNOWN, State.APPROVED}
    return not under_way and len(live.messages()) + told.get(State.NEEDS_PERSON, 0) >= kills


def standing(live: Live) -> Counter[State]:
    """How many cases stand where."""
    with live.open().path_store.looking() as state:
        return Counter(case.state for case in state.open_cases(*State))


def report(live: Live, kills: int, asked: int) -> None:
    """Print and check the zeros, each with its bound: zero of N is, with 95 % confidence, a rate below 3/N."""
    sent = Counter(message.external_reference for message in live.messages())
    with open_instance(live.settings.paths) as instance:
        keys = Counter(
            (run.tags.get("dagster/sensor_name"), run.tags["dagster/run_key"])
            for run in instance.get_runs()
            if "dagster/run_key" in run.tags
        )
    settings = live.settings
    found = examine(settings.store_url, settings.practice.id, settings.checkpoints_file, settings.paths.public_keys)
    doubled, runs_doubled = sum(count > 1 for count in sent.values()), sum(count > 1 for count in keys.values())
    skipped = max(0, kills - len(sent) - asked)
    print(f"{len(sent)} offers, {asked} given to a person, {sum(keys.values())} runs with a key")
    print(f"skipped {skipped}, doubled offers {doubled}, doubled run keys {runs_doubled}; bound {3 / kills:.0%}")
    assert (skipped, doubled, runs_doubled) == (0, 0, 0)
    assert found.holds
