"""`hsched sandbox live`: the sandbox practice's days at a chosen speed, with EHR, provider of texts, hsched's service and Dagster."""

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import typer

from hsched_cli.console import err, out
from hsched_cli.processes import LOOPBACK, Program, Running, free_port
from hsched_cli.sandbox_ehr import PORT, ServedEhr, connect, serving
from hsched_cli.sandbox_texts import NUMBER, ServedTexts, connect_texts, serving_texts
from hsched_cli.sandbox_texts import PORT as TEXTS_PORT
from hsched_core.domain.errors import UserError

if TYPE_CHECKING:
    from hsched_adapters.scaled_time import ScaledTime
    from hsched_adapters.settings import Settings
    from hsched_sandbox.life.living import Life

EXAMPLES = """
Examples:

  hsched sandbox live                                      a minute a second: a working day in ten minutes

  hsched sandbox live --eager                              clients who like to say yes

  hsched sandbox live --review                             offers and reminders wait for a person: hsched queue, hsched approve

  hsched sandbox live --alone --days 2 --speed 3600        only the EHR and its people, two days, an hour a second
"""
SPEED = 60.0
SERVICE_PORT, DAGSTER_PORT = 8700, 3000
PAUSE = 0.2  # real seconds between two steps
WATCH = "then watch:  hsched reminders, hsched messages, hsched replies (what clients wrote back), hsched queue (what waits for you)"
START_SECONDS = 40.0  # real, for the service and Dagster: the practice's day begins when they are there


def live(
    speed: float = typer.Option(SPEED, min=1.0, max=100_000.0, help="Virtual seconds in each real one."),
    days: float = typer.Option(0.0, min=0.0, help="Stop after so many days; without it, on Ctrl-C."),
    port: int = typer.Option(PORT, min=1, max=65000, help="First port to try for the EHR; the service and Dagster have their own."),
    eager: bool = typer.Option(False, help="Clients answer most offers with a yes, within minutes: for demonstrations."),
    review: bool = typer.Option(False, help="Leave waitlist and reminders in their phases, instead of letting them act by themselves."),
    alone: bool = typer.Option(False, help="Only the EHR and its people: neither texts nor the service nor Dagster."),
) -> None:
    """Live the sandbox practice's days: clients book, cancel, come or not, and answer; hsched reminds them, and fills what is free."""
    from hsched_cli.practice import settings
    from hsched_sandbox.ehr.opening import summary_in

    chosen = settings()
    summary_in(chosen.paths.home)  # NotReadyError before anything is made or started
    if chosen.today or chosen.clock:
        raise UserError("HSCHED_TODAY or HSCHED_CLOCK is set, and the live sandbox brings a clock of its own.", "Leave it away.")
    _run(chosen, _Wish(speed, days, port, eager, review, alone))


@dataclass(frozen=True)
class _Wish:
    """How the days are to be lived."""

    speed: float
    days: float
    port: int
    eager: bool
    review: bool
    alone: bool


def _run(chosen: "Settings", wish: _Wish) -> None:
    from hsched_adapters.assembly import open_practice
    from hsched_adapters.clock import FixedClock, ScaledClock, SystemClock
    from hsched_adapters.scaled_time import ScaledTime
    from hsched_cli.sandbox_people import announce_people
    from hsched_cli.ui import all_running, announce, ending_on_terminate
    from hsched_sandbox.ehr.conduct import HONOURS_KEYS

    service_at = free_port(SERVICE_PORT)
    service = f"http://{LOOPBACK}:{service_at}"
    webhooks = "" if wish.alone else f"{service}/webhooks/ehr"
    with ExitStack() as stack:
        stack.enter_context(ending_on_terminate())
        with err().status("Opening the practice's EHR ..."):
            begin = _begin(chosen)
            served = stack.enter_context(serving(chosen, FixedClock(begin), HONOURS_KEYS, wish.port, webhooks))
            connect(chosen.paths, served.address)
        texts = None if wish.alone else stack.enter_context(serving_texts(chosen.paths, FixedClock(begin), TEXTS_PORT, service))
        if texts:
            connect_texts(chosen.paths, texts.address)
            _permit(chosen, begin, wish)
        starts = SystemClock().now() + timedelta(seconds=0.0 if wish.alone else START_SECONDS)
        present = ScaledTime(begin, starts, wish.speed)
        served.opened.book.clock = ScaledClock(present)
        if texts:
            texts.carrier.clock = ScaledClock(present)
        running = stack.enter_context(all_running([] if wish.alone else _programs(chosen, present, service_at)))
        out().print(f"{'EHR':8} {served.address}", markup=False)
        if texts:
            out().print(f"{'Texts':8} {texts.address}", markup=False)
        announce(running)
        if running:
            announce_people(open_practice(chosen))
        _introduce(present, texts)
        until = begin + timedelta(days=wish.days) if wish.days else None
        _live(chosen, _Sides(served, texts), running, until, eager=wish.eager)


