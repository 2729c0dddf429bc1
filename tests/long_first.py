"""The order of the files: what takes longest first, so that no worker is left alone with it at the end.

xdist keeps this order with `--no-loadscope-reorder`; by itself it would begin with the files of the most tests, which are quick ones.
"""

from pathlib import Path

LONG = (
    "tests/e2e/test_a_practices_day.py",
    "tests/integration/test_pipelines_postgres.py",
    "tests/integration/test_models_public_file.py",
    "tests/integration/test_models_registry.py",
    "tests/integration/test_pipelines_operations.py",
    "tests/integration/test_models_succession.py",
    "tests/spec/test_features_increments.py",
    "tests/generative/test_features_reference.py",
    "tests/integration/test_pipelines_shadow.py",
    "tests/integration/test_cli_model.py",
)


def place(file: Path, root: Path) -> int:
    """Where a file's tests stand; the others follow in pytest's own order."""
    name = file.relative_to(root).as_posix() if file.is_relative_to(root) else str(file)
    return LONG.index(name) if name in LONG else len(LONG)
