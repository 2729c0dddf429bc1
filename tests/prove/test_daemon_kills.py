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

CANCELLATIONS, KILLS = 30, 30
UPPER_BOUND = 3 / CANCELLATIONS  # zero of N: with 95 % confidence the rate is below 3/N


def test_a_daemon_killed_at_random_moments_skips_and_doubles_nothing(tmp_path: Path) -> None:
    """Cancellations come while it lives, dies and starts again; at the end each opening was offered once, no run key used twice."""
    chance = random.Random(20261126)
    with live_practice(tmp_path, Size(visits=40, waiting=60, patience=2.0, speed=30.0)) as live, running(live.service()):
        workspace = live.light_workspace()
        for number in range(max(CANCELLATIONS, KILLS)):
            daemon = start(live.daemon(workspace))
            time.sleep(chance.uniform(0, 4))
            live.cancel(number)
            time.sleep(chance.uniform(4, 20))
            kill_all(daemon)
        daemon = start(live.daemon(workspace))
        try:
            wait_for(300, "every opening is offered", lambda: len(live.messages()) >= CANCELLATIONS and settled(live), pause=2)
            time.sleep(20)
        finally:
            stop(daemon)
        report(live)


def kill_all(daemon: Running) -> None:
    """SIGKILL to the daemon, its code servers and the runs it forked."""
    os.killpg(daemon.process.pid, signal.SIGKILL)
    daemon.process.wait()


def settled(live: Live) -> bool:
    with live.open().path_store.looking() as state:
        return not state.open_cases(State.EXECUTING, State.UNKNOWN, State.APPROVED)


def report(live: Live) -> None:
    """Print and check the zeros, each with its bound."""
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
    print(f"\n{KILLS} kills, {CANCELLATIONS} cancellations, {len(sent)} offers, {sum(keys.values())} runs with a key")
    print(f"skipped {CANCELLATIONS - len(sent)}, doubled offers {doubled}, doubled run keys {runs_doubled}; bound {UPPER_BOUND:.0%}")
    assert (len(sent), doubled, runs_doubled) == (CANCELLATIONS, 0, 0)
    assert found.holds
