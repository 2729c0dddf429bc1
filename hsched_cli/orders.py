"""`hsched orders`: what people allow a use case to do without asking each time. An order is a proposal that two others approve."""

from typing import TYPE_CHECKING, Any

import typer

from hsched_cli.console import out, print_json
from hsched_cli.desk import AS, someone

if TYPE_CHECKING:
    from hsched_adapters.assembly import OpenPractice

app = typer.Typer(help="Standing orders: what a use case may do without asking each time.")
LIST_EXAMPLES = """
Examples:

  hsched orders list

  hsched orders list --json
"""
ISSUE_EXAMPLES = """
Examples:

  hsched orders issue offers --use-case waitlist --kinds offer_slot,update_waitlist_status --per-day 40 --as frontdesk

  hsched orders issue reminders --use-case reminders --kinds send_message:visit_reminder --per-day 200 --as frontdesk

  hsched orders issue picks --use-case reschedule --kinds move_appointment,send_message --per-day 20 --as frontdesk

  hsched orders issue groups --use-case group_coordination --kinds cancel_appointment,send_message:group_rsvp --per-day 40 --as frontdesk

  hsched orders issue scores --use-case risk_write_back --kinds record_score --per-day 500 --min-confidence 1 --days 90 --as datateam
"""
DEFAULT_CONFIDENCE = 0.85


@app.callback(invoke_without_command=True)
def orders(context: typer.Context) -> None:
    """Standing orders: what a use case may do without asking each time."""
    if context.invoked_subcommand is None:
        list_orders(as_json=False)


@app.command("list", epilog=LIST_EXAMPLES)
def list_orders(as_json: bool = typer.Option(False, "--json", help="Print JSON.")) -> None:
    """List the standing orders, with their limits, their uses today, and the proposals that wait for approval."""
    from hsched_cli.practice import opened

    practice = opened()
    rows, waiting = _rows(practice), _waiting(practice)
    if as_json:
        print_json({"orders": rows, "waiting": waiting})
        return
    for row in rows:
        force = _force(row)
        limits = f"confidence from {row['min_confidence']}, {row['used_today']} of {row['per_day']} used today"
        out().print(f"{row['reference']:28} {row['use_case']:16} {force}: {', '.join(row['action_kinds'])}; {limits}", markup=False)
        out().print(f"    from {row['valid_from']} until {row['expires_at']}", markup=False)
    for one in waiting:
        out().print(f"{one['case'][:12]} waits for approval: {one['what']}", markup=False)
    if not rows and not waiting:
        out().print("There are no standing orders. Next: hsched orders issue --help")


@app.command("issue", epilog=ISSUE_EXAMPLES)
def issue(
    name: str = typer.Argument(help="A short name; the same name again replaces that order with its next version."),
    use_case: str = typer.Option(..., help="The use case it is for, as `hsched phase show` names it."),
    kinds: str = typer.Option(..., help="Kinds of action it covers, with commas between them."),
    per_day: int = typer.Option(..., min=1, max=10_000, help="How many actions on one day of the practice."),
    min_confidence: float = typer.Option(DEFAULT_CONFIDENCE, min=0, max=1, help="Below this confidence a person is asked."),
    days: int = typer.Option(90, min=1, max=366, help="For how many days from now."),
    login: str = typer.Option(..., "--as", help=AS.help),
) -> None:
    """Propose a standing order. Two people besides the proposer approve it; in a solo practice the one named by the policy does."""
    from hsched_cli.phase import propose
    from hsched_cli.practice import opened
    from hsched_core.domain.actions import IssueStandingOrder
    from hsched_core.workflow.own_rules import WantedOrder, order_of

    practice = opened()
    person = someone(practice, login, "orders.issue")
    with practice.path_store.looking() as state:
        standing = state.order(use_case)
    wanted = WantedOrder(name, use_case, _kinds(kinds), per_day, min_confidence, days)
    order = order_of(wanted, standing, practice.practice.id, practice.clock.now())
    propose(practice, use_case, IssueStandingOrder(order), f"{login} asks for this standing order.", person)


def _kinds(told: str) -> frozenset[str]:
    return frozenset(one.strip() for one in told.split(",") if one.strip())


def _rows(practice: "OpenPractice") -> list[dict[str, Any]]:
    from hsched_core.domain.time import day_start, local_day
    from hsched_core.policy.autonomy import lapse

    now, zone = practice.clock.now(), practice.timezone
    since = day_start(local_day(now, zone), zone)
    with practice.path_store.looking() as state:
        return [
            {
                "reference": order.reference,
                "use_case": order.use_case,
                "action_kinds": sorted(order.action_kinds),
                "min_confidence": order.min_confidence,
                "per_day": order.per_day,
                "phase": str(state.rollout(order.use_case, since).phase),
                "used_today": state.rollout(order.use_case, since).used_today,
                "valid_from": order.valid_from.isoformat(),
                "expires_at": order.expires_at.isoformat(),
                "is_in_force": not any(lapse(order, now)),
            }
            for order in state.orders()
        ]


def _force(row: dict[str, Any]) -> str:
    """An order counts in phase auto only, whatever its dates."""
    if not row["is_in_force"]:
        return "not in force"
    return "in force" if row["phase"] == "auto" else f"valid, but not used: {row['use_case']} is in phase {row['phase']}"


def _waiting(practice: "OpenPractice") -> list[dict[str, Any]]:
    from hsched_cli.case_words import document
    from hsched_core.domain.lifecycle import State

    with practice.path_store.looking() as state:
        cases = state.open_cases(State.WAITING)
    return [document(case, practice.policy) for case in cases if case.action.kind == "issue_standing_order"]
