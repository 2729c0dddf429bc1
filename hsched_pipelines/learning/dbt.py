"""dbt's models as assets: one part for everything, one daily part for the coming days. The SQL is in dbt_project/.

dbt runs as a process of its own, so that its DuckDB file is closed when it ends; `pool` keeps two of them apart.
"""

import hashlib
import io
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import redirect_stdout
from datetime import date, timedelta
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

import dagster as dg
import holidays
import pyarrow as pa
import pyarrow.parquet as pq
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings, DbtCliResource, DbtProject, dbt_assets
from packaging.version import Version, parse

from hsched_adapters.settings import Paths, Settings, child_environment, enter_practice
from hsched_core.domain.errors import SettingsError
from hsched_pipelines.learning.increments import basis_of, plan_build
from hsched_pipelines.learning.insights import insight_metadata
from hsched_pipelines.partitions import daily_partitions, days_of, settled_features

PROJECT = Path(__file__).parents[2] / "dbt_project"
PROGRAM = Path(sys.executable).parent / "dbt"
POOL = "duckdb_writer"
DAILY = "tag:daily"
WHOLE_TAG = "hsched/whole_build"  # on a run: build every table from the lake, whatever is there
HOLIDAYS, HOLIDAY_YEARS = "public_holidays.parquet", range(2010, 2050)
SOURCES = ("*.sql", "*.yml", "*.csv")


class PinnedDbt(DbtCliResource):  # type: ignore[misc]  # dagster_dbt is seen as Any: following its types costs minutes
    """dbt of this environment. Its version is read from the installed package: `dbt --version` asks the package index."""

    @cached_property
    def _cli_version(self) -> Version:
        return parse(version("dbt-core"))


class HouseNames(DagsterDbtTranslator):  # type: ignore[misc]  # as above
    """A model's asset key is its bare name, its group the folder it lies in."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        if dbt_resource_props["resource_type"] == "model":
            return dg.AssetKey(dbt_resource_props["name"])
        key: dg.AssetKey = super().get_asset_key(dbt_resource_props)
        return key

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        folders = dbt_resource_props["fqn"][1:-1]
        return str(folders[0]) if folders else None

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> Sequence[str]:
        return ["team:data"]


def dbt_project(paths: Paths, project: Path = PROJECT) -> DbtProject:
    """The dbt project, with artefacts in the practice's folder and a manifest that is up to date."""
    target = paths.home / "dbt"
    if is_stale(target / "manifest.json", project):
        parse_project(paths, project, target)
    return DbtProject(project_dir=project, profiles_dir=project, target_path=target)


def is_stale(manifest: Path, project: Path) -> bool:
    """Whether the manifest is missing or older than what it was made from."""
    if not manifest.exists():
        return True
    sources = (path for pattern in SOURCES for path in project.rglob(pattern) if "target" not in path.parts)
    return any(path.stat().st_mtime > manifest.stat().st_mtime for path in sources)


def parse_project(paths: Paths, project: Path, target: Path) -> None:
    """Write the manifest; what dbt says about an error is about our SQL and is shown."""
    target.mkdir(parents=True, exist_ok=True)
    places = ["--project-dir", str(project), "--profiles-dir", str(project), "--target-path", str(target), "--log-path", str(target)]
    result = subprocess.run(
        [str(PROGRAM), "--quiet", "parse", *places], env=child_environment(paths), capture_output=True, text=True, check=False
    )
    if result.returncode:
        raise SettingsError(f"dbt cannot read {project.name}: {result.stdout.strip()[-2000:]}", "Mend the SQL or YAML it names.")


