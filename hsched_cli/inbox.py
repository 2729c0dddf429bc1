"""`hsched inbox`: what other systems told us, what waits, and what nobody could work with. Bodies are never shown."""

import re
from typing import TYPE_CHECKING, Any

import typer

from hsched_cli.console import out, print_json
from hsched_core.domain.errors import UserError

if TYPE_CHECKING:
    from datetime import datetime

    from hsched_core.workflow.inbox import Inbox

app = typer.Typer(help="What other systems told us: what waits, and what nobody could work with.")
STATUS_EXAMPLES = """
Examples:

  hsched inbox status                 how many messages stand where

  hsched inbox status --json
"""
DEAD_EXAMPLES = """
Examples:

  hsched inbox dead                   why each could not be worked with, how often it was tried, how old it is

  hsched inbox dead --json
"""
REPLAY_EXAMPLES = """
Examples:

  hsched inbox replay 0f3c9a6e5b7d4c21a8e0f1b2c3d4e5f6

  hsched inbox replay --all
"""


@app.callback(invoke_without_command=True)
def inbox(context: typer.Context) -> None:
    """What other systems told us: what waits, and what nobody could work with."""
    if context.invoked_subcommand is None:
        status(as_json=False)


@app.command("status", epilog=STATUS_EXAMPLES)
def status(as_json: bool = typer.Option(False, "--json", help="Print JSON.")) -> None:
    """Count messages by where they stand; `hsched inbox` alone does the same."""
    found = counted(_inbox())
    if as_json:
        print_json(found)
        return
    from hsched_cli.summary.page import table

    grid = table("state", "messages", words=1)
    for state, count in found["messages"].items():
        grid.add_row(state, f"{count:,}")
    out().print(grid)
    if found["messages"]["dead"]:
        out().print("Dead letters wait for a person: `hsched inbox dead`.")


@app.command("dead", epilog=DEAD_EXAMPLES)
def dead(as_json: bool = typer.Option(False, "--json", help="Print JSON.")) -> None:
    """List dead letters with reason, attempts and age."""
    found = letters(_inbox())
    if as_json:
        print_json(found)
    elif not found:
        out().print("There are no dead letters.")
    else:
        _list(found)


@app.command("replay", epilog=REPLAY_EXAMPLES)
def replay(
    message: str = typer.Argument("", help="Id of a dead letter, as `hsched inbox dead` lists it."),
    all_of_them: bool = typer.Option(False, "--all", help="Every dead letter."),
) -> None:
    """Give dead letters another life, once what kept them from being worked with is mended; signed with your login."""
    if bool(message) == all_of_them:
        raise UserError("Neither one dead letter nor all of them are named, or both are.", "Give an id, or --all.")
    inbox, actor = _inbox(), signature()
    chosen = [one.id for one in inbox.dead_letters()] if all_of_them else [message]
    for one in chosen:
        inbox.replay(one, actor)
    out().print(f"{len(chosen):,} replayed; they are worked on with the next messages.")


def counted(inbox: "Inbox") -> dict[str, Any]:
    """Messages by state, those without any included, and how many may be worked on now."""
    from hsched_core.domain.inbox import MessageState

    counts = inbox.counts()
    return {"messages": {str(state): counts.get(state, 0) for state in MessageState}, "due": inbox.waiting()}


def letters(inbox: "Inbox") -> list[dict[str, Any]]:
    """The dead letters as plain documents."""
    now = inbox.now()
    return [
        {"id": one.id, "source": one.source, "reason": one.reason, "attempts": one.attempts, "age_hours": _hours(now, one.received_at)}
        for one in inbox.dead_letters()
    ]


def _hours(now: "datetime", then: "datetime") -> float:
    return round((now - then).total_seconds() / 3600, 1)


def signature() -> str:
    """The login of who types, in the letters that the audit trail takes."""
    from hsched_cli.practice import login

    return "person:" + re.sub(r"[^a-z0-9_.-]", "-", login().lower())


def _list(found: list[dict[str, Any]]) -> None:
    from hsched_cli.summary.page import table

    grid = table("id", "from", "reason", "attempts", "age, hours", words=3)
    for one in found:
        grid.add_row(one["id"], one["source"], one["reason"], f"{one['attempts']:,}", f"{one['age_hours']:,}")
    out().print(grid)


def _inbox() -> "Inbox":
    from hsched_cli.practice import opened

    return opened().inbox
