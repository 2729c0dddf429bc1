"""`hsched api-clients`: programs that may ask the service for predictions or figures. A token is shown once, and kept as its hash."""

from typing import TYPE_CHECKING

import typer

from hsched_cli.console import out, print_json
from hsched_cli.desk import AS, STAFF, someone
from hsched_core.domain.api_clients import ApiScope

if TYPE_CHECKING:
    from hsched_adapters.assembly import OpenPractice
    from hsched_core.domain.people import Person

app = typer.Typer(help="Programs that may ask the service, each with a token of its own.")
ADD_EXAMPLES = """
Examples:

  hsched api-clients add ehr --as admin                      may ask for predictions

  hsched api-clients add prometheus --scope metrics --as admin
"""
LIST_EXAMPLES = """
Examples:

  hsched api-clients list

  hsched api-clients list --json
"""
REVOKE_EXAMPLES = """
Examples:

  hsched api-clients revoke ehr --as admin
"""
CHECK_EXAMPLES = """
Examples:

  hsched api-clients check
"""
NAME = typer.Argument(help="Its name: small letters, digits and hyphens. Never given twice.")
SCOPES = typer.Option([ApiScope.PREDICT], "--scope", help="What it may ask for; may be given several times.")


@app.callback(invoke_without_command=True)
def api_clients(context: typer.Context) -> None:
    """Programs that may ask the service, each with a token of its own."""
    if context.invoked_subcommand is None:
        list_clients(as_json=False)


@app.command("add", epilog=ADD_EXAMPLES)
def add(name: str = NAME, scopes: list[ApiScope] = SCOPES, login: str = typer.Option(..., "--as", help=AS.help)) -> None:
    """Make an API client and print its token, which nobody can read again."""
    from hsched_cli.practice import opened

    practice = opened()
    person = _keeper(practice, login, "api_clients.add")
    token = practice.service.predictions.api_clients.add(name, frozenset(scopes), person.token)
    out().print(token, markup=False, soft_wrap=True)
    out().print(f"That is {name}'s token, shown this once. Send it as `Authorization: Bearer ...`.", markup=False)


@app.command("list", epilog=LIST_EXAMPLES)
def list_clients(as_json: bool = typer.Option(False, "--json", help="Print JSON.")) -> None:
    """List every API client there ever was, with its scopes."""
    from hsched_cli.case_words import local
    from hsched_cli.practice import opened

    practice = opened()
    found = practice.service.predictions.api_clients.every()
    if as_json:
        print_json(
            [
                {
                    "name": one.name,
                    "scopes": sorted(one.scopes),
                    "made_at": one.made_at,
                    "made_by": one.made_by,
                    "revoked_at": one.revoked_at,
                }
                for one in found
            ]
        )
        return
    for one in found:
        stands = f"revoked {local(one.revoked_at, practice.timezone)}" if one.revoked_at else ", ".join(sorted(one.scopes))
        out().print(f"{one.name:24} {stands}", markup=False)
    if not found:
        out().print("There is no API client. `hsched api-clients add NAME --as LOGIN` makes one.", markup=False)


@app.command("revoke", epilog=REVOKE_EXAMPLES)
def revoke(name: str = NAME, login: str = typer.Option(..., "--as", help=AS.help)) -> None:
    """From its next request on the API client is refused."""
    from hsched_cli.practice import opened

    practice = opened()
    person = _keeper(practice, login, "api_clients.revoke")
    practice.service.predictions.api_clients.revoke(name, person.token)
    out().print(f"{name}'s token opens nothing any more.", markup=False)


@app.command("check", epilog=CHECK_EXAMPLES)
def check() -> None:
    """Compare the access log of predictions with the audit trail's hashes of it; fails where they differ."""
    from hsched_cli.practice import opened
    from hsched_core.domain.errors import UserError

    found = opened().service.predictions.log.check()
    if found.wrong:
        raise UserError(
            f"{len(found.wrong)} of {found.groups} groups of predictions are not what the audit trail says: {found.wrong[0]} and so on.",
            "Somebody changed the table `predictions` past the program; `hsched audit verify` tells whether the trail itself is whole.",
        )
    out().print(f"{found.rows} predictions in {found.groups} groups: all as the audit trail says.", markup=False)


def _keeper(practice: "OpenPractice", login: str, wanted: str) -> "Person":
    """The active person of that login, if their role keeps API clients; a refused attempt is recorded."""
    from hsched_core.domain.errors import UserError
    from hsched_core.policy.permissions import PERMISSIONS, Subject, may

    person = someone(practice, login, wanted)
    if not may(person, Subject.API_CLIENTS):
        practice.path.note_refused(person.token, wanted, ["approval.role"], STAFF)
        roles = ", ".join(sorted(PERMISSIONS[Subject.API_CLIENTS]))
        raise UserError(f"{login} may not keep API clients.", f"Roles that may: {roles}; see `hsched people`.")
    return person
