"""`hsched passkeys`: who has a second factor for the service, and taking one away from who lost it."""

import typer

from hsched_cli.console import out, print_json
from hsched_cli.desk import AS, someone
from hsched_core.domain.errors import UserError
from hsched_core.policy.permissions import Subject, may

app = typer.Typer(help="Second factors of people for the service.")
LIST_EXAMPLES = """
Examples:

  hsched passkeys list

  hsched passkeys list --json
"""
FORGET_EXAMPLES = """
Examples:

  hsched passkeys forget frontdesk --as manager1
"""


@app.callback(invoke_without_command=True)
def passkeys(context: typer.Context) -> None:
    """Second factors of people for the service."""
    if context.invoked_subcommand is None:
        list_passkeys(as_json=False)


@app.command("list", epilog=LIST_EXAMPLES)
def list_passkeys(as_json: bool = typer.Option(False, "--json", help="Print JSON.")) -> None:
    """List who has how many passkeys."""
    from hsched_cli.practice import opened

    practice = opened()
    counts = {login: len(practice.service.passkeys.store.of(login)) for login in practice.people}
    if as_json:
        print_json([{"login": login, "passkeys": count} for login, count in counts.items()])
        return
    for login, count in counts.items():
        out().print(f"{login:16} {count or 'none'}", markup=False)


@app.command("forget", epilog=FORGET_EXAMPLES)
def forget(
    person: str = typer.Argument(help="The login of who lost theirs."), login: str = typer.Option(..., "--as", help=AS.help)
) -> None:
    """Remove all passkeys of somebody who lost theirs, as a manager or administrator and not as oneself; their next sign-in needs none."""
    from hsched_cli.practice import opened

    practice = opened()
    actor = someone(practice, login, "passkeys.forget")
    if not may(actor, Subject.FORGET_PASSKEYS) or actor.token == person:
        practice.path.note_refused(actor.token, "passkeys.forget", ["approval.role"], "permission:forget_passkeys")
        raise UserError("You may not remove those passkeys.", "A manager or an administrator may, somebody else's.")
    store = practice.service.passkeys.store
    found = store.of(practice.person(person).token)
    for one in found:
        store.remove(one, actor.token)
    out().print(f"{person} has no passkey any more ({len(found)} removed).", markup=False)
