"""`hsched stop` and `hsched release`: the kill switch. Anybody of the practice may throw it; a manager lets things go on."""

import typer

from hsched_cli.console import out
from hsched_cli.desk import AS, decider, someone

STOP_EXAMPLES = """
Examples:

  hsched stop --as frontdesk
"""
RELEASE_EXAMPLES = """
Examples:

  hsched release --as manager1
"""


def stop(login: str = typer.Option(..., "--as", help=AS.help)) -> None:
    """Stop everything: from now on nothing leaves the practice through hsched, whatever was approved."""
    from hsched_cli.practice import opened

    practice = opened()
    practice.path.stop(someone(practice, login, "stop").token)
    out().print("Stopped. What was approved waits. `hsched release --as ...` (a manager) lets it go on.", style="bold", markup=False)


def release(login: str = typer.Option(..., "--as", help=AS.help)) -> None:
    """Let everything go on, as the practice's manager. What is approved and still passes is carried out."""
    from hsched_cli.practice import opened

    practice = opened()
    practice.path.release(decider(practice, login, "release"))
    out().print("Released.", markup=False)