def dbt_parts(settings: Settings, project: DbtProject) -> list[dg.AssetsDefinition]:
    """`dbt_tables`: everything but the daily part, whole or by the days that are new. `dbt_coming`: what looks ahead from each day."""
    common: dict[str, Any] = {
        "manifest": project.manifest_path,
        "project": project,
        "dagster_dbt_translator": HouseNames(settings=DagsterDbtTranslatorSettings(enable_asset_checks=True)),
        "pool": POOL,
    }

    @dbt_assets(name="dbt_tables", exclude=DAILY, **common)  # type: ignore[untyped-decorator]  # as above
    def dbt_tables(context: dg.AssetExecutionContext, dbt: PinnedDbt) -> Iterator[Any]:
        paths, choices = settings.paths, variables(settings)
        asked = "asked for by the run" if WHOLE_TAG in context.run.tags else None
        basis = basis_of(Path(project.project_dir), {**choices, "holidays": write_holidays(settings.practice.country, paths.tables)})
        plan = plan_build(paths.lake, paths.warehouse, basis, asked)
        context.log.info(f"dbt tables, {plan}")
        plan.begin()
        for event in build(context, dbt, settings, {**choices, **plan.variables}, plan.flags):
            yield event.with_metadata({**event.metadata, "build": str(plan)}) if isinstance(event, dg.Output) else event
        plan.commit()

    with settled_features():
        daily = {"partitions_def": daily_partitions(settings.practice), "backfill_policy": dg.BackfillPolicy.single_run()}

    @dbt_assets(name="dbt_coming", select=DAILY, **daily, **common)  # type: ignore[untyped-decorator]  # as above
    def dbt_coming(context: dg.AssetExecutionContext, dbt: PinnedDbt) -> Iterator[Any]:
        forget_days(settings.paths, days_of(context))
        write_holidays(settings.practice.country, settings.paths.tables)
        yield from build(context, dbt, settings, {**variables(settings), **as_of_range(context)})

    return [dbt_tables, dbt_coming]


def variables(settings: Settings) -> dict[str, object]:
    """What the SQL must know about the practice."""
    return {"timezone": settings.practice.timezone, "late_cancel_hours": settings.practice.late_cancel_hours}


def write_holidays(country: str, tables: Path) -> str:
    """The public holidays of a country, of the same years whatever the day, as a file beside the tables; their digest.

    A file, not a variable: dbt's command stands in every log line about it.
    """
    known = country in holidays.list_supported_countries()
    days = sorted(holidays.country_holidays(country, years=HOLIDAY_YEARS)) if known else []
    tables.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table({"day": pa.array(days, pa.date32())}), tables / HOLIDAYS)
    return hashlib.sha256(" ".join(map(str, days)).encode()).hexdigest()


def as_of_range(context: dg.AssetExecutionContext) -> dict[str, str]:
    """Records of day D are known at the midnight that ends it: the first moment of D + 1."""
    days = days_of(context)
    return {"as_of_start": str(days[0] + timedelta(days=1)), "as_of_end": str(days[-1] + timedelta(days=1))}


def forget_days(paths: Paths, days: Sequence[date]) -> None:
    """A day whose visits have all gone writes no folder: what an earlier run of it left must not pass for its result."""
    coming = paths.tables / "feat_no_show__coming"
    coming.mkdir(parents=True, exist_ok=True)  # DuckDB makes a day's folder, but none above it
    for day in days:
        shutil.rmtree(coming / f"as_of_on={day + timedelta(days=1)}", ignore_errors=True)


def build(
    context: dg.AssetExecutionContext, dbt: PinnedDbt, settings: Settings, known: Mapping[str, object], flags: Sequence[str] = ()
) -> Iterator[Any]:
    """Run `dbt build` for the selected models; its events become materializations and check results."""
    settings.paths.warehouse.parent.mkdir(parents=True, exist_ok=True)
    enter_practice(settings.paths)
    invocation = dbt.cli(["build", *flags, "--vars", json.dumps(known)], context=context)
    for event in _quietly(invocation.stream()):
        if isinstance(event, dg.Output):
            name = event.output_name
            context.log.info(f"dbt built {name}")
            table = settings.paths.tables / f"{name}.parquet"
            yield event.with_metadata({**event.metadata, **_rows(table), **insight_metadata(name, table)})
        else:
            yield event


def dbt_resource(project: DbtProject) -> PinnedDbt:
    return PinnedDbt(project_dir=project, dbt_executable=str(PROGRAM))


def _rows(table: Path) -> dict[str, int]:
    """The row count of a model that is a Parquet file."""
    if not table.is_file():
        return {}
    return {"dagster/row_count": pq.read_metadata(table).num_rows}


def _quietly(events: Iterator[Any]) -> Iterator[Any]:
    """The events, without the lines dagster-dbt prints for each of them (they are in dbt.log)."""
    iterator = iter(events)
    while True:
        with redirect_stdout(io.StringIO()):
            event = next(iterator, None)
        if event is None:
            return
        yield event
