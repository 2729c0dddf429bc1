"""Who may import whom: the contracts of pyproject.toml, and the libraries that live in one room only."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("hsched_core", "hsched_adapters", "hsched_models", "hsched_pipelines", "hsched_sandbox", "hsched_service", "hsched_cli")
# library -> where it may be imported: a package, or one module
HOMES = {
    "mlflow": ("hsched_models/registry.py",),
    "pandas": ("hsched_models/", "hsched_pipelines/"),
    "requests": ("hsched_adapters/",),
    "evidently": ("hsched_models/", "hsched_pipelines/"),
    "great_expectations": ("hsched_models/", "hsched_pipelines/"),
    "sklearn": ("hsched_models/",),
    "dagster": ("hsched_pipelines/",),
    "typer": ("hsched_cli/",),
}
# what hosts and the command may name of the adapters; everything else they receive from `open_practice`
ADAPTER_DOORS = {
    "hsched_adapters.assembly",
    "hsched_adapters.settings",
    "hsched_adapters.clock",
    "hsched_adapters.connection",  # a value of the settings; connects nothing
    "hsched_adapters.messaging.section",  # a value of the settings
    "hsched_adapters.messaging.signatures",  # the form of a provider's callbacks, pure; the sandbox's provider signs with it too
    "hsched_adapters.libraries",  # names of modules; opens nothing
    "hsched_adapters.desk",  # read models of staff pages; made by `ServiceParts.desk`
    "hsched_adapters.embedding",  # hsched inside the EHR; made by `ServiceParts.embedding`
    "hsched_adapters.service_parts",  # its type; made by `OpenPractice.service`
    "hsched_adapters.scaled_time",  # a value of the settings
    "hsched_adapters.service_section",  # a value of the settings
    "hsched_adapters.extracts",  # the file formats of the two zones; chooses nothing
    "hsched_adapters.scanner",  # a search over bytes; nothing to choose
    "hsched_adapters.store.publishing",  # learning's narrow way to the operational store (decision 0010)
    "hsched_adapters.store.audit.examination",  # an auditor has neither practice nor keys to open
    "hsched_adapters.ehr.importer",  # an import runs before there is a practice to open
    "hsched_adapters.ehr.csv_map",  # so does listing the maps
}


def modules() -> list[Path]:
    return [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]


def running_code(source: str) -> Iterator[ast.AST]:
    """Every node of a module but those under `if TYPE_CHECKING:`, which name types and import nothing."""
    waiting: list[ast.AST] = [ast.parse(source)]
    while waiting:
        node = waiting.pop()
        yield node
        if not (isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"):
            waiting.extend(ast.iter_child_nodes(node))


def imported(source: str) -> Iterator[str]:
    """Every dotted name a module imports, wherever in the file it does so."""
    for node in running_code(source):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def strays(place: str, source: str) -> list[str]:
    """Libraries that a module imports outside their room."""
    tops = {name.split(".")[0] for name in imported(source)}
    return sorted(top for top in tops & HOMES.keys() if not place.startswith(HOMES[top]))


def foreign_to_core(place: str, source: str) -> list[str]:
    """Imports that are neither the standard library's nor the core's own; solvers may use NumPy and SciPy."""
    tops = {name.split(".")[0] for name in imported(source)}
    libraries = {"numpy", "scipy"} if place.startswith("hsched_core/solvers/") else set()
    return sorted(tops - sys.stdlib_module_names - {"hsched_core"} - libraries)


def test_import_contracts_hold() -> None:
    """The layers of pyproject.toml are kept by every import."""
    result = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-logo"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert result.returncode == 0, result.stdout + result.stderr


def test_libraries_stay_in_their_rooms() -> None:
    """MLflow, pandas, requests and their like are imported in their own room only."""
    found = {str(path.relative_to(ROOT)): strays(str(path.relative_to(ROOT)), path.read_text()) for path in modules()}

    assert {place: names for place, names in found.items() if names} == {}


def test_core_needs_only_the_standard_library() -> None:
    """Whoever reads the core needs no library's manual, but for the solvers'."""
    paths = [str(path.relative_to(ROOT)) for path in (ROOT / "hsched_core").rglob("*.py")]
    found = {place: foreign_to_core(place, (ROOT / place).read_text()) for place in paths}

    assert {place: names for place, names in found.items() if names} == {}


def doors_missed(source: str) -> list[str]:
    """Imports of adapters that do not go through one of their doors."""
    names = (name for name in imported(source) if name.startswith("hsched_adapters."))
    return sorted(name for name in names if not any(name == door or name.startswith(f"{door}.") for door in ADAPTER_DOORS))


def test_adapters_are_reached_through_their_doors() -> None:
    """Hosts and the command receive adapters from the assembly; they do not choose them."""
    outer = [
        path
        for path in modules()
        if path.relative_to(ROOT).parts[0] in {"hsched_pipelines", "hsched_sandbox", "hsched_service", "hsched_cli"}
    ]
    found = {str(path.relative_to(ROOT)): doors_missed(path.read_text()) for path in outer}

    assert {place: names for place, names in found.items() if names} == {}


@pytest.mark.parametrize(
    ("place", "source", "expected"),
    [
        ("hsched_cli/x.py", "def f():\n    import pandas as pd", ["pandas"]),
        ("hsched_models/fit.py", "from mlflow import log_metric", ["mlflow"]),
        ("hsched_models/registry.py", "import mlflow.sklearn", []),
        ("hsched_core/x.py", "import requests", ["requests"]),
        ("hsched_cli/x.py", "if TYPE_CHECKING:\n    import pandas as pd\nelse:\n    pd = None", []),
    ],
)
def test_the_room_rule_sees_strays(place: str, source: str, expected: list[str]) -> None:
    """The rule finds what it is there for, also inside a function."""
    assert strays(place, source) == expected


def test_the_core_rule_sees_a_library() -> None:
    """NumPy is found outside the solvers, anything else also inside."""
    assert foreign_to_core("hsched_core/use_cases/x.py", "import numpy") == ["numpy"]
    assert foreign_to_core("hsched_core/solvers/x.py", "import numpy, ortools") == ["ortools"]


def test_the_door_rule_sees_a_back_door() -> None:
    """Importing one adapter by name is found."""
    assert doors_missed("from hsched_adapters.vault import SqliteVault") == ["hsched_adapters.vault.SqliteVault"]
    assert doors_missed("from hsched_adapters.assembly import open_practice") == []
