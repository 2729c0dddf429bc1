"""Names in two languages agree: feature catalogue and dbt's YAML, dbt's sources and the lake, asset keys of both locations."""

import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from hsched_adapters.settings import Paths, Practice, Settings, Source, save_practice
from hsched_core.privacy.release import RELEASE
from hsched_models.features import CATALOGUE

ROOT = Path(__file__).parents[2]
MODELS = ROOT / "dbt_project" / "models"
GRAMMAR = re.compile(r"(raw|deid|stg|int|feat|mart|train|model|score|ledger|grade|published|drift|audit)_[a-z_]*[a-z]__[a-z_]*[a-z]")


def described(model: str) -> dict[str, Any]:
    """What the YAML beside a model says of it."""
    (path,) = MODELS.rglob(f"{model}.yml")
    (found,) = [one for one in yaml.safe_load(path.read_text())["models"] if one["name"] == model]
    assert isinstance(found, dict)
    return found


def differences(ours: Iterable[str], theirs: Iterable[str]) -> list[str]:
    return sorted(set(ours) ^ set(theirs))


@pytest.fixture(scope="module")
def locations(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Asset graphs of both code locations, for a practice that is only described."""
    from hsched_pipelines.learning.definitions import build_defs as learning
    from hsched_pipelines.operations.definitions import build_defs as operations

    paths = Paths(tmp_path_factory.mktemp("home"))
    source = Source("daily_exports", "sandbox-practice", "exports")
    save_practice(paths, Practice("imaginary", "Imaginary", "America/New_York", "US", source, date(2026, 1, 1)))
    settings = Settings(paths, f"sqlite:///{paths.mlflow / 'mlflow.db'}")
    return {"operations": operations(settings).resolve_asset_graph(), "learning": learning(settings).resolve_asset_graph()}


def test_the_feature_catalogue_and_dbt_describe_the_same_columns() -> None:
    """A column described in one place only is a column nobody reviewed."""
    columns = [column["name"] for column in described("feat_no_show__appointments")["columns"]]

    assert differences([feature.name for feature in CATALOGUE], columns) == []


def test_every_sql_model_has_its_yaml_beside_it() -> None:
    """One .sql and one .yml, side by side, with a description."""
    lonely = [path.name for path in MODELS.rglob("*.sql") if not path.with_suffix(".yml").exists()]

    assert lonely == []
    assert [path.stem for path in MODELS.rglob("*.sql") if not described(path.stem).get("description")] == []


def test_dbts_sources_are_lake_tables() -> None:
    """What dbt reads is what de-identification writes."""
    sources = yaml.safe_load((MODELS / "staging" / "sources.yml").read_text())["sources"]
    names = {table["name"] for source in sources for table in source["tables"]}

    assert names <= {f"deid_ehr__{table}" for table in RELEASE}


def test_no_asset_depends_on_a_name_that_nobody_builds(locations: dict[str, Any]) -> None:
    """A misspelt key in Python or YAML would be an asset of its own, and the lineage would end there."""
    built = {key for graph in locations.values() for key in graph.materializable_asset_keys}
    needed = {parent for graph in locations.values() for key in graph.materializable_asset_keys for parent in graph.get(key).parent_keys}

    assert sorted(key.to_user_string() for key in needed - built) == []


def test_no_asset_is_built_by_both_locations(locations: dict[str, Any]) -> None:
    """Each has one home."""
    operations, learning = (graph.materializable_asset_keys for graph in locations.values())

    assert operations & learning == set()


def test_every_asset_follows_the_naming_grammar(locations: dict[str, Any]) -> None:
    """{layer}_{source}__{thing}."""
    names = [key.to_user_string() for graph in locations.values() for key in graph.materializable_asset_keys]

    assert [name for name in names if not GRAMMAR.fullmatch(name)] == []


def test_every_asset_is_described_owned_and_grouped(locations: dict[str, Any]) -> None:
    """People find out what it is and whom to ask."""
    nodes = [graph.get(key) for graph in locations.values() for key in graph.materializable_asset_keys]
    silent = [node.key.to_user_string() for node in nodes if not node.description or node.description.startswith("dbt model ")]

    assert silent == []
    assert [node.key.to_user_string() for node in nodes if not node.owners or node.group_name == "default"] == []


def test_the_grammar_is_strict() -> None:
    """It refuses what it is there to refuse."""
    assert GRAMMAR.fullmatch("feat_no_show__appointments")
    assert not GRAMMAR.fullmatch("features")
    assert not GRAMMAR.fullmatch("feat_no_show_appointments")
    assert not GRAMMAR.fullmatch("tmp_ehr__appointments")
