"""`hsched sandbox people`: the demo people of a practice in a box, and the passwords with which they sign in to its service."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import typer

from hsched_cli.console import out, print_json
from hsched_core.domain.errors import UserError

if TYPE_CHECKING:
    from hsched_adapters.assembly import OpenPractice

EXAMPLES = """
Examples:

  hsched sandbox people

  hsched sandbox people --json
"""


def people(as_json: bool = typer.Option(False, "--json", help="Print JSON.")) -> None:
    """Print who may sign in to the sandbox practice's service, and with which password. A real practice has no such people."""
    from hsched_cli.practice import opened

    practice = opened()
    passwords = demo_passwords(practice)
    if not passwords:
        raise UserError("This is no practice in a box.", "Its people sign in at its provider: docs/explanation/access.md.")
    if as_json:
        print_json([{"login": login, "password": one, "roles": roles_of(practice, login)} for login, one in passwords.items()])
        return
    for login, one in passwords.items():
        out().print(f"{login:16} {one:16} {', '.join(roles_of(practice, login))}", markup=False)


def demo_passwords(practice: "OpenPractice") -> Mapping[str, str]:
    """Login and password of the demo people that people.yaml knows; nobody outside a sandbox practice."""
    demo = practice.service.demo
    return {login: one for login, one in demo.printed().items() if login in practice.people} if demo else {}


def roles_of(practice: "OpenPractice", login: str) -> list[str]:
    return sorted(practice.people[login].roles)


def announce_people(practice: "OpenPractice") -> None:
    """The first of each role, for who starts the sandbox's service."""
    known: dict[tuple[str, ...], tuple[str, str]] = {}
    for login, one in demo_passwords(practice).items():
        known.setdefault(tuple(roles_of(practice, login)), (login, one))
    for roles, (login, one) in known.items():
        out().print(f"  {login:12} {one:16} {', '.join(roles)}", markup=False)
    if known:
        out().print("  everybody:   hsched sandbox people", markup=False)
