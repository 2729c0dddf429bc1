"""`hsched sandbox ehr`: the sandbox practice's EHR by itself, for who writes or tries a connector."""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import typer

from hsched_cli.console import err, out
from hsched_cli.processes import free_port

if TYPE_CHECKING:
    from hsched_adapters.settings import Paths, Settings
    from hsched_core.ports import Clock
    from hsched_sandbox.ehr.conduct import Conduct
    from hsched_sandbox.ehr.opening import OpenedEhr
    from hsched_sandbox.ehr.webhooks import WebhookSender

EXAMPLES = """
Examples:

  hsched sandbox ehr                                           on port 8600, or the next free one

  hsched sandbox ehr --webhooks http://127.0.0.1:8700/webhooks/ehr

  hsched sandbox ehr --no-keys --no-search --lenient           the least helpful sort of EHR
"""
PORT = 8600
TIMEOUT_SECONDS, MAX_LATENCY_SECONDS = 5.0, 8.0  # of this EHR on this machine
PHONE = "+1 (212) 555-0100"  # nobody's: kept for stories


def ehr(
    port: int = typer.Option(PORT, min=1, max=65000, help="First port to try."),
    webhooks: str = typer.Option("", help="Where webhooks go; none are sent without it."),
    keys: bool = typer.Option(True, help="Whether idempotency keys are honoured."),
    search: bool = typer.Option(True, help="Whether external references are kept and searched by."),
    double_bookings: bool = typer.Option(False, help="Accept bookings of taken hours."),
    lenient: bool = typer.Option(False, help="Ignore search parameters that are not known, instead of refusing them."),
) -> None:
    """Serve the sandbox practice's EHR on this machine until Ctrl-C. Its days stand still: `hsched sandbox live` lives them."""
    from hsched_adapters.clock import choose_clock
    from hsched_cli.practice import settings
    from hsched_sandbox.ehr.conduct import Conduct, Dialect, DoubleBooking

    chosen = settings()
    rules = Conduct(
        honours_keys=keys,
        searchable=search,
        double_booking=DoubleBooking.ACCEPT if double_bookings else DoubleBooking.REFUSE,
        dialect=Dialect.LENIENT if lenient else Dialect.STRICT,
    )
    with ExitStack() as stack:
        with err().status("Opening the EHR ..."):
            served = stack.enter_context(serving(chosen, choose_clock(chosen, chosen.practice.zone), rules, port, webhooks))
        out().print(f"The sandbox EHR answers on {served.address}; its token is in {served.token_file}.\nCtrl-C stops it.", markup=False)
        wait_for_interrupt()


def wait_for_interrupt() -> None:
    """Until Ctrl-C."""
    try:
        while True:
            time.sleep(1.0)
    except KeyboardInterrupt:
        err().print("\nStopping ...")


@dataclass(frozen=True)
class ServedEhr:
    """An EHR that answers."""

    opened: "OpenedEhr"
    address: str
    token_file: str
    sender: "WebhookSender | None"


@contextmanager
def serving(settings: "Settings", clock: "Clock", conduct: "Conduct", port: int, webhooks: str) -> Iterator[ServedEhr]:
    """The EHR of the sandbox practice, opened and served; its secrets are made where there are none yet."""
    from hsched_adapters.clock import SystemClock
    from hsched_sandbox.ehr.api import build_ehr
    from hsched_sandbox.ehr.credentials import TOKEN_FILE, token_in, webhook_secret_in
    from hsched_sandbox.ehr.faults import Faults
    from hsched_sandbox.ehr.opening import open_ehr
    from hsched_sandbox.ehr.serving import Served
    from hsched_sandbox.ehr.webhooks import WebhookSender

    zone, keys = settings.practice.zone, settings.paths.keys
    opened, faults = open_ehr(settings.paths.home, clock, conduct), Faults()
    token, secret = token_in(keys), webhook_secret_in(keys)
    sender = WebhookSender(webhooks, secret, faults, SystemClock(), zone) if webhooks else None
    if sender:
        opened.book.subscribe(sender)
        sender.start()
    try:
        with Served(build_ehr(opened.book, zone, token, faults, sender), free_port(port)) as served:
            yield ServedEhr(opened, served.address, str(keys / TOKEN_FILE), sender)
    finally:
        if sender:
            sender.stop()
        opened.journal.close()


def connect(paths: "Paths", address: str) -> None:
    """Write the `connection:` section of practice.yaml: this EHR, as it behaves. Sensors and schedules start switched on."""
    from hsched_adapters.connection import Connection
    from hsched_adapters.settings import load_practice, save_practice
    from hsched_sandbox.ehr.credentials import TOKEN_FILE, WEBHOOK_SECRET_FILE

    connection = Connection(
        kind="rest",
        base_url=address,
        profile="sandbox",
        token_file=TOKEN_FILE,
        webhook_secret_file=WEBHOOK_SECRET_FILE,
        timeout_seconds=TIMEOUT_SECONDS,
        max_latency_seconds=MAX_LATENCY_SECONDS,
        honours_keys=True,
        can_search=True,
        can_poll=True,
        phone=PHONE,
    )
    practice = load_practice(paths)
    wanted = replace(practice, connection=connection, schedules="running")
    if practice != wanted:
        save_practice(paths, wanted)
