"""The page of commands, from the command line itself."""

import inspect
import re
from collections.abc import Iterator
from typing import Any

from hsched_cli.reference.markdown import code, document, table

TITLE = "Commands"
EXAMPLE = re.compile(r"(\w+=\S+ )*hsched\b")


def page() -> str:
    """The whole page: every command with its arguments, options and examples."""
    from hsched_cli.main import app

    sections = [_section(path, command) for path, command in commands(app)]
    return document(TITLE, "`--debug`, anywhere on the line, shows the whole traceback of a failure.", *sections)


def commands(app: Any) -> Iterator[tuple[str, Any]]:
    """Every command that does something, with the words that call it."""
    from typer.main import get_command

    yield from _leaves("hsched", get_command(app))


def _leaves(path: str, command: Any) -> Iterator[tuple[str, Any]]:
    subcommands = getattr(command, "commands", None)
    if subcommands is None:
        yield path, command
        return
    for name, inner in subcommands.items():
        yield from _leaves(f"{path} {name}", inner)


def _section(path: str, command: Any) -> str:
    parts = [f"## {path}", inspect.cleandoc(command.help or ""), _parameters(command), _examples(command)]
    return "\n\n".join(part for part in parts if part)


def _parameters(command: Any) -> str:
    rows = [_parameter(one) for one in command.params if one.name != "help" and not getattr(one, "hidden", False)]
    return table(["argument or option", "default", "meaning"], rows) if rows else ""


def _parameter(one: Any) -> list[object]:
    if one.param_type_name == "argument":
        return [f"`{one.name.upper()}`", "required" if one.required else "", one.help or ""]
    names = ", ".join(f"`{name}`" for name in [*one.opts, *one.secondary_opts])
    return [names, _default(one), one.help or ""]


def _default(one: Any) -> str:
    if one.required:
        return "required"
    return "" if one.default in (None, False, "") or callable(one.default) else f"`{one.default}`"


def _examples(command: Any) -> str:
    lines = (command.epilog or "").splitlines()
    shown = "\n".join(line.strip() for line in lines if EXAMPLE.match(line.strip()))
    return code(shown) if shown else ""


def examples(command: Any) -> list[str]:
    """The lines to type in a command's help, without the remark beside them."""
    lines = (re.split(r" {2,}", line.strip())[0] for line in (command.epilog or "").splitlines())
    return [line for line in lines if EXAMPLE.match(line)]
