"""`hsched sandbox texts`: the sandbox's provider of texts by itself, for who tries messages without an account anywhere."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import typer

from hsched_cli.console import err, out
from hsched_cli.processes import free_port
from hsched_cli.sandbox_ehr import wait_for_interrupt

if TYPE_CHECKING:
    from hsched_adapters.settings import Paths
    from hsched_core.ports import Clock
    from hsched_sandbox.sms.carrier import Carrier

EXAMPLES = """
Examples:

  hsched sandbox texts                         on port 8650, or the next free one; receipts and replies go to HSCHED_SERVICE_URL

  hsched sandbox texts --no-connect            leaves practice.yaml as it is
"""
PORT = 8650
ACCOUNT, NUMBER = f"AC{'0' * 32}", "+12125550199"
TIMEOUT_SECONDS, MAX_LATENCY_SECONDS = 5.0, 8.0


def texts(
    port: int = typer.Option(PORT, min=1, max=65000, help="First port to try."),
    connect: bool = typer.Option(True, help="Write the section `messaging:` of practice.yaml."),
) -> None:
    """Serve a provider of texts on this machine until Ctrl-C, and say how a client writes."""
    from hsched_adapters.clock import choose_clock
    from hsched_cli.practice import settings
    from hsched_sandbox.sms.credentials import TOKEN_FILE

    chosen = settings()
    with serving_texts(chosen.paths, choose_clock(chosen, chosen.practice.zone), port, chosen.service_url) as served:
        if connect:
            connect_texts(chosen.paths, served.address)
        out().print(f"Texts leave through {served.address}; its token is in keys/{TOKEN_FILE}. A client writes with:", markup=False)
        out().print(f"  {as_a_client(served.address)}", markup=False, soft_wrap=True)
        out().print("A service that runs already learns of it at its next start. Ctrl-C stops it.")
        wait_for_interrupt()
        err().print("What waits is told ...")


@dataclass(frozen=True)
class ServedTexts:
    """A provider that answers."""

    carrier: "Carrier"
    address: str


@contextmanager
def serving_texts(paths: "Paths", clock: "Clock", port: int, service_url: str) -> Iterator[ServedTexts]:
    """The provider of the sandbox practice, served; its token is made where there is none yet. At the end what waits is told."""
    from hsched_sandbox.ehr.serving import Served
    from hsched_sandbox.sms.api import build_provider
    from hsched_sandbox.sms.callbacks import CallbackSender
    from hsched_sandbox.sms.carrier import Carrier
    from hsched_sandbox.sms.credentials import token_in

    carrier, token = Carrier(clock), token_in(paths.keys)
    callbacks = CallbackSender(carrier, token, f"{service_url.rstrip('/')}/texts/inbound")
    with Served(build_provider(carrier, ACCOUNT, token), free_port(port)) as served:
        callbacks.start()
        try:
            yield ServedTexts(carrier, served.address)
        finally:
            callbacks.stop()


def connect_texts(paths: "Paths", address: str) -> None:
    """Texts leave through this provider from now on; other channels as before."""
    from hsched_adapters.messaging.section import Messaging, TextProvider
    from hsched_adapters.settings import load_practice, save_practice
    from hsched_sandbox.sms.credentials import TOKEN_FILE

    practice = load_practice(paths)
    provider = TextProvider(
        "twilio", ACCOUNT, NUMBER, address, TOKEN_FILE, timeout_seconds=TIMEOUT_SECONDS, max_latency_seconds=MAX_LATENCY_SECONDS
    )
    wanted = replace(practice, messaging=replace(practice.messaging or Messaging(), text=provider))
    if practice != wanted:
        save_practice(paths, wanted)


def as_a_client(address: str) -> str:
    """How somebody at a terminal writes as a client."""
    fields = " ".join(f"--data-urlencode {one}" for one in ("From=+12125550123", f"To={NUMBER}", "Body=STOP"))
    return f"curl -u {ACCOUNT}:TOKEN {fields} {address}/sandbox/texts"