@dataclass(frozen=True)
class _Sides:
    """What hsched talks to."""

    ehr: ServedEhr
    texts: ServedTexts | None


def _permit(chosen: "Settings", begin: datetime, wish: _Wish) -> None:
    """The sandbox's staff let waitlist, reminders and groups act, as anybody's would: by proposals that two others approve."""
    from hsched_adapters.assembly import open_practice
    from hsched_adapters.settings import load_settings
    from hsched_cli.sandbox_permission import MOVES, OFFERS, grouping, permit, reminding, switch_on_groups, switch_on_reminders

    reminds, asks = switch_on_reminders(chosen.paths), switch_on_groups(chosen.paths)
    if wish.review:
        return
    practice = open_practice(replace(load_settings(), today=begin))
    for wanted in (OFFERS, MOVES, *((reminding(),) if reminds else ()), *((grouping(),) if asks else ())):
        if permit(practice, wanted):
            told = f"frontdesk asked that {wanted.what} without asking each time; manager1 and manager2 approved: hsched orders list"
            out().print(told, markup=False)


def _begin(chosen: "Settings") -> datetime:
    """The first virtual instant."""
    from hsched_adapters.clock import SystemClock
    from hsched_sandbox.ehr.opening import lived_until, summary_in
    from hsched_sandbox.life.first_moment import calendar_of, first_moment

    home = chosen.paths.home
    return first_moment(calendar_of(summary_in(home)), lived_until(home), SystemClock().now())


def _programs(chosen: "Settings", present: "ScaledTime", service_at: int) -> list[Program]:
    """The service and Dagster, in the same virtual time."""
    from hsched_cli.ui import dagster_program, service_program

    shared = {"HSCHED_CLOCK": str(present), "HSCHED_SERVICE_URL": f"http://{LOOPBACK}:{service_at}"}
    return [service_program(chosen, service_at, **shared), dagster_program(chosen, free_port(DAGSTER_PORT), chosen.mlflow_ui, **shared)]


def _introduce(present: "ScaledTime", texts: ServedTexts | None) -> None:
    out().print(f"It is {present.virtual:%A %d %B %Y, %H:%M}; {present.speed:g} seconds pass in one. Ctrl-C stops it.", markup=False)
    if texts:
        out().print(f"In another terminal, first:  export HSCHED_CLOCK='{present}'\n{WATCH}", markup=False)


def _live(chosen: "Settings", sides: _Sides, running: Sequence[Running], until: datetime | None, *, eager: bool) -> None:
    from hsched_cli.ui import check_running
    from hsched_sandbox.life.handsets import Handsets
    from hsched_sandbox.life.living import Life
    from hsched_sandbox.life.temper import Temper

    zone, opened = chosen.practice.zone, sides.ehr.opened
    temper = Temper.eager(opened.seed, zone) if eager else Temper(opened.seed, zone)
    handsets = Handsets(sides.texts.carrier, opened.book, NUMBER, opened.seed) if sides.texts else None
    if handsets:
        handsets.learn()
    life = Life(opened, temper, zone, lambda line: out().print(line, markup=False), handsets=handsets)
    while until is None or life.lived < until:
        _caught_up(life, sides.ehr, until)
        check_running(running)
        time.sleep(PAUSE)
    out().print(f"Lived up to {life.lived.astimezone(zone):%A %d %B %Y, %H:%M}.", markup=False)


def _caught_up(life: "Life", served: ServedEhr, until: datetime | None) -> None:
    """Step by step up to the clock's present."""
    while life.lived < served.opened.book.clock.now() and (until is None or life.lived < until):
        life.step()
