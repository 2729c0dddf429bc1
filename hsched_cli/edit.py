"""`hsched edit`: another channel, or another template, for a message or an offer that waits. The editor becomes the proposer."""

import typer

from hsched_cli.console import out
from hsched_cli.desk import AS, CASE, decider, the_case
from hsched_core.domain.contact import Channel
from hsched_core.domain.lifecycle import State

EXAMPLES = """
Examples:

  hsched edit 0f3c9a6e --channel email --as frontdesk                 the same offer, by email

  hsched edit 0f3c9a6e --template waitlist_withdrawn --as frontdesk   another of hsched's texts
"""


def edit(
    case: str = CASE,
    channel: Channel | None = typer.Option(None, help="How it is to reach the client instead."),
    template: str = typer.Option("", help="The text that is to be sent instead, one of hsched's own; there is no free text."),
    login: str = typer.Option(..., "--as", help=AS.help),
) -> None:
    """Change an offer or a message that waits. The old proposal is withdrawn, the new one is yours: somebody else approves it.

    To whom, and which time, is not changed here: approve another candidate of the list (`hsched approve CASE --candidate 2`), or reject.
    """
    from hsched_cli.case_words import describe
    from hsched_cli.practice import opened
    from hsched_core.domain.changing import changed_action

    practice = opened()
    person, found = decider(practice, login, "edit"), the_case(practice, case)
    changed = practice.path.edit(found.id, changed_action(found.action, channel, template, practice.templates), person)
    out().print(
        f"{found.id[:12]} is withdrawn. {changed.id[:12]} takes its place: {describe(changed.action, practice.timezone)}.", markup=False
    )
    if changed.state is State.BLOCKED:
        out().print(f"A rule stands against it: hsched audit show {changed.id[:12]} says which.", style="red", markup=False)
    else:
        out().print(f"You are its proposer; next, by somebody else: hsched approve {changed.id[:12]} --as ...", markup=False)
