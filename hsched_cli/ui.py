"""`hsched ui`: the service, Dagster and MLflow on this machine's loopback, until Ctrl-C."""

import signal
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, NamedTuple

import typer

from hsched_cli.console import err, out
from hsched_cli.processes import LOOPBACK, Program, Running, free_port, start, stop, wait_until_answering
from hsched_cli.sandbox_people import announce_people
from hsched_core.domain.errors import UserError

if TYPE_CHECKING:
    from hsched_adapters.settings import Settings

EXAMPLES = """
Examples:

  hsched ui                                      the service on 8700, Dagster on 3000, MLflow on 5000, or the next free ports

  hsched ui --dagster-port 3100 --mlflow-port 5100
"""
START_SECONDS = 180.0
WORKSPACE = Path(__file__).parents[1] / "workspace.yaml"


def ui(
    dagster_port: int = typer.Option(3000, help="First port to try for Dagster."),
    mlflow_port: int = typer.Option(5000, help="First port to try for MLflow."),
    service_port: int = typer.Option(8700, help="First port to try for the service."),
) -> None:
    """Start the service, Dagster and MLflow for this practice, print addresses and demo sign-ins, stop all on Ctrl-C.

    A practice in a box gets its EHR and its people too: there is something to decide from the first minute.
    """
    from hsched_adapters.assembly import open_practice
    from hsched_cli.practice import settings
    from hsched_cli.ui_sandbox import lived_in

    chosen = settings()
    practice = open_practice(chosen)  # NotReadyError before anything is made or started
    practice.service.ways_in()
    ports = _ports(dagster_port, mlflow_port, service_port)
    with (
        ending_on_terminate(),
        stopped_by_hand(),
        lived_in(chosen, f"http://{LOOPBACK}:{ports.service}") as shared,
        all_running(programs(chosen, ports, shared)) as running,
    ):
        announce(running)
        announce_people(practice)
        out().print("Ctrl-C stops them.")
        watch(running)


class Ports(NamedTuple):
    """Where each listens."""

    dagster: int
    mlflow: int
    service: int


def _ports(dagster: int, mlflow: int, service: int) -> Ports:
    """The wanted ones, or the next that are free."""
    dagster_at = free_port(dagster)
    mlflow_at = free_port(mlflow, taken=frozenset({dagster_at}))
    return Ports(dagster_at, mlflow_at, free_port(service, taken=frozenset({dagster_at, mlflow_at})))


def programs(settings: "Settings", ports: Ports, shared: Mapping[str, str]) -> list[Program]:
    """What is started: bound to loopback, because neither Dagster nor MLflow asks who you are. `shared`: more of their environment."""
    mlflow = _mlflow(settings, ports.mlflow)
    service = service_program(settings, ports.service, **shared, HSCHED_MLFLOW_UI=mlflow.address)
    return [service, dagster_program(settings, ports.dagster, mlflow.address, **shared), mlflow]


def service_program(settings: "Settings", port: int, **extra: str) -> Program:
    """The service, on loopback; `extra` are more variables of its environment. Its address is the practice's, where none is set."""
    from hsched_adapters.settings import Settings, child_environment

    address = f"http://{LOOPBACK}:{port}"
    command = [sys.executable, "-c", "from hsched_cli.main import run; run()", "service", "--port", str(port)]
    url = address if settings.service_url == Settings.service_url else settings.service_url
    environment = {**child_environment(settings.paths, HSCHED_SERVICE_URL=url), **extra}
    return Program("Service", command, environment, address, settings.paths.home / "logs" / "service.log")


def dagster_program(settings: "Settings", port: int, mlflow_address: str, **extra: str) -> Program:
    """Dagster with its daemon, on loopback; `extra` are more variables of its environment."""
    from hsched_adapters.settings import child_environment
    from hsched_pipelines.home import ensure_dagster_home

    ensure_dagster_home(settings.paths)
    _seen_the_welcome(settings.paths.dagster)
    command = [sys.executable, "-m", "dagster", "dev", "-w", str(WORKSPACE), "-h", LOOPBACK, "-p", str(port)]
    environment = {**child_environment(settings.paths, HSCHED_MLFLOW_UI=mlflow_address), **extra}  # its links to runs lead there
    return Program("Dagster", command, environment, f"http://{LOOPBACK}:{port}", settings.paths.home / "logs" / "dagster.log")


def _mlflow(settings: "Settings", port: int) -> Program:
    from hsched_adapters.settings import child_environment

    settings.paths.mlflow.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "-m", "mlflow", "server", "--host", LOOPBACK, "--port", str(port), "--workers", "1"]
    environment = child_environment(
        settings.paths,
        MLFLOW_BACKEND_STORE_URI=settings.mlflow_tracking_uri,  # by environment: a command line shows its password to everyone
        MLFLOW_SERVER_ENABLE_JOB_EXECUTION="false",  # 2 processes and 0.4 GB instead of 15 and 2.3 GB
    )
    return Program("MLflow", command, environment, f"http://{LOOPBACK}:{port}", settings.paths.home / "logs" / "mlflow.log")


def _seen_the_welcome(dagster_home: Path) -> None:
    """Dagster's first page otherwise opens with an invitation over it."""
    note = dagster_home / ".nux" / "nux.yaml"
    if not note.exists():
        note.parent.mkdir(parents=True, exist_ok=True)
        note.write_text("seen: 1\n", encoding="utf-8")


@contextmanager
def all_running(wanted: Sequence[Program]) -> Iterator[list[Running]]:
    """The programs, started; stopped again whatever happens inside."""
    running: list[Running] = []
    try:
        running.extend(start(program) for program in wanted)
        yield running
    except KeyboardInterrupt:
        err().print("\nStopping ...")
    finally:
        for one in reversed(running):
            stop(one)


@contextmanager
def stopped_by_hand() -> Iterator[None]:
    """Ctrl-C before the programs run is an end, not an error."""
    with suppress(KeyboardInterrupt):
        yield


@contextmanager
def ending_on_terminate() -> Iterator[None]:
    """A termination signal ends the programs too, as Ctrl-C does."""
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def announce(running: Sequence[Running]) -> None:
    """Wait for each, and say where it answers."""
    for one in running:
        if not err().is_terminal:  # where there is no spinner, half a minute of silence looks like a hang
            err().print(f"{one.program.name} is starting ...")
        with err().status(f"{one.program.name} is starting ..."):
            if not wait_until_answering(one, START_SECONDS):
                raise _did_not_start(one)
        out().print(f"{one.program.name:8} {one.program.address}")


def watch(running: Sequence[Running]) -> None:
    """Until one of them ends, which is an error."""
    while True:
        check_running(running)
        time.sleep(1.0)


def check_running(running: Sequence[Running]) -> None:
    """UserError where one has ended."""
    for one in running:
        if one.has_ended:
            raise _did_not_start(one)


def _did_not_start(one: Running) -> UserError:
    return UserError(f"{one.program.name} ended or did not answer.", f"Its last lines are in {one.program.log}.")
