"""`hsched reminders report` and `standbys`: what became of visits that were reminded of, and who stands by for a time."""

from dataclasses import asdict
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import typer

from hsched_cli.console import out, print_json
from hsched_cli.desk import AS, FEWEST_DIGITS, someone
from hsched_core.domain.errors import UserError

if TYPE_CHECKING:
    from hsched_adapters.assembly import OpenPractice
    from hsched_core.use_cases.reminders_report import Row

REPORT_EXAMPLES = """
Examples:

  hsched reminders report                of the last 30 days, by tier: confirmed, cancelled early and late, missed, kept, filled again

  hsched reminders report --days 90 --json
"""
STANDBYS_EXAMPLES = """
Examples:

  hsched reminders standbys              who was told that a time may become free, and who said yes
"""
STANDS_BY_EXAMPLES = """
Examples:

  hsched reminders stands-by 3104fe4c --as frontdesk            the client called, and would take the time

  hsched reminders stands-by 3104fe4c --no --as frontdesk
"""
TITLES = (
    "tier",
    "visits",
    "confirmed",
    "cancelled early",
    "late",
    "missed",
    "kept",
    "moved",
    "to come",
    "unseen",
    "filled again",
    "share early",
)
AHEAD = timedelta(days=7)  # reminded of, and still to come
NOT_AN_EFFECT = "Counts, not effects: tiers were chosen by risk. What reminders change: hsched effect reminders."


def report(
    days: int = typer.Option(30, min=1, max=400, help="How many days back."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON."),
) -> None:
    """Count what became of visits that were reminded of, by what they were sent. Cancelled early is what can be filled again."""
    from hsched_cli.practice import opened
    from hsched_core.use_cases.reminders_report import FEWEST

    found = measured(opened(), days)
    if as_json:
        print_json({"days": days, "fewest": FEWEST, "tiers": [asdict(one) for one in found]})
        return
    if not found:
        out().print(f"No visit of the last {days} days was reminded of.")
        return
    _show(found)


def measured(practice: "OpenPractice", days: int) -> "list[Row]":
    """The report's rows, from our own store and the EHR as it is now."""
    from hsched_core.domain.holdout import Arm
    from hsched_core.domain.lifecycle import MAY_HAVE_HAPPENED
    from hsched_core.domain.openings import OpeningState
    from hsched_core.use_cases import REMINDERS
    from hsched_core.use_cases.reminders_report import followed, rows

    now = practice.clock.now()
    since = now - timedelta(days=days)
    with practice.path_store.looking() as state:
        cases = [case for case in state.open_cases(*MAY_HAVE_HAPPENED) if case.proposal.use_case == REMINDERS and case.since >= since]
        draws = state.draws(REMINDERS, now + AHEAD)
        filled = state.openings(OpeningState.FILLED, OpeningState.TAKEN, after=since)
    sent: dict[str, list[Any]] = {}
    for case in cases:
        sent.setdefault(case.proposal.subject, []).append(case)
    there = practice.reader.appointments(since, now + AHEAD)
    held = {one.subject for one in draws if one.arm is Arm.HELD}
    confirmed = practice.texts.confirmations(list(sent))
    notice = timedelta(hours=practice.practice.late_cancel_hours)
    return rows(
        followed(sent, there, now, held=held, confirmed=confirmed.keys(), refilled={one.id for one in filled}, notice=notice),
    )


def standbys(as_json: bool = typer.Option(False, "--json", help="Print JSON: whole ids.")) -> None:
    """List open standbys: clients who were told that somebody else's time may become free. It is still somebody else's."""
    from hsched_cli.case_words import local, short
    from hsched_cli.practice import opened

    practice = opened()
    found = practice.reminders.standbys.waiting()
    if as_json:
        rows = [{"id": one.id, "client": one.client, "appointment": one.appointment, "state": str(one.state)} for one in found]
        print_json({"standbys": [{**row, "until": one.until.isoformat()} for row, one in zip(rows, found, strict=True)]})
        return
    for one in found:
        said = "said yes" if one.state == "waits" else "has not answered"
        line = (
            f"{one.id[:12]}  client {short(one.client)} {said}; visit {short(one.appointment)}, until {local(one.until, practice.timezone)}"
        )
        out().print(line, markup=False)
    out().print("Nobody stands by." if not found else "Where a time becomes free, who said yes is offered it first.")


def stands_by(
    standby: str = typer.Argument(help="The standby, as `hsched reminders standbys` shows it; its first digits are enough."),
    says_yes: bool = typer.Option(True, "--yes/--no", help="What the client said."),
    login: str = typer.Option(..., "--as", help=AS.help),
) -> None:
    """Note what a client told you about a time that may become free."""
    from hsched_cli.practice import opened

    practice = opened()
    person = someone(practice, login)
    found = [one for one in practice.reminders.standbys.waiting() if one.id.startswith(standby)]
    if len(standby) < FEWEST_DIGITS or len(found) != 1:
        raise UserError(f"{len(found)} open standbys begin so.", "See `hsched reminders standbys`; four digits at least.")
    after = practice.reminders.standbys.answered(found[0].id, person, practice.practice.id, says_yes=says_yes)
    out().print(f"{after.id[:12]}: the client {'stands by' if says_yes else 'does not want it'}.", markup=False)


def _show(found: "list[Row]") -> None:
    from hsched_cli.summary.page import table

    grid = table(*TITLES, words=1)
    for row in found:
        ends = row.endings
        told = (ends[name] for name in ("cancelled_early", "cancelled_late", "missed", "kept", "moved", "to_come", "unseen"))
        grid.add_row(row.group, f"{row.visits:,}", f"{row.confirmed:,}", *(f"{one:,}" for one in told), f"{row.refilled:,}", _share(row))
    out().print(grid)
    out().print(NOT_AN_EFFECT)


def _share(row: "Row") -> str:
    if row.early_share is None or row.early_low is None or row.early_high is None:
        return "too little data"
    return f"{row.early_share:.0%} ({row.early_low:.0%} to {row.early_high:.0%})"
