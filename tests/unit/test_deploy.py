"""deploy/: what its pages tell people to type and to set."""

import re
from pathlib import Path

import yaml

DEPLOY = Path(__file__).parents[2] / "deploy"
SILENT = {"DO_NOT_TRACK", "DAGSTER_DISABLE_TELEMETRY", "MLFLOW_DISABLE_TELEMETRY"}


def variables_of_the_example() -> set[str]:
    lines = (DEPLOY / "env.example").read_text(encoding="utf-8").splitlines()
    return {line.split("=", 1)[0] for line in lines if "=" in line and not line.startswith("#")}


def test_every_server_is_started_without_telemetry() -> None:
    """MLflow asks the environment it is started in, not hsched: by hand and in a container alike."""
    page = (DEPLOY / "README.md").read_text(encoding="utf-8")
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    started = [line for line in page.splitlines() if "mlflow server" in line]

    assert started
    assert all("MLFLOW_DISABLE_TELEMETRY=true" in line for line in started)
    assert all(variable in page for variable in SILENT)
    assert compose["x-hsched"]["environment"].keys() >= SILENT


def test_what_compose_asks_for_is_in_the_example() -> None:
    """Each variable that compose.yaml or a command in it reads is named in env.example, and nothing secret is filled in."""
    compose = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    asked = set(re.findall(r"\$\{(\w+)\}", compose)) | set(re.findall(r'"\$\$(HSCHED_\w+)"', compose))

    assert asked
    assert asked <= variables_of_the_example()
    assert "\nHSCHED_PG_PASSWORD=\n" in (DEPLOY / "env.example").read_text(encoding="utf-8")
