"""`hsched people`: who may decide in this practice, and in which role."""

import typer

from hsched_cli.console import out, print_json

EXAMPLES = """
Examples:

  hsched people

  hsched people --json
"""


def people(as_json: bool = typer.Option(False, "--json", help="Print JSON.")) -> None:
    """Show who may decide, from people.yaml in the practice's folder (a login, its roles, a clinician's pseudonym, `is_active`).

    Whoever can write to that folder can sign as anybody: the file says who may do what, it does not prove who types.
    """
    from hsched_cli.practice import opened
    from hsched_core.policy.approval import APPROVERS

    known = opened().people
    may = {login: sorted(kind for kind, roles in APPROVERS.items() if roles & one.roles) for login, one in known.items()}
    if as_json:
        rows = [
            {"login": login, "roles": sorted(one.roles), "clinician": one.clinician, "is_active": one.is_active, "may_approve": may[login]}
            for login, one in known.items()
        ]
        print_json(rows)
        return
    for login, one in known.items():
        off = "" if one.is_active else " (disabled)"
        out().print(f"{login:16} {', '.join(sorted(one.roles))}{off}: {', '.join(may[login]) or 'approves nothing'}", markup=False)
