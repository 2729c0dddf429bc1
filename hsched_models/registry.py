"""The only module that talks to MLflow: runs, models, aliases. Addresses are arguments; nothing here reads the environment.

Never logs rows: input examples and data sets carry a signature and a digest, not values.
"""

import fcntl
import json
import logging
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import mlflow
import mlflow.sklearn
from mlflow.entities import Metric, Param
from mlflow.entities.model_registry import ModelVersion
from mlflow.environment_variables import MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR
from mlflow.exceptions import MlflowException
from mlflow.models import ModelSignature
from mlflow.types import ColSpec, DataType, Schema
from mlflow.utils.mlflow_tags import MLFLOW_LOGGED_ARTIFACTS, MLFLOW_PARENT_RUN_ID
from mlflow.utils.requirements_utils import _get_pinned_requirement
from skops.io import dumps, get_untrusted_types

from hsched_core.domain.errors import HschedError, NotReadyError
from hsched_models.train import Fitted

EXPERIMENT = "no_show"
CHAMPION, CHALLENGER = "champion", "challenger"
TYPICAL = "typical_row"  # tag of a version: what most of its training rows hold, column by column
ENTRY = "succession."  # tags of a registered model that hold its history
NOT_THERE = ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE")  # MLflow's words for no such model, no such alias
# What a model file may contain beyond skops' own list: our estimators and the parts of scikit-learn's they are built of.
TRUSTED_PREFIXES = ("hsched_models.", "sklearn.", "numpy.", "scipy.")
TRUSTED_TYPES = ("functools.partial",)  # gradient boosting's own preprocessor; what it wraps is checked like any other type


@dataclass(frozen=True)
class ModelRow:
    """One registered model version, as people list it."""

    name: str
    moment: str
    version: str
    aliases: tuple[str, ...]
    run_id: str
    metrics: Mapping[str, float]
    trained_through: str
    promoted_at: str
    reasons: str
    promoted_by: str = ""
    stands_against: str | None = None  # why it should not take over; empty: nothing does; None: never judged
    judged_against: str = ""  # the champion at that time
    review: str = ""  # what the figures of its review speak for
    intercept_of: str = ""  # the trained version whose intercept was updated; empty for a version that was trained
    intercept: str = ""  # how far it was moved, in log odds


def model_name(moment: str) -> str:
    """The registered model of a scoring moment."""
    return f"no_show__{moment}"


