"""`hsched replies`: what clients wrote back and a person has to deal with. Words are shown only to who may read them, one at a time."""

from typing import TYPE_CHECKING, Any

import typer

from hsched_cli.console import err, out, print_json
from hsched_cli.desk import AS, someone
from hsched_core.domain.errors import UserError
from hsched_core.domain.replies import Resolution

if TYPE_CHECKING:
    from datetime import datetime

    from hsched_adapters.assembly import OpenPractice
    from hsched_core.domain.people import Person
    from hsched_core.domain.replies import Reply

app = typer.Typer(help="What clients wrote back and a person has to deal with.")
REPLY = typer.Argument(help="The reply, as `hsched replies` shows it; its first digits are enough.")
FEWEST_DIGITS = 4
LIST_EXAMPLES = """
Examples:

  hsched replies list                    what waits, the gravest first, and why

  hsched replies list --json
"""
SHOW_EXAMPLES = """
Examples:

  hsched replies show 3f9c0a51 --as frontdesk      the client's words; that you read them is kept in the audit trail
"""
TAKE_EXAMPLES = """
Examples:

  hsched replies take 3f9c0a51 --as manager1       you have it: nobody is called about it any more
"""
RESOLVE_EXAMPLES = """
Examples:

  hsched replies resolve 3f9c0a51 --outcome arranged --as frontdesk     you did it in the EHR

  hsched replies resolve 3f9c0a51 --outcome opted_out --as frontdesk    it was a wish to be left alone: consent is withdrawn

  hsched replies resolve 3f9c0a51 --outcome cared_for --as clinician1   a crisis: somebody spoke to the client
"""
WORK_EXAMPLES = """
Examples:

  hsched replies work                    one round, as Dagster has it by itself: read, page, sort
"""


@app.callback(invoke_without_command=True)
def replies(context: typer.Context) -> None:
    """What clients wrote back and a person has to deal with."""
    if context.invoked_subcommand is None:
        list_replies(as_json=False)


@app.command("list", epilog=LIST_EXAMPLES)
def list_replies(as_json: bool = typer.Option(False, "--json", help="Print JSON: whole ids.")) -> None:
    """List what waits for a person; `hsched replies` alone does the same. No client's words are among it."""
    from hsched_cli.practice import opened

    practice = opened()
    rows = [row_of(reply, practice.clock.now()) for reply in practice.replies.waiting()]
    if as_json:
        print_json({"replies": rows})
        return
    if practice.practice.paging is None and any(row["calls_somebody"] for row in rows):
        err().print("Nobody is called: practice.yaml has no `paging:` section.", style="bold red")
    for row in rows:
        out().print(_line(row), markup=False)
    out().print(_count(len(rows)), markup=False)


@app.command("show", epilog=SHOW_EXAMPLES)
def show(reply: str = REPLY, login: str = typer.Option(..., "--as", help=AS.help)) -> None:
    """Print what the client wrote. Front desk and manager may read it, and a clinician whom the client sees; each look is recorded."""
    practice, person, found = _meant(reply, login)
    clinicians = practice.replies.clinicians_of(found.id) if person.clinician else ()
    letter = practice.replies.show(found.id, person, clinicians)
    if letter.address:
        out().print(f"From {printable(letter.address)}", markup=False)
    out().print(printable(letter.text), markup=False)


@app.command("take", epilog=TAKE_EXAMPLES)
def take(reply: str = REPLY, login: str = typer.Option(..., "--as", help=AS.help)) -> None:
    """Say that you have a reply: from now on nobody is called about it."""
    practice, person, found = _meant(reply, login)
    practice.replies.take(found.id, person)
    out().print(f"{found.id[:12]} is yours. Next: hsched replies show {found.id[:12]} --as {login}", markup=False)


@app.command("resolve", epilog=RESOLVE_EXAMPLES)
def resolve(
    reply: str = REPLY,
    outcome: Resolution = typer.Option(..., help="What you did about it."),
    login: str = typer.Option(..., "--as", help=AS.help),
) -> None:
    """Close a reply. Messages to the client go on where no other reply of theirs stands against it, and consent allows it."""
    practice, person, found = _meant(reply, login)
    practice.replies.resolve(found.id, person, outcome)
    out().print(f"{found.id[:12]} is done.", markup=False)


@app.command("work", epilog=WORK_EXAMPLES)
def work() -> None:
    """Have one round of the desk: read what came, call somebody where it cannot wait, look at the clients' visits."""
    from hsched_cli.practice import opened

    done = opened().replies.advance()
    for name, count in sorted(done.items()):
        out().print(f"  {name.replace('_', ' ')}: {count}", markup=False)
    out().print("Nothing came." if not done else "Next: hsched replies", markup=False)


def row_of(reply: "Reply", now: "datetime") -> dict[str, Any]:
    """A waiting reply as a plain document: codes, pseudonyms and ages."""
    return {
        "id": reply.id,
        "reasons": [str(reason) for reason in reply.reasons],
        "state": str(reply.state),
        "intent": str(reply.reading.intent) if reply.reading else None,
        "language": str(reply.reading.language) if reply.reading else None,
        "client": reply.message.client,
        "visit": reply.visit or None,
        "channel": str(reply.message.channel),
        "age_minutes": round((now - reply.message.received_at).total_seconds() / 60),
        "pages": reply.pages,
        "taken_by": reply.taken_by or None,
        "calls_somebody": reply.calls_somebody,
        "pauses_contact": reply.pauses,
    }


def printable(text: str) -> str:
    """The words without what a terminal would obey."""
    return "".join(sign if sign.isprintable() or sign == "\n" else "\N{REPLACEMENT CHARACTER}" for sign in text)


def _line(row: dict[str, Any]) -> str:
    why = (
        ", ".join(row["reasons"]).replace("_", " ") or "nobody has read it yet"
        if row["state"] != "read"
        else "its visits are being looked at"
    )
    who = f"client {row['client'][:8]}" if row["client"] else "nobody we know"
    parts = [f"{row['id'][:12]}  {why}", who, f"visit {row['visit'][:8]}" if row["visit"] else "", f"{row['age_minutes']:,} min ago"]
    parts += [f"called {row['pages']} times" if row["pages"] else "", f"{row['taken_by']} has it" if row["taken_by"] else ""]
    return "; ".join(part for part in parts if part)


def _count(number: int) -> str:
    if number == 0:
        return "No reply waits for a person."
    return f"{number} {'reply waits' if number == 1 else 'replies wait'}. Next: hsched replies show REPLY --as LOGIN"


def _meant(started: str, login: str) -> tuple["OpenPractice", "Person", "Reply"]:
    """The practice, who types, and the one waiting reply whose id begins so."""
    from hsched_cli.practice import opened

    practice = opened()
    person = someone(practice, login)
    found = [reply for reply in practice.replies.waiting() if reply.id.startswith(started)]
    if len(started) < FEWEST_DIGITS or len(found) != 1:
        problem = f"{len(found)} waiting replies begin so." if len(started) >= FEWEST_DIGITS else "That is too short for a reply."
        raise UserError(problem, "See `hsched replies`.")
    return practice, person, found[0]
