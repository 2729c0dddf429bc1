"""Every command teaches: it says what it does, what each option means, and shows an example that parses."""

import shlex
from typing import Any

import pytest
from typer.main import get_command

from hsched_cli.main import app
from hsched_cli.reference.commands import commands, examples

COMMANDS = list(commands(app))
IDS = [path for path, _ in COMMANDS]


@pytest.mark.parametrize(("path", "command"), COMMANDS, ids=IDS)
def test_a_command_says_what_it_does(path: str, command: Any) -> None:
    """A sentence for the command and for each of its options."""
    assert (command.help or "").strip().endswith(".")
    assert [one.name for one in command.params if not one.help] == []


@pytest.mark.parametrize(("path", "command"), COMMANDS, ids=IDS)
def test_a_command_shows_an_example_of_itself(path: str, command: Any) -> None:
    """The help ends with at least one line to type, and each of its lines parses."""
    lines = examples(command)

    assert lines
    for line in lines:
        words = shlex.split(line.split(" > ")[0])
        called = words[words.index("hsched") + 1 :]
        assert " ".join(["hsched", *called]).startswith(path)
        parse(called)


def parse(words: list[str]) -> None:
    """Parse a command line without running it; a wrong option raises."""
    command: Any = get_command(app)
    context = command.make_context("hsched", list(words), resilient_parsing=False)
    rest = [*context._protected_args, *context.args]
    while getattr(command, "commands", None):
        command = command.commands[rest[0]]
        context = command.make_context(rest[0], rest[1:], parent=context)
        rest = [*context._protected_args, *context.args]


def test_an_example_with_a_wrong_option_would_be_found() -> None:
    """The check can fail."""
    with pytest.raises(Exception, match="--no-such-option"):
        parse(["run", "--no-such-option"])
