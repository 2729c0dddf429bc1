"""The page of assets: what Dagster builds, from the definitions of both code locations as Dagster loads them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from hsched_cli.reference.markdown import document, table, yes

if TYPE_CHECKING:
    from hsched_adapters.settings import Settings

TITLE = "Assets"
INTRODUCTION = (
    "`make ui` shows them with their lineage. `daily` assets have a partition for each day; the others are built whole. "
    "A failed blocking check stops what depends on the asset."
)


def page() -> str:
    """The whole page, location by location."""
    with _imaginary_practice() as settings:
        sections = [_section(name, defs) for name, defs in _locations(settings).items()]
    return document(TITLE, INTRODUCTION, *sections)


def _locations(settings: "Settings") -> dict[str, Any]:
    from hsched_pipelines.learning.definitions import build_defs as learning
    from hsched_pipelines.operations.definitions import build_defs as operations

    return {"operations": operations(settings), "learning": learning(settings)}


@contextmanager
def _imaginary_practice() -> "Iterator[Settings]":
    """Definitions are made for a practice; this one exists for the length of a page."""
    from hsched_adapters.settings import Paths, Practice, Settings, Source, save_practice

    with TemporaryDirectory(prefix="hsched-docs-") as folder:
        paths = Paths(Path(folder))
        source = Source("daily_exports", "sandbox-practice", "exports")
        save_practice(paths, Practice("docs", "Docs", "America/New_York", "US", source, date(2026, 1, 1)))
        yield Settings(paths, f"sqlite:///{paths.mlflow / 'mlflow.db'}")


def _section(name: str, defs: Any) -> str:
    graph = defs.resolve_asset_graph()
    built = sorted((graph.get(key) for key in graph.materializable_asset_keys), key=lambda node: (node.group_name, node.key.path))
    rows = ([*_row(node), _checks(node)] for node in built)
    grid = table(["asset", "group", "daily", "depends on", "description", "checks"], rows)
    return f"## Code location `{name}`\n\n{grid}\n\nJobs: {_jobs(defs)}"


def _row(node: Any) -> list[object]:
    parents = ", ".join(f"`{key.to_user_string()}`" for key in sorted(node.parent_keys, key=lambda key: key.path))
    return [f"`{node.key.to_user_string()}`", node.group_name, yes(node.partitions_def is not None), parents, _first_line(node.description)]


def _checks(node: Any) -> str:
    """Our checks by name; dbt's tests, which carry the model's name in theirs, by number."""
    names = sorted(check.name for check in node.check_keys)
    ours = [name for name in names if node.key.path[-1] not in name]
    of_dbt = len(names) - len(ours)
    return ", ".join([*(f"`{name}`" for name in ours), *([f"{of_dbt} dbt tests"] if of_dbt else [])])


def _first_line(description: str | None) -> str:
    """What people wrote; dbt adds the SQL below it, and a placeholder where nobody wrote anything."""
    line = (description or "").strip().split("\n")[0]
    return "" if line.startswith("dbt model ") else line


def _jobs(defs: Any) -> str:
    names = sorted(job.name for job in defs.resolve_all_job_defs() if not job.name.startswith("__"))
    return ", ".join(f"`{name}`" for name in names) + "."
