"""What `hsched ui` puts beside a practice in a box: its EHR and provider of texts, its people, and a first round of proposals.

So there is something to see and to do from the first minute. A real practice, and a sandbox that somebody already serves, get nothing.
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import time, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from hsched_cli.console import err, note, out
from hsched_cli.processes import LOOPBACK, answers_at
from hsched_cli.sandbox_ehr import PORT, ServedEhr, connect, serving
from hsched_cli.sandbox_texts import NUMBER, ServedTexts, connect_texts, serving_texts
from hsched_cli.sandbox_texts import PORT as TEXTS_PORT
from hsched_core.domain.errors import HschedError

if TYPE_CHECKING:
    from hsched_adapters.settings import Settings
    from hsched_core.ports import Clock
    from hsched_sandbox.life.living import Life

LAST_DAYS = timedelta(days=7)  # of a sandbox: too few to begin one more
EARLIEST = time(8, 5)  # of a day that begins elsewhere: quiet hours are over, what is approved leaves at once
START = timedelta(seconds=30)  # until the programs are there; a practice's day that begins elsewhere begins then
LOOKS_EVERY_SECONDS = 1.0
STORY = "sandbox-story.log"  # below logs/: what its people did, in numbers of clients and appointments


@contextmanager
def lived_in(chosen: "Settings", service: str) -> Iterator[Mapping[str, str]]:
    """The sandbox's other side while the pages are open. `service`: its address. What the programs need in their environment."""
    from hsched_sandbox.ehr.conduct import HONOURS_KEYS

    if not _is_ours(chosen):
        yield {}
        return
    clock, shared = _present(chosen)
    with ExitStack() as stack:
        with err().status("Opening the sandbox practice's EHR ..."):
            ehr = stack.enter_context(serving(chosen, clock, HONOURS_KEYS, PORT, f"{service}/webhooks/ehr"))
            texts = stack.enter_context(serving_texts(chosen.paths, clock, TEXTS_PORT, service))
            _connected(chosen, ehr, texts)
        with err().status("Looking at what is due ..."):
            first_round(chosen, clock)
        stack.enter_context(_people(chosen, ehr, texts))
        yield {**shared, "HSCHED_SERVICE_URL": service}


def first_round(chosen: "Settings", clock: "Clock") -> None:
    """What the sensors would ask for in their first minute: freed hours are found, offers and reminders are proposed."""
    from hsched_adapters.assembly import open_practice
    from hsched_pipelines.operations.event_work import decide, take_in
    from hsched_pipelines.operations.remind_work import remind

    practice = open_practice(replace(chosen), clock=clock)  # settings of their own: they read practice.yaml as it is now
    for step in (take_in, decide, remind):
        try:
            step(practice)
        except HschedError as failure:  # the sensors try again; the pages open whatever came of it
            note(f"A first round was not finished ({failure}); Dagster goes on with it.")


def _is_ours(chosen: "Settings") -> bool:
    """A practice in a box within its days, whose other side nobody serves yet."""
    from hsched_adapters.clock import choose_clock
    from hsched_sandbox.create import existing_sandbox
    from hsched_sandbox.life.first_moment import calendar_of

    connection, summary = chosen.practice.connection, existing_sandbox(chosen.paths.home)
    if not chosen.practice.is_sandbox or summary is None:
        return False
    if connection and (urlsplit(connection.base_url).hostname != LOOPBACK or answers_at(connection.base_url)):
        return False
    days, now = calendar_of(summary), choose_clock(chosen, chosen.practice.zone).now().timestamp()
    if days.opens <= now < days.shuts - LAST_DAYS.total_seconds():
        return True
    note(f"The sandbox practice lives from {days.first_day} to {days.last_day}: it has no EHR today, and its pages stand still.")
    return False


def _present(chosen: "Settings") -> tuple["Clock", Mapping[str, str]]:
    """The practice's clock, and what tells it to programs: outside of working hours its day begins with the next morning of work."""
    from hsched_adapters.clock import ScaledClock, SystemClock, choose_clock
    from hsched_adapters.scaled_time import ScaledTime
    from hsched_sandbox.ehr.opening import lived_until, summary_in
    from hsched_sandbox.life.first_moment import calendar_of, first_moment

    now = SystemClock().now()
    if chosen.today or chosen.clock:
        return choose_clock(chosen, chosen.practice.zone), {}
    home = chosen.paths.home
    begin = first_moment(calendar_of(summary_in(home)), lived_until(home), now)
    if begin - now < START:
        return SystemClock(), {}
    begin = max(begin, begin.replace(hour=EARLIEST.hour, minute=EARLIEST.minute))
    present = ScaledTime(begin, now + START, 1.0)
    out().print(f"Nobody works now, so in this practice it is {begin:%A %d %B %Y, %H:%M}. In another terminal, first:", markup=False)
    out().print(f"  export HSCHED_CLOCK='{present}'", markup=False, soft_wrap=True)
    return ScaledClock(present), {"HSCHED_CLOCK": str(present)}


def _connected(chosen: "Settings", ehr: ServedEhr, texts: ServedTexts) -> None:
    """Into practice.yaml, as `hsched sandbox live` does it; phases stay as they are: people decide."""
    from hsched_cli.sandbox_permission import switch_on_groups, switch_on_reminders

    connect(chosen.paths, ehr.address)
    connect_texts(chosen.paths, texts.address)
    switch_on_reminders(chosen.paths)
    switch_on_groups(chosen.paths)


@contextmanager
def _people(chosen: "Settings", ehr: ServedEhr, texts: ServedTexts) -> Iterator[None]:
    """Clients and staff of the box go on with their day: they cancel and book, and like to say yes to what they are offered."""
    from hsched_sandbox.life.handsets import Handsets
    from hsched_sandbox.life.living import Life
    from hsched_sandbox.life.temper import Temper

    zone, opened, file = chosen.practice.zone, ehr.opened, chosen.paths.home / "logs" / STORY
    file.parent.mkdir(parents=True, exist_ok=True)
    ended = threading.Event()
    with file.open("a", encoding="utf-8", buffering=1) as story:
        handsets = Handsets(texts.carrier, opened.book, NUMBER, opened.seed)
        handsets.learn()
        life = Life(opened, Temper.eager(opened.seed, zone), zone, lambda line: print(line, file=story), handsets=handsets)
        thread = threading.Thread(target=_live, args=(life, ended), daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()


def _live(life: "Life", ended: threading.Event) -> None:
    while not ended.wait(LOOKS_EVERY_SECONDS):
        try:
            life.step()
        except Exception as failure:  # whatever it is: the pages stay, and whoever looks at them is told
            note(f"The sandbox's people stopped ({type(failure).__name__}); what is there stays.")
            return
