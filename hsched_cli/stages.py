"""How a run shows its stages: what is going on now, how long it has taken, and a line for each that is done."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console
    from rich.status import Status

Say = Callable[[str], None]
WIDTH = 24


@dataclass
class Stage:
    """One finished or running stage. `outcome` is the remark on its line when it is done."""

    name: str
    seconds: float = 0.0
    outcome: str = ""


@dataclass
class Stages:
    """The stages of one run, shown on that console as they go."""

    console: "Console"
    done: list[Stage] = field(default_factory=list)

    @contextmanager
    def stage(self, name: str) -> Iterator[tuple[Stage, Say]]:
        """Run a stage. What it says is its current line in a terminal, and a line of its own in a log file."""
        stage, began = Stage(name), time.perf_counter()
        with self._saying(name) as say:
            yield stage, say
        stage.seconds = time.perf_counter() - began
        self._finish(stage, "[green]done[/green]")

    def skip(self, name: str, why: str) -> None:
        """Say that what is there is used again."""
        self._finish(Stage(name, outcome=why), "[dim]kept[/dim]")

    def _finish(self, stage: Stage, mark: str) -> None:
        self.done.append(stage)
        self.console.print(f"{mark} {stage.name:{WIDTH}} {stage.seconds:6.1f} s  [dim]{stage.outcome}[/dim]")

    @contextmanager
    def _saying(self, name: str) -> Iterator[Say]:
        if not self.console.is_terminal:
            self.console.print(f"...  {name}")
            yield lambda text: self.console.print(f"       {_first_line(text)}", markup=False)
            return
        with self.console.status(name) as status:
            yield _status_line(status, name)


def _first_line(text: str) -> str:
    return text.strip().partition("\n")[0]


def _status_line(status: "Status", name: str) -> Say:
    from rich.markup import escape

    began = time.perf_counter()
    return lambda text: status.update(f"{name} [dim]{time.perf_counter() - began:.0f} s  {escape(_first_line(text))}[/dim]")


def stages() -> Stages:
    """Stages on stderr: stdout is for the result."""
    from hsched_cli.console import err

    sys.stderr.flush()
    return Stages(err())
