"""`hsched who`: the EHR's own id behind a pseudonym of the queue. Every look is kept in the vault's access log, under who looked."""

import re
from typing import TYPE_CHECKING

import typer

from hsched_cli.console import out, print_json
from hsched_cli.desk import AS, someone
from hsched_core.domain.errors import SafeError, UserError

if TYPE_CHECKING:
    from hsched_adapters.assembly import OpenPractice

EXAMPLES = """
Examples:

  hsched who 0a0a0a0a --as frontdesk       the client, clinician or appointment that the queue shows so

  hsched who 0a0a0a0a --as frontdesk --json
"""
KINDS = ("client", "clinician", "appointment", "waitlist_entry")
PSEUDONYM = re.compile(r"\b[0-9a-f]{32}\b")
FEWEST_DIGITS = 6
REASON = "desk"


def who(
    pseudonym: str = typer.Argument(help="A pseudonym, or its first digits as the queue shows them."),
    login: str = typer.Option(..., "--as", help=AS.help),
    as_json: bool = typer.Option(False, "--json", help="Print JSON."),
) -> None:
    """Show the EHR's id behind a pseudonym that an open case names. Who looked, at whom and when is recorded."""
    from hsched_cli.practice import opened

    practice = opened()
    person = someone(practice, login)
    kind, identifier = _resolved(practice, _whole(practice, pseudonym), person.token)
    if as_json:
        print_json({"kind": kind, "id": identifier})
    else:
        out().print(f"{kind.replace('_', ' ')} {identifier}", markup=False)


def _whole(practice: "OpenPractice", started: str) -> str:
    """The one pseudonym among the open cases that begins so."""
    from hsched_core.domain.canonical import written

    with practice.path_store.looking() as state:
        named = {one for case in state.open_cases() for one in PSEUDONYM.findall(written(case)) if one.startswith(started)}
    if len(started) < FEWEST_DIGITS or len(named) != 1:
        problem = f"{len(named)} pseudonyms of open cases begin so." if len(started) >= FEWEST_DIGITS else "Those are too few digits."
        raise UserError(problem, "See `hsched queue`, or `hsched queue --json` for whole ones.")
    return str(named.pop())


def _resolved(practice: "OpenPractice", pseudonym: str, actor: str) -> tuple[str, str]:
    for kind in KINDS:
        try:
            return kind, practice.vault.resolve(kind, pseudonym, actor=actor, reason=REASON)
        except SafeError:
            continue
    raise UserError("The vault knows nobody under that pseudonym.", "Case ids and hashes are no pseudonyms.")
