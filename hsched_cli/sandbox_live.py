"""`hsched sandbox live`: the sandbox practice's days at a chosen speed, with its EHR, hsched's service and Dagster, told as a story."""

import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import typer

from hsched_cli.console import err, out
from hsched_cli.processes import LOOPBACK, Program, Running, free_port
from hsched_cli.sandbox_ehr import PORT, ServedEhr, connect, serving
from hsched_core.domain.errors import UserError

if TYPE_CHECKING:
    from hsched_adapters.scaled_time import ScaledTime
    from hsched_adapters.settings import Settings
    from hsched_sandbox.life.living import Life

EXAMPLES = """
Examples:

  hsched sandbox live                            ten minutes a second: a working day in a minute and a half

  hsched sandbox live --speed 60 --eager         a minute a second, and clients who like to say yes

  hsched sandbox live --alone --days 2           only the EHR and its people, for two days
"""
SPEED = 600.0
SERVICE_PORT, DAGSTER_PORT = 8700, 3000
PAUSE = 0.2  # real seconds between two steps
START_SECONDS = 40.0  # real, for the service and Dagster: the practice's day begins when they are there


def live(
    speed: float = typer.Option(SPEED, min=1.0, max=100_000.0, help="Virtual seconds in each real one."),
    days: float = typer.Option(0.0, min=0.0, help="Stop after so many days; without it, on Ctrl-C."),
    port: int = typer.Option(PORT, min=1, max=65000, help="First port to try for the EHR; the service and Dagster have their own."),
    eager: bool = typer.Option(False, help="Clients answer most offers with a yes, within minutes: for demonstrations."),
    alone: bool = typer.Option(False, help="Only the EHR and its people: neither the service nor Dagster is started."),
) -> None:
    """Live the sandbox practice's days: clients book, cancel, come or not, and answer offers; hsched fills what becomes free."""
    from hsched_cli.practice import settings
    from hsched_sandbox.ehr.opening import summary_in

    chosen = settings()
    summary_in(chosen.paths.home)  # NotReadyError before anything is made or started
    if chosen.today or chosen.clock:
        raise UserError("HSCHED_TODAY or HSCHED_CLOCK is set, and the live sandbox brings a clock of its own.", "Leave it away.")
    _run(chosen, speed, days, port, eager=eager, alone=alone)


def _run(chosen: "Settings", speed: float, days: float, port: int, *, eager: bool, alone: bool) -> None:
    from hsched_adapters.clock import FixedClock, ScaledClock, SystemClock
    from hsched_adapters.scaled_time import ScaledTime
    from hsched_cli.ui import all_running, announce, ending_on_terminate
    from hsched_sandbox.ehr.conduct import HONOURS_KEYS

    service_at = free_port(SERVICE_PORT)
    webhooks = "" if alone else f"http://{LOOPBACK}:{service_at}/webhooks/ehr"
    with ExitStack() as stack:
        stack.enter_context(ending_on_terminate())
        with err().status("Opening the practice's EHR ..."):
            begin = _begin(chosen)
            served = stack.enter_context(serving(chosen, FixedClock(begin), HONOURS_KEYS, port, webhooks))
        connect(chosen.paths, served.address)
        present = ScaledTime(begin, SystemClock().now() + timedelta(seconds=0.0 if alone else START_SECONDS), speed)
        served.opened.book.clock = ScaledClock(present)
        running = stack.enter_context(all_running([] if alone else _programs(chosen, present, service_at)))
        out().print(f"{'EHR':8} {served.address}", markup=False)
        announce(running)
        _introduce(present, alone=alone)
        _live(chosen, served, running, begin + timedelta(days=days) if days else None, eager=eager)


def _begin(chosen: "Settings") -> datetime:
    """The first virtual instant."""
    from hsched_adapters.clock import SystemClock
    from hsched_sandbox.ehr.opening import lived_until, summary_in
    from hsched_sandbox.life.first_moment import first_moment

    home = chosen.paths.home
    return first_moment(summary_in(home), lived_until(home), SystemClock().now())


def _programs(chosen: "Settings", present: "ScaledTime", service_at: int) -> list[Program]:
    """The service and Dagster, in the same virtual time."""
    from hsched_cli.ui import dagster_program

    shared = {"HSCHED_CLOCK": str(present), "HSCHED_SERVICE_URL": f"http://{LOOPBACK}:{service_at}"}
    return [_service(chosen, service_at, shared), dagster_program(chosen, free_port(DAGSTER_PORT), chosen.mlflow_ui, **shared)]


def _service(chosen: "Settings", port: int, shared: dict[str, str]) -> Program:
    from hsched_adapters.settings import child_environment

    command = [sys.executable, "-c", "from hsched_cli.main import run; run()", "service", "--port", str(port)]
    environment = {**child_environment(chosen.paths), **shared}
    return Program("Service", command, environment, f"http://{LOOPBACK}:{port}", chosen.paths.home / "logs" / "service.log")


def _introduce(present: "ScaledTime", *, alone: bool) -> None:
    out().print(f"It is {present.virtual:%A %d %B %Y, %H:%M}; {present.speed:g} seconds pass in one. Ctrl-C stops it.", markup=False)
    if not alone:
        out().print(f"In another terminal, first:  export HSCHED_CLOCK='{present}'\nthen:  hsched queue", markup=False)


def _live(chosen: "Settings", served: ServedEhr, running: Sequence[Running], until: datetime | None, *, eager: bool) -> None:
    from hsched_cli.ui import check_running
    from hsched_sandbox.life.living import Life
    from hsched_sandbox.life.temper import Temper

    zone = chosen.practice.zone
    temper = Temper.eager(served.opened.seed, zone) if eager else Temper(served.opened.seed, zone)
    life = Life(served.opened, temper, zone, lambda line: out().print(line, markup=False))
    while until is None or life.lived < until:
        _caught_up(life, served, until)
        check_running(running)
        time.sleep(PAUSE)
    out().print(f"Lived up to {life.lived.astimezone(zone):%A %d %B %Y, %H:%M}.", markup=False)


def _caught_up(life: "Life", served: ServedEhr, until: datetime | None) -> None:
    """Step by step up to the clock's present."""
    while life.lived < served.opened.book.clock.now() and (until is None or life.lived < until):
        life.step()
