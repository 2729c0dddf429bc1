"""`hsched clients`: which clients a person has in hand. Nothing is sent to them by any use case until they are given back."""

import typer

from hsched_cli.console import out, print_json
from hsched_cli.desk import AS, someone
from hsched_core.domain.contact import Pause
from hsched_core.domain.errors import UserError

app = typer.Typer(help="Clients whom a person has in hand: no use case contacts them.")
LIST_EXAMPLES = """
Examples:

  hsched clients list

  hsched clients list --json
"""
PAUSE_EXAMPLES = """
Examples:

  hsched clients pause 0a0a0a0a --because client_asked --as frontdesk      the first digits, as the queue shows them

  hsched clients pause PT-000007 --because in_touch --as frontdesk         the EHR's own id; who looked is recorded
"""
RESUME_EXAMPLES = """
Examples:

  hsched clients resume 0a0a0a0a --because settled --as frontdesk
"""
CLIENT = typer.Argument(help="The client: a pseudonym, its first digits, or the EHR's own id.")
BECAUSE = typer.Option(..., help="Why, as one of these words. The audit trail keeps it.")


@app.callback(invoke_without_command=True)
def clients(context: typer.Context) -> None:
    """Clients whom a person has in hand: no use case contacts them."""
    if context.invoked_subcommand is None:
        list_paused(as_json=False)


@app.command("list", epilog=LIST_EXAMPLES)
def list_paused(as_json: bool = typer.Option(False, "--json", help="Print JSON.")) -> None:
    """List who is paused, and since when."""
    from hsched_cli.case_words import local, short
    from hsched_cli.practice import opened

    practice = opened()
    with practice.path_store.looking() as state:
        paused = state.paused()
    if as_json:
        print_json([{"client": client, "since": since} for client, since in paused.items()])
        return
    for client, since in paused.items():
        out().print(f"{short(client)}  since {local(since, practice.timezone)}", markup=False)
    if not paused:
        out().print("Nobody is paused.", markup=False)


@app.command("pause", epilog=PAUSE_EXAMPLES)
def pause(client: str = CLIENT, because: Pause = BECAUSE, login: str = typer.Option(..., "--as", help=AS.help)) -> None:
    """Take a client over: no offer, message or reminder leaves for them until `resume`. What was approved and not sent is blocked."""
    from hsched_cli.case_words import short
    from hsched_cli.practice import opened
    from hsched_cli.who import the_client

    practice = opened()
    person = someone(practice, login, "clients.pause")
    found = the_client(practice, client, person.token)
    practice.path.pause(found, person, because)
    out().print(
        f"Nothing is sent to client {short(found)} any more. `hsched clients resume {short(found)} ...` gives them back.", markup=False
    )


@app.command("resume", epilog=RESUME_EXAMPLES)
def resume(client: str = CLIENT, because: Pause = BECAUSE, login: str = typer.Option(..., "--as", help=AS.help)) -> None:
    """Give a client back: use cases may contact them again, within consent, quiet hours and budget."""
    from hsched_cli.case_words import short
    from hsched_cli.practice import opened
    from hsched_cli.who import the_client

    practice = opened()
    person = someone(practice, login, "clients.resume")
    found = the_client(practice, client, person.token)
    with practice.path_store.looking() as state:
        if found not in state.paused():
            raise UserError(f"Client {short(found)} is not paused.", "See `hsched clients`.")
    practice.path.resume(found, person, because)
    out().print(f"Client {short(found)} may be contacted again.", markup=False)
