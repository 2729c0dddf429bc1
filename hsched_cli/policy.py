"""`hsched policy`: the practice's settings of the rules, as they are in force."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

import typer

from hsched_cli.console import out, print_json

if TYPE_CHECKING:
    from hsched_core.policy.practice import PracticePolicy

app = typer.Typer(no_args_is_help=True, help="The practice's settings of the rules.")
EXAMPLES = """
Examples:

  hsched policy show

  hsched policy show --json
"""


@app.callback()
def policy() -> None:
    """The practice's settings of the rules."""


@app.command("show", epilog=EXAMPLES)
def show(as_json: bool = typer.Option(False, "--json", help="Print JSON, as the policy's version hashes it.")) -> None:
    """Show every setting of the rules: its value, whether practice.yaml sets it, what it means, and the version all of them make."""
    from hsched_cli.practice import opened
    from hsched_core.domain.canonical import plain

    practice = opened()
    in_force, given = practice.policy, practice.practice.policy
    offering, moving, grouping = practice.waitlist_settings, practice.service.move_settings, practice.service.group_settings
    planning = practice.service.desk.capacity.settings
    if as_json:
        others = {"waitlist": plain(offering), "reschedule": plain(moving), "capacity": plain(planning), "groups": plain(grouping)}
        print_json({"version": in_force.version, "set": sorted(given), "settings": plain(in_force), **others})
        return
    out().print(f"Policy version {in_force.version}, of {practice.practice.name} ({in_force.zone})", markup=False)
    for name, value, meaning in rows(in_force):
        mark = "*" if name in given else " "
        out().print(f"{mark} {name:22} {value}", markup=False)
        out().print(f"  {'':22} {meaning}", style="dim", markup=False)
    _section("The waitlist (`waitlist:` in practice.yaml):", offering, practice.practice.waitlist)
    _section("Another time that a client picks (`reschedule:` in practice.yaml):", moving, practice.practice.reschedule)
    _section("The page of capacity (`capacity:` in practice.yaml):", planning, practice.practice.capacity)
    _section("The groups (`groups:` in practice.yaml):", grouping, practice.practice.groups)
    out().print("* set in practice.yaml, below `policy:`; everything else is the default. `state` chooses whose holidays.", markup=False)


def _section(title: str, values: Any, given: Mapping[str, Any]) -> None:
    """Settings that lie in a section of their own."""
    out().print(title, markup=False)
    for field in fields(values):
        mark = "*" if field.name in given else " "
        out().print(f"{mark} {field.name:22} {_shown(getattr(values, field.name))}", markup=False)


def rows(in_force: "PracticePolicy") -> list[tuple[str, str, str]]:
    """Name, value and meaning of every setting."""
    from typing import get_type_hints

    hints = get_type_hints(type(in_force), include_extras=True)
    described = [one.name for one in fields(in_force) if hasattr(hints[one.name], "__metadata__")]
    return [(name, _shown(getattr(in_force, name)), str(hints[name].__metadata__[0])) for name in described]


def _shown(value: Any) -> str:
    """As the reference page shows defaults; days with their names."""
    from hsched_cli.reference.policy import shown

    if is_dataclass(value) and not isinstance(value, type) and type(value).__str__ is object.__str__:
        return ", ".join(f"{one.name.replace('_', ' ')} {_shown(getattr(value, one.name))}" for one in fields(value))
    if isinstance(value, tuple) and value and isinstance(value[0], tuple):
        return ", ".join(" ".join(map(str, one)) for one in value)
    return shown(value) or "none"
