"""The environment and the wall clock are read in one module each; a visible comment is the only way around.

The escape is `# escape(clock): reason` or `# escape(environment): reason` on the line itself.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HOMES = {"environment": "hsched_adapters/settings.py", "clock": "hsched_adapters/clock.py"}
READS = {
    "os.environ": "environment",
    "os.getenv": "environment",
    "os.putenv": "environment",
    "datetime.now": "clock",
    "datetime.utcnow": "clock",
    "datetime.today": "clock",
    "date.today": "clock",
    "time.time": "clock",
    "time.time_ns": "clock",
    "time.localtime": "clock",
    "time.gmtime": "clock",
}
ESCAPE = re.compile(r"#\s*escape\((clock|environment)\):\s*\S+")


def reads(source: str) -> Iterator[tuple[int, str]]:
    """Line and kind of every ambient read, `datetime.datetime.now` and `from os import environ` included."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute):
            kind = READS.get(".".join(ast.unparse(node).split(".")[-2:]))
            if kind:
                yield node.lineno, kind
        elif isinstance(node, ast.ImportFrom) and node.module in {"os", "time"}:
            yield from ((node.lineno, READS[name]) for alias in node.names if (name := f"{node.module}.{alias.name}") in READS)


def violations(place: str, source: str) -> list[str]:
    """Ambient reads outside their home that carry no reasoned escape."""
    lines = source.splitlines()
    return [
        f"{place}:{line}: reads the {kind}"
        for line, kind in reads(source)
        if place != HOMES[kind] and not ((match := ESCAPE.search(lines[line - 1])) and match[1] == kind)
    ]


def test_the_present_and_the_environment_are_arguments() -> None:
    """No decision reads a clock, no module reads the environment, except the two that are there for it."""
    paths = [path for package in ROOT.glob("hsched_*") for path in sorted(package.rglob("*.py"))]

    assert [found for path in paths for found in violations(str(path.relative_to(ROOT)), path.read_text())] == []


@pytest.mark.parametrize(
    "source",
    [
        "import os\nhome = os.environ['HOME']",
        "from os import environ",
        "import os\nos.getenv('HOME')",
        "from datetime import datetime\ndatetime.now()",
        "import datetime as dt\nimport datetime\ndatetime.datetime.now(datetime.UTC)",
        "from datetime import date\nf = date.today",
        "from time import time",
    ],
)
def test_the_rule_sees_ambient_reads(source: str) -> None:
    """Each way of reading the present or the environment is found."""
    assert len(violations("hsched_core/x.py", source)) == 1


def test_an_escape_needs_a_reason_and_the_right_kind() -> None:
    """A bare escape, or one for the other kind, does not count."""
    read = "import time\nnow = time.time()"

    assert violations("hsched_core/x.py", f"{read}  # escape(clock): measures a duration for a log line") == []
    assert len(violations("hsched_core/x.py", f"{read}  # escape(clock):")) == 1
    assert len(violations("hsched_core/x.py", f"{read}  # escape(environment): wrong kind")) == 1


def test_measuring_a_duration_is_not_reading_the_present() -> None:
    """Monotonic clocks are free."""
    assert violations("hsched_core/x.py", "import time\ntime.perf_counter()\ntime.monotonic()") == []