class Registry:
    """Runs and registered models at one tracking address."""

    def __init__(self, tracking_uri: str, artifact_root: Path) -> None:
        self._artifact_root = artifact_root
        self._uri = tracking_uri
        if tracking_uri.startswith("sqlite:///"):
            Path(tracking_uri.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
        logging.getLogger("mlflow").setLevel(logging.WARNING)
        logging.getLogger("alembic").setLevel(logging.WARNING)
        MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR.set(False)  # its bars break into the command's own progress
        mlflow.set_tracking_uri(tracking_uri)
        mlflow.set_registry_uri(tracking_uri)
        self._client = mlflow.MlflowClient(tracking_uri, tracking_uri)

    @contextmanager
    def run(self, name: str, tags: Mapping[str, str], below: str = "") -> Iterator[str]:
        """A run of the experiment, perhaps below another run; ends as failed if the body raises. Yields its id."""
        told = {**tags, **({MLFLOW_PARENT_RUN_ID: below} if below else {})}
        with mlflow.start_run(experiment_id=self.experiment_id, run_name=name, tags=told) as run:
            yield run.info.run_id

    @property
    def experiment_id(self) -> str:
        """The experiment, made at first use with an explicit place for its artifacts."""
        found = self._client.get_experiment_by_name(EXPERIMENT)
        if found is not None:
            return str(found.experiment_id)
        self._artifact_root.mkdir(parents=True, exist_ok=True)
        return str(self._client.create_experiment(EXPERIMENT, artifact_location=self._artifact_root.as_uri()))

    def log(
        self,
        run_id: str,
        *,
        params: Mapping[str, object] | None = None,
        metrics: Mapping[str, float | int | None] | None = None,
        texts: Mapping[str, str] | None = None,
        pictures: Mapping[str, bytes] | None = None,
        tables: Mapping[str, Sequence[Mapping[str, object]]] | None = None,
    ) -> None:
        """Add to a run. Metrics that are None are left out."""
        known = [Metric(name, float(number), 0, 0) for name, number in (metrics or {}).items() if number is not None]
        self._client.log_batch(run_id, known, [Param(name, str(value)) for name, value in (params or {}).items()])
        for path, text in (texts or {}).items():
            self._client.log_text(run_id, text, path)
        for path, rows in (tables or {}).items():
            self._client.log_text(run_id, json.dumps(list(rows), default=str, indent=1), path)
        self._log_pictures(run_id, pictures or {})

    def log_tables(self, run_id: str, tables: Mapping[str, Sequence[Mapping[str, object]]]) -> None:
        """Tables as MLflow shows and compares them across runs; every row has the columns of the first.

        Its own `log_table` adds to what is there: an evaluation made again would show every row twice.
        """
        for path, rows in tables.items():
            split = {"columns": list(rows[0]), "data": [list(row.values()) for row in rows]}
            self._client.log_text(run_id, json.dumps(split, default=str), path)
        self._client.set_tag(run_id, MLFLOW_LOGGED_ARTIFACTS, json.dumps([{"path": path, "type": "table"} for path in tables]))

    def text_of(self, run_id: str, path: str) -> str | None:
        """A text that was logged with a run; None where the run has none of that name."""
        found = self.bytes_of(run_id, path)
        return None if found is None else found.decode("utf-8")

    def bytes_of(self, run_id: str, path: str) -> bytes | None:
        """A file that was logged with a run; None where the run has none of that name."""
        folder = path.rpartition("/")[0]
        if path not in {file.path for file in self._client.list_artifacts(run_id, folder or None)}:
            return None
        with tempfile.TemporaryDirectory() as folder:
            return Path(self._client.download_artifacts(run_id, path, folder)).read_bytes()

    def _log_pictures(self, run_id: str, pictures: Mapping[str, bytes]) -> None:
        with tempfile.TemporaryDirectory() as folder:
            for name, png in pictures.items():
                file = Path(folder, name)
                file.write_bytes(png)
                self._client.log_artifact(run_id, str(file), "plots")

    def register(self, run_id: str, moment: str, fitted: Fitted, dtypes: Mapping[str, str], tags: Mapping[str, str]) -> str:
        """Store the fitted model in its run and register it; returns the version. Only trusted types are written."""
        info = mlflow.sklearn.log_model(
            fitted.estimator,
            name=moment,
            signature=_signature(fitted.columns, dtypes),
            pip_requirements=[_get_pinned_requirement(name) for name in ("scikit-learn", "pandas", "numpy", "scipy", "skops")],
            skops_trusted_types=trusted_types(fitted.estimator),
            serialization_format="skops",
            pyfunc_predict_fn="predict_proba",
            metadata={"columns": list(fitted.columns), "rung": fitted.name, "moment": moment},
        )
        self._ensure_model(moment)
        told = {**tags, **({TYPICAL: json.dumps(fitted.typical)} if fitted.typical else {})}
        made = self._client.create_model_version(model_name(moment), info.model_uri, run_id, tags=told, model_id=info.model_id)
        return str(made.version)

    def _ensure_model(self, moment: str) -> None:
        if not self._client.search_registered_models(f"name = '{model_name(moment)}'"):
            self._client.create_registered_model(model_name(moment), description=f"P(slot goes unused), scored {moment}.")

    def log_dataset(self, digest: str, moment: str, columns: Mapping[str, str], rows: int) -> None:
        """Name the training rows of the active run by digest and schema, without any of their values."""
        source = mlflow.data.code_dataset_source.CodeDatasetSource({"table": "feat_no_show__appointments", "moment": moment})
        schema = Schema([ColSpec(DataType.string if kind == "word" else DataType.double, name) for name, kind in columns.items()])
        dataset = mlflow.data.meta_dataset.MetaDataset(source, name=f"{moment}: {rows} rows", digest=digest[:36], schema=schema)
        mlflow.log_input(dataset, context="training")

    def set_alias(self, moment: str, alias: str, version: str, tags: Mapping[str, str]) -> None:
        """Point an alias at a version and write down why."""
        self._client.set_registered_model_alias(model_name(moment), alias, version)
        for name, text in tags.items():
            self._client.set_model_version_tag(model_name(moment), version, name, text)

    def tag_version(self, moment: str, version: str, tags: Mapping[str, str]) -> None:
        for name, text in tags.items():
            self._client.set_model_version_tag(model_name(moment), version, name, text)

    def remove_alias(self, moment: str, alias: str) -> None:
        self._client.delete_registered_model_alias(model_name(moment), alias)

    def add_entry(self, moment: str, text: str) -> None:
        """Append to what is kept with a registered model (at most 5,000 characters). Call it inside `exclusive`.

        The number orders entries; the random part keeps two writers on two machines from overwriting each other.
        """
        number = len(self._entries(moment))
        self._client.set_registered_model_tag(model_name(moment), f"{ENTRY}{number:05}.{uuid4().hex[:8]}", text)

    def entries(self, moment: str) -> list[str]:
        """What `add_entry` kept, oldest first."""
        return [text for _, text in self._entries(moment)]

    def _entries(self, moment: str) -> list[tuple[str, str]]:
        if not self._client.search_registered_models(f"name = '{model_name(moment)}'"):
            return []
        tags = self._client.get_registered_model(model_name(moment)).tags
        return sorted((key, text) for key, text in tags.items() if key.startswith(ENTRY))

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """One change of champion at a time on this machine: MLflow itself has no compare-and-set."""
        self._artifact_root.mkdir(parents=True, exist_ok=True)
        with (self._artifact_root / ".succession.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def version_row(self, moment: str, version: str) -> ModelRow:
        """A registered version; NotReadyError where there is none of that number."""
        try:
            found = self._client.get_model_version(model_name(moment), version)
        except MlflowException as error:
            if error.error_code not in NOT_THERE:
                raise
            remedy = "`hsched model list` shows what there is."
            raise NotReadyError(f"There is no version {version} of {model_name(moment)}.", remedy) from None
        return self._row(found, self._client.get_registered_model(model_name(moment)).aliases)

    def version_of(self, moment: str, alias: str) -> ModelVersion | None:
        """The version an alias points at, or None."""
        try:
            return self._client.get_model_version_by_alias(model_name(moment), alias)
        except MlflowException as error:
            if error.error_code not in NOT_THERE:  # a store that fails is not a store without a champion
                raise
            return None

    def load(self, moment: str, version: str) -> Fitted:
        """A registered model as it was fitted; NotReadyError when it cannot be loaded."""
        try:
            row = self._client.get_model_version(model_name(moment), version)
            estimator = mlflow.sklearn.load_model(f"models:/{model_name(moment)}/{version}")
            return Fitted(
                row.tags.get("rung", ""), estimator, tuple(json.loads(row.tags["columns"])), json.loads(row.tags.get(TYPICAL, "{}"))
            )
        except Exception as error:  # archive, JSON, type list, tags, MLflow: each fails in its own way on a damaged model
            raise NotReadyError(
                f"Model {model_name(moment)} version {version} cannot be loaded ({type(error).__name__}).",
                f'If it is the champion, `hsched model demote --moment {moment} --reason "cannot be loaded"` puts the one before it '
                "back in charge; else train again with `hsched run`.",
            ) from error

    def columns_of(self, moment: str, version: str) -> tuple[str, ...]:
        """The columns a registered version reads."""
        return tuple(json.loads(self._client.get_model_version(model_name(moment), version).tags["columns"]))

    def trained_through(self, moment: str, version: str) -> str:
        """The last day of visits a registered version was trained on, as ISO text."""
        return str(self._client.get_model_version(model_name(moment), version).tags.get("trained_through", "9999-12-31"))

    def champion(self, moment: str) -> tuple[str, Fitted]:
        """Version and model in charge of a moment; NotReadyError when there is none."""
        version = self.version_of(moment, CHAMPION)
        if version is None:
            raise self._no_champion(moment)
        return str(version.version), self.load(moment, str(version.version))

    def _no_champion(self, moment: str) -> NotReadyError:
        refused = self.version_of(moment, CHALLENGER)
        if refused is None:
            return NotReadyError(f"There is no champion model for {moment} yet.", "Run `hsched run` to train one.")
        reasons = refused.tags.get("reasons", "")
        return NotReadyError(f"No model for {moment} was good enough to be used: {reasons}", "More visits with outcomes are needed.")

    def champions(self) -> list[ModelRow]:
        """Every registered version, newest first, with its aliases and figures."""
        found = [version for model in self._client.search_registered_models() for version in self._versions(model.name)]
        return sorted(found, key=lambda row: (row.name, int(row.version)), reverse=True)

    def _versions(self, name: str) -> list[ModelRow]:
        aliases = self._client.get_registered_model(name).aliases
        return [self._row(version, aliases) for version in self._client.search_model_versions(f"name = '{name}'")]

    def _row(self, version: ModelVersion, aliases: Mapping[str, str]) -> ModelRow:
        tags, run_id = version.tags, str(version.run_id)
        return ModelRow(
            name=version.name,
            moment=tags.get("moment", ""),
            version=str(version.version),
            aliases=tuple(alias for alias, held in aliases.items() if str(held) == str(version.version)),
            run_id=run_id,
            metrics=self._metrics_of(run_id),
            trained_through=tags.get("trained_through", ""),
            promoted_at=tags.get("promoted_at", ""),
            reasons=tags.get("reasons", ""),
            promoted_by=tags.get("promoted_by", ""),
            stands_against=tags.get("stands_against"),
            judged_against=tags.get("judged_against", ""),
            review=tags.get("review", ""),
            intercept_of=tags.get("intercept_of", ""),
            intercept=tags.get("intercept", ""),
        )

    def _metrics_of(self, run_id: str) -> dict[str, float]:
        """A run's figures, and for an update those of the training it stands below."""
        data = self._client.get_run(run_id).data
        trained = data.tags.get(MLFLOW_PARENT_RUN_ID)
        return {**(self._metrics_of(trained) if trained else {}), **data.metrics}

    def run_url(self, run_id: str, ui_base: str) -> str:
        """Where a person sees a run."""
        return f"{ui_base.rstrip('/')}/#/experiments/{self.experiment_id}/runs/{run_id}"


def promoted_tags(now: datetime, reasons: Sequence[str]) -> dict[str, str]:
    """What is written on a version when it takes over."""
    return {"promoted_at": now.isoformat(timespec="seconds"), "reasons": " ".join(reasons)}


def trusted_types(estimator: Any) -> list[str]:
    """Types the model file needs beyond skops' default list; HschedError for any that is not ours or scikit-learn's."""
    needed = sorted(get_untrusted_types(data=dumps(estimator)))
    strange = [name for name in needed if not name.startswith(TRUSTED_PREFIXES) and name not in TRUSTED_TYPES]
    if strange:
        raise HschedError(f"The model holds types that a model file may not hold: {', '.join(strange)}.")
    return needed


def _signature(columns: Sequence[str], dtypes: Mapping[str, str]) -> ModelSignature:
    kinds = {"word": DataType.string, "number": DataType.double}
    inputs = Schema([ColSpec(kinds[dtypes[name]], name, required=False) for name in columns])
    return ModelSignature(inputs=inputs, outputs=Schema([ColSpec(DataType.double)]))
