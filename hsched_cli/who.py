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
    person = someone(practice, login, "who")
    kind, identifier = _resolved(practice, _whole(practice, pseudonym), person.token)
    if as_json:
        print_json({"kind": kind, "id": identifier})
    else:
        out().print(f"{kind.replace('_', ' ')} {identifier}", markup=False)


def found_behind(practice: "OpenPractice", named: str, actor: str) -> list[tuple[str, str]]:
    """Kind and pseudonym of what the EHR calls by that id; `appointment:17` names the kind. Each look is recorded."""
    kind, _, identifier = named.partition(":") if named.partition(":")[0] in KINDS else ("", "", named)
    looks = [(one, practice.vault.find(one, identifier, actor=actor, reason=REASON)) for one in ([kind] if kind else KINDS)]
    return [(one, found) for one, found in looks if found]


def _whole(practice: "OpenPractice", started: str) -> str:
    """The one pseudonym among open cases and paused clients that begins so."""
    from hsched_core.domain.canonical import written

    with practice.path_store.looking() as state:
        spoken_of = {one for case in state.open_cases() for one in PSEUDONYM.findall(written(case))} | {*state.paused()}
    named = {one for one in spoken_of if one.startswith(started)}
    if len(started) < FEWEST_DIGITS or len(named) != 1:
        problem = f"{len(named)} pseudonyms of open cases begin so." if len(started) >= FEWEST_DIGITS else "Those are too few digits."
        raise UserError(problem, "See `hsched queue`, or `hsched queue --json` for whole ones.")
    return str(named.pop())


def the_client(practice: "OpenPractice", named: str, actor: str) -> str:
    """The pseudonym of the client that is meant: by the EHR's id, whole, or by first digits among open cases and paused clients."""
    if found := practice.vault.find("client", named, actor=actor, reason=REASON):
        return found
    pseudonym = named if PSEUDONYM.fullmatch(named) else _whole(practice, named)
    try:
        practice.vault.resolve("client", pseudonym, actor=actor, reason=REASON)
    except SafeError:
        raise UserError("That is no client's.", "See `hsched queue`: it names them as `client`.") from None
    return pseudonym


def _resolved(practice: "OpenPractice", pseudonym: str, actor: str) -> tuple[str, str]:
    for kind in KINDS:
        try:
            return kind, practice.vault.resolve(kind, pseudonym, actor=actor, reason=REASON)
        except SafeError:
            continue
    raise UserError("The vault knows nobody under that pseudonym.", "Case ids and hashes are no pseudonyms.")
