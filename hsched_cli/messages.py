"""`hsched messages`: what became of messages, dead ends, calls to make, bounces to take in. No number or address is shown."""

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import typer

from hsched_cli.console import out, print_json
from hsched_core.domain.contact import Channel
from hsched_core.domain.delivery import CallOutcome
from hsched_core.domain.errors import UserError

if TYPE_CHECKING:
    from hsched_adapters.assembly import OpenPractice

app = typer.Typer(help="What became of messages, addresses that cannot be reached, calls to make, bounces to take in.")
STATUS_EXAMPLES = """
Examples:

  hsched messages status                how many messages stand where, by channel

  hsched messages status --json
"""
DEAD_ENDS_EXAMPLES = """
Examples:

  hsched messages dead-ends             whom messages cannot reach, and why; hsched who names a client

  hsched messages dead-ends --json
"""
RETRY_EXAMPLES = """
Examples:

  hsched messages retry 0f3c9a6e5b7d4c21a8e0f1b2c3d4e5f6 text      the number works after all
"""
CALLS_EXAMPLES = """
Examples:

  hsched messages calls                 calls that nobody has made yet, oldest first
"""
CALLED_EXAMPLES = """
Examples:

  hsched messages called 0f3c9a6e5b7d4c21a8e0f1b2c3d4e5f6 confirmed      they will come: nothing more is sent about the visit

  hsched messages called 0f3c9a6e5b7d4c21a8e0f1b2c3d4e5f6 no_answer

  hsched messages called 0f3c9a6e5b7d4c21a8e0f1b2c3d4e5f6 declined       they do not want the time that is offered
"""
SAID = {  # by where the offer stands then: `Standing`
    "booked": "Kept. The time is booked for them.",
    "received": "Kept. The EHR has not said yes yet: see `hsched queue`.",
    "declined": "Kept. Somebody else is asked.",
    "late": "Kept. The time to answer was over: nothing was booked.",
    "taken": "Kept. The time is taken meanwhile: tell them so, they keep their place.",
}
BOUNCE_EXAMPLES = """
Examples:

  hsched messages bounce -                    from standard input, as a mail server's pipe does

  hsched messages bounce notification.eml
"""


@app.callback(invoke_without_command=True)
def messages(context: typer.Context) -> None:
    """What became of messages, addresses that cannot be reached, calls to make, bounces to take in."""
    if context.invoked_subcommand is None:
        status(as_json=False)


@app.command("status", epilog=STATUS_EXAMPLES)
def status(as_json: bool = typer.Option(False, "--json", help="Print JSON.")) -> None:
    """Count messages by channel and where they stand; `hsched messages` alone does the same."""
    with _opened().messages.store.transaction() as tx:
        found = [{"channel": channel, "state": state, "count": count} for (channel, state), count in sorted(tx.counts().items())]
    _listed(found, "Nothing was sent through a channel of hsched's own.", as_json)


@app.command("dead-ends", epilog=DEAD_ENDS_EXAMPLES)
def dead_ends(as_json: bool = typer.Option(False, "--json", help="Print JSON.")) -> None:
    """List clients whose number or mailbox in the EHR cannot be reached. A new one in their record ends it."""
    with _opened().messages.store.transaction() as tx:
        found = [
            {"client": one.client, "channel": str(one.channel), "reason": str(one.trouble), "since": one.since.date().isoformat()}
            for one in tx.dead_ends()
        ]
    _listed(found, "Every address that was written to can be reached, as far as we know.", as_json)


@app.command("retry", epilog=RETRY_EXAMPLES)
def retry(
    client: str = typer.Argument(help="Pseudonym, as `hsched messages dead-ends` lists it."),
    channel: Channel = typer.Argument(help="text or email."),
) -> None:
    """Say that an address works after all; signed with your login."""
    from hsched_cli.inbox import signature

    _opened().messages.deliveries.try_again(client, channel, signature())
    out().print("It is tried again with the next message.")


@app.command("calls", epilog=CALLS_EXAMPLES)
def calls(as_json: bool = typer.Option(False, "--json", help="Print JSON.")) -> None:
    """List calls that the staff are to make; of an opening also the time to offer, and until when."""
    opened = _opened()
    with opened.messages.store.transaction() as tx:
        tasks = tx.calls()
    zone = opened.practice.zone
    found = [
        {"id": one.id, "client": one.client, "about": one.template, "asked": _minute(one.asked_at, zone), **_offered(opened, one.id, zone)}
        for one in tasks
    ]
    _listed(found, "There is nobody to call.", as_json)


@app.command("called", epilog=CALLED_EXAMPLES)
def called(
    call: str = typer.Argument(help="Id of a call, as `hsched messages calls` lists it."),
    outcome: CallOutcome = typer.Argument(help="How it ended."),
) -> None:
    """Say how a call ended; signed with your login. Of an opening, `confirmed` books the time, as a yes to a written offer does."""
    from hsched_cli.inbox import signature

    opened = _opened()
    is_offer = opened.waitlist.look(call) is not None
    if outcome is CallOutcome.DECLINED and not is_offer:
        raise UserError("Only an offer of a time can be declined.", "Say `reached`; who will not come is cancelled in the EHR.")
    opened.messages.settle_call(call, outcome, signature())
    answer = {CallOutcome.CONFIRMED: opened.waitlist.accept, CallOutcome.DECLINED: opened.waitlist.decline}.get(outcome)
    told = answer(call) if answer and is_offer else None
    out().print(SAID[str(told.standing)] if told else "Kept.")


@app.command("bounce", epilog=BOUNCE_EXAMPLES)
def bounce(file: Path = typer.Argument(Path("-"), help="A message that came to the mailbox for bounces; - is standard input.")) -> None:
    """Take in a bounce. It says whose it is by the address it came to; what was made up is refused."""
    content = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    told = _opened().messages.take_bounce(content)
    out().print(f"{told}." if told else "It says nothing certain: nothing was changed.")


def _offered(opened: "OpenPractice", call: str, zone: ZoneInfo) -> dict[str, str]:
    """The time that a call is about; nothing where it is about something else."""
    told = opened.waitlist.look(call)
    return (
        {"offers": _minute(told.session.starts_at, zone), "until": _minute(told.answer_by, zone)} if told else {"offers": "", "until": ""}
    )


def _minute(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).isoformat(timespec="minutes")


def _listed(found: list[dict[str, Any]], nothing: str, as_json: bool) -> None:
    if as_json:
        print_json(found)
    elif not found:
        out().print(nothing)
    else:
        from hsched_cli.summary.page import table

        grid = table(*found[0], words=len(found[0]))
        for one in found:
            grid.add_row(*(str(value) for value in one.values()))
        out().print(grid)


def _opened() -> "OpenPractice":
    from hsched_cli.practice import opened

    return opened()
