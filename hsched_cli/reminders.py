"""`hsched reminders`: what clients would be sent and why, whom staff call next, and whether the words may stand on a lock screen."""

from typing import TYPE_CHECKING, Any

import typer

from hsched_cli import reminders_report
from hsched_cli.console import out, print_json

if TYPE_CHECKING:
    from hsched_adapters.assembly import OpenPractice
    from hsched_core.domain.proposal import Proposal
    from hsched_core.messages.lint import Problem
    from hsched_core.use_cases.reminders import Call

app = typer.Typer(help="Reminders: what would be sent and why, whom staff call next, whether the words are discreet.")
PREVIEW_EXAMPLES = """
Examples:

  hsched reminders preview               the tiers, and every template as a client reads it, in both languages, with its length

  hsched reminders preview --due         what would be proposed now, and why; nothing is sent, nobody is drawn
"""
CALLS_EXAMPLES = """
Examples:

  hsched reminders calls                 who is called next: by the minutes a call is expected to save, not by risk alone

  hsched reminders calls --json
"""
LINT_EXAMPLES = """
Examples:

  hsched reminders lint                  the templates in force, ours and the practice's own (messages.yaml)

  hsched reminders lint --word "New Dawn" --word recovery     also against these words
"""


@app.callback(invoke_without_command=True)
def reminders(context: typer.Context) -> None:
    """Reminders: what would be sent and why, whom staff call next, whether the words are discreet."""
    if context.invoked_subcommand is None:
        calls(as_json=False)


@app.command("preview", epilog=PREVIEW_EXAMPLES)
def preview(
    due: bool = typer.Option(False, "--due", help="What would be proposed now, instead of the words."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON."),
) -> None:
    """Show the tiers and the words as clients read them, or what would be proposed now. Nothing is sent."""
    from hsched_cli.practice import opened

    practice = opened()
    rows, tiers = _due(practice) if due else _words(practice), _tiers(practice, count=due)
    if as_json:
        print_json({"due" if due else "templates": rows, "tiers": tiers})
        return
    for one in tiers:
        coming = f"; {one['coming']} visits to come" if due else ""
        out().print(f"{one['tier']}: risk {one['risks']}{coming}\n    {one['what']}", markup=False)
    for row in rows:
        head = f"{row['what']}" if due else f"{row['template']} ({row['language']}, {row['characters']} characters)"
        out().print(head, markup=False)
        for line in row["reasons"] if due else [row["text"]]:
            out().print(f"    {line}", markup=False)
    if due and not rows:
        out().print("Nothing is due now." if practice.reminder_settings.is_on else _off())


@app.command("calls", epilog=CALLS_EXAMPLES)
def calls(as_json: bool = typer.Option(False, "--json", help="Print JSON: whole ids.")) -> None:
    """List the calls that would help and are due, those first that save most; `hsched reminders` alone does the same."""
    from hsched_cli.practice import opened
    from hsched_core.use_cases.reminders import calls as ranked

    practice = opened()
    facts = practice.reminders.facts()
    rows = [_call_row(one) for one in ranked(facts)]
    if as_json:
        print_json({"calls": rows, "calls_today": facts.calls_today, "calls_per_day": facts.settings.calls_per_day})
        return
    for row in rows:
        out().print(_call_line(row, practice), markup=False)
    out().print(f"{facts.calls_today} of {facts.settings.calls_per_day} calls of the day are asked for already.", markup=False)
    if not practice.reminder_settings.is_on:
        out().print(_off())


@app.command("lint", epilog=LINT_EXAMPLES)
def lint(
    word: list[str] = typer.Option([], "--word", help="A word that nobody else is to read; beside those of practice.yaml."),
    as_json: bool = typer.Option(False, "--json", help="Print JSON."),
) -> None:
    """Check every template in force: revealing words, the practice's own words, money, length, form. Ends with 1 where one is found."""
    from hsched_cli.practice import opened

    found = opened().words.problems(word)
    if as_json:
        print_json({"problems": [{**_plain(one)} for one in found]})
    else:
        for one in found:
            out().print(str(one), markup=False)
        out().print("Every template is discreet." if not found else f"{len(found)} problems.", markup=False)
    if found:
        raise typer.Exit(1)


app.command("report", epilog=reminders_report.REPORT_EXAMPLES)(reminders_report.report)
app.command("standbys", epilog=reminders_report.STANDBYS_EXAMPLES)(reminders_report.standbys)
app.command("stands-by", epilog=reminders_report.STANDS_BY_EXAMPLES)(reminders_report.stands_by)


def _tiers(practice: "OpenPractice", *, count: bool) -> list[dict[str, Any]]:
    """The tiers under the settings in force; with how many visits to come each has now."""
    from hsched_core.use_cases.reminders_tiers import counted, explained

    settings = practice.reminder_settings
    coming = counted(practice.reminders.facts().coming, settings) if count else {}
    rows = [{"tier": str(one.tier), "risks": one.risks, "what": one.what} for one in explained(settings)]
    return [{**row, **({"coming": coming[one.tier]} if count else {})} for row, one in zip(rows, explained(settings), strict=True)]


def _words(practice: "OpenPractice") -> list[dict[str, Any]]:
    return [
        {"template": one.template, "language": one.language, "text": one.text, "characters": len(one.text)}
        for one in practice.words.shown()
    ]


def _due(practice: "OpenPractice") -> list[dict[str, Any]]:
    from hsched_core.use_cases.reminders import propose

    return [_due_row(one, practice) for one in propose(practice.reminders.facts())]


def _due_row(proposal: "Proposal", practice: "OpenPractice") -> dict[str, Any]:
    from hsched_cli.case_words import describe

    return {
        "what": describe(proposal.action, practice.timezone),
        "appointment": proposal.subject,
        "reasons": list(proposal.reasons),
        "until": proposal.expires_at.isoformat(),
    }


def _call_row(call: "Call") -> dict[str, Any]:
    visit = call.visit
    return {
        "rank": call.rank,
        "appointment": visit.appointment,
        "client": visit.client,
        "starts_at": visit.starts_at.isoformat(),
        "minutes_saved": round(call.benefit, 1),
        "risk": visit.risk,
        "skipped_because": call.skipped_because,
    }


def _call_line(row: dict[str, Any], practice: "OpenPractice") -> str:
    from datetime import datetime

    from hsched_cli.case_words import local, short

    when = local(datetime.fromisoformat(row["starts_at"]), practice.timezone)
    line = f"{row['rank']:3}. client {short(row['client'])}, visit {short(row['appointment'])} on {when}:"
    line += f" saves about {row['minutes_saved']} minutes, risk {row['risk']:.0%}"
    return f"{line} - {row['skipped_because']}" if row["skipped_because"] else line


def _plain(problem: "Problem") -> dict[str, str]:
    return {"template": problem.template, "language": problem.language, "rule": problem.rule, "found": problem.found}


def _off() -> str:
    return "Reminders are off: set `is_on: true` below `reminders:` in practice.yaml."
