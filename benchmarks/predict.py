"""One visit's risk over HTTP: `hsched service` against `mlflow models serve` with the same champion, one worker each.

    python -m benchmarks.predict --prepare FOLDER    (minutes; then, on a quiet machine)
    python -m benchmarks.predict FOLDER [--rounds 5]

hsched: token, request of the mission, stored features, score, reasons, a durable line in the access log and its audit entry (SQLite).
MLflow: the feature row itself as JSON, no token, no lookup, nothing written down. Servers take turns; another process sends.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.harness import MOST_FOREIGN_CPU, machine, markdown, undisturbed
from benchmarks.http_load import START_SECONDS, Application, Load, load, percentile, pooled, post, wait_until_listening

COUNTS = {"hsched": {1: 1500, 16: 16000}, "mlflow": {1: 150, 16: 400}}  # requests a round, by connections: a few seconds each
ASKED = 200  # different visits, again and again
THROUGHPUT, TAIL = 40.0, 1 / 30
NOW = "2026-03-26T09:00:00-04:00"
REQUESTS = "requests.json"
MOST_REFUSED = 20


def prepare(home: Path) -> None:
    """A practice whose day was scored, a token, and the bodies that both servers are sent about the same visits."""
    from tests.predict_world import distinct, predict_world

    with predict_world(home, {"day_before": "blend", "at_booking": "blend"}) as world:
        stored = {(row["booking_id"], row["moment"]): row["inputs"] for row in world.stands.feature_rows}
        scores = [row for row in distinct(world.stands.scores) if row["moment"] == "day_before"][:ASKED]
        _, fitted = world.registry.champion("day_before")
        rows = [{name: stored[row["booking_id"], row["moment"]][name] for name in fitted.columns} for row in scores]
        kinds = fitted.kinds
        told = {
            "token": world.token("benchmark"),
            "uri": world.ws.tracking_uri,
            "hsched": [world.asked_as(row) for row in scores],
            "mlflow": [{"dataframe_split": {"columns": list(row), "data": [[_as(kinds[n], v) for n, v in row.items()]]}} for row in rows],
            "expected": [row["probability"] for row in scores],
        }
    (home / REQUESTS).write_text(json.dumps(told), encoding="utf-8")
    (home / "service.yaml").write_text("predictions_per_minute: 100000000\n", encoding="utf-8")  # one API client asks all that fits


def _as(kind: str, value: Any) -> Any:
    """As the model's signature has it."""
    if value is None:
        return None
    return str(value) if kind == "word" else float(value)


@dataclass(frozen=True)
class Server:
    """One of the two, and the requests it is sent."""

    name: str
    application: Application
    requests: Sequence[bytes]


@contextmanager
def servers(home: Path) -> Iterator[list[Server]]:
    """Both, running, and found to say the same."""
    from tests.postgres import free_port

    told = json.loads((home / REQUESTS).read_text(encoding="utf-8"))
    ports = {"hsched": free_port(), "mlflow": free_port()}
    commands = {
        "hsched": ["-c", "from hsched_cli.main import run; run()", "service", "--port", str(ports["hsched"])],
        "mlflow": ["-m", "mlflow", "models", "serve", "-m", "models:/no_show__day_before@champion", "--env-manager", "local",
                   "--workers", "1", "--host", "127.0.0.1", "--port", str(ports["mlflow"])],
    }  # fmt: skip
    programs = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # MLflow's command looks for uvicorn there
    environment = {**os.environ, "PATH": programs, "HSCHED_HOME": str(home), "HSCHED_TODAY": NOW, "MLFLOW_TRACKING_URI": told["uri"]}
    with ExitStack() as stack:
        made = []
        for name, command in commands.items():
            log = stack.enter_context((home / f"{name}.log").open("wb"))
            process = subprocess.Popen([sys.executable, *command], env=environment, stdout=log, stderr=log)
            stack.callback(process.wait)
            stack.callback(process.terminate)
            wait_until_listening(ports[name], process)
            path, token = ("/predict/no-show-risk", told["token"]) if name == "hsched" else ("/invocations", "")
            headers = [("authorization", f"Bearer {token}")] if token else []
            requests = [post(ports[name], path, json.dumps(body).encode(), headers) for body in told[name]]
            made.append(Server(name, Application(ports[name], _worker(process.pid)), requests))
            _check(name, f"http://127.0.0.1:{ports[name]}{path}", token, told[name], told["expected"])
        yield made


def _worker(pid: int) -> int:
    """The process that answers: MLflow's command starts another one."""
    children = [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()]
    return children[-1] if children else pid


def _check(name: str, address: str, token: str, bodies: Sequence[Any], expected: Sequence[float]) -> None:
    """Wait until it answers; its scores are the batch's: hsched's to the bit."""
    import requests

    until = time.monotonic() + START_SECONDS
    for body, right in zip(bodies, expected, strict=True):
        while (answer := requests.post(address, json=body, headers={"Authorization": f"Bearer {token}"}, timeout=60)).status_code == 503:
            if time.monotonic() > until:
                raise SystemExit(f"{name} does not get ready")
            time.sleep(0.5)
        answer.raise_for_status()
        found = answer.json()["risk_score"] if name == "hsched" else answer.json()["predictions"][0][1]
        if found != right if name == "hsched" else abs(found - right) > 1e-6:
            raise SystemExit(f"{name} says {found}, the batch {right}")


def measured(running: Sequence[Server], rounds: int, most_foreign: float) -> tuple[list[dict[str, Any]], int]:
    """Rows of the table, and how many rounds were refused because others were at work."""
    rows, refused = [], 0
    for connections in COUNTS["hsched"]:
        runs = {one.name: partial(load, one.application, one.requests, connections, COUNTS[one.name][connections]) for one in running}
        kept, again = undisturbed(runs, rounds, most_foreign, MOST_REFUSED)
        refused += again
        rows += [_row(name, connections, loads, kept["mlflow"]) for name, loads in kept.items()]
    return rows, refused


def _row(name: str, connections: int, loads: Sequence[Load], base: Sequence[Load]) -> dict[str, Any]:
    ratios = [one.rate / other.rate for one, other in zip(loads, base, strict=True)]
    times = pooled(loads)
    p99 = percentile(times, 99)
    return {
        "server": name,
        "connections": connections,
        "answers/s": round(statistics.median(one.rate for one in loads)),
        "times MLflow's": f"{statistics.median(ratios):.0f} ({min(ratios):.0f} to {max(ratios):.0f})",
        "p50 ms": percentile(times, 50),
        "p99 ms": p99,
        "p99, one in": percentile(pooled(base), 99) / p99,
        "processor us": 1e6 * statistics.median(one.cpu for one in loads),
        "others": f"{max(one.foreign for one in loads):.0%}",
    }


def main() -> None:
    """Prepare, or print the machine and a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("home", type=Path)
    parser.add_argument("--prepare", action="store_true", help="make the practice first, and measure nothing")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--busy", type=float, default=MOST_FOREIGN_CPU, help="share of the processors that others may take")
    chosen = parser.parse_args()
    if chosen.prepare:
        prepare(chosen.home)
        return
    with servers(chosen.home) as running:
        rows, refused = measured(running, chosen.rounds, chosen.busy)
    asked = {"asked": {"times MLflow's": THROUGHPUT, "p99, one in": 1 / TAIL}, "refused_rounds": refused}
    print(json.dumps({**machine(("fastapi", "uvicorn", "msgspec", "mlflow", "scikit-learn", "numba")), **asked}))
    print(markdown(rows))


if __name__ == "__main__":
    main()
