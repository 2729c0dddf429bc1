"""What the whole suite shares: a PostgreSQL server, where and in which order it runs, and one loud line about what was skipped, and why."""

import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import hypothesis
import pytest
from _pytest.nodeid import coerce_node_id

from tests import in_memory, long_first, postgres

if TYPE_CHECKING:
    from tests import dbt_harness, public_features


def pytest_configure(config: pytest.Config) -> None:
    in_memory.choose_root(config.args)
    # How long one example takes says more of who else uses the machine than of the code; what has to be fast is measured by benchmarks.
    hypothesis.settings.register_profile("suite", deadline=None)
    hypothesis.settings.load_profile("suite")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: long_first.place(item.path, config.rootpath))
    _tell_apart(items)


def _tell_apart(items: list[pytest.Item]) -> None:
    """A number behind ids that stand there twice (Schemathesis: one for each operation): xdist runs only the first of them."""
    seen: Counter[str] = Counter()
    for item in items:
        seen[item.nodeid] += 1
        if seen[item.nodeid] > 1:
            item._id = coerce_node_id(f"{item.nodeid}[{seen[item.nodeid]}]")  # pytest has no public way to rename an item


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[postgres.Server]:
    """A PostgreSQL server of the suite's own. Tests that use it share the xdist group `postgres`: one server, not one a worker."""
    if postgres.binaries() is None:
        pytest.skip(postgres.NONE_HERE)
    with postgres.running_server(tmp_path_factory.mktemp("postgres")) as server:
        yield server


@pytest.fixture
def empty_postgres_url(postgres_server: postgres.Server) -> Iterator[str]:
    """The address of an empty database for one test."""
    name = postgres_server.create_database()
    yield postgres_server.url(name)
    postgres_server.drop_database(name)


@pytest.fixture(scope="session")
def migrated_database(postgres_server: postgres.Server) -> str:
    """The name of a database in which the store's tables have been made; tests only copy it."""
    from hsched_adapters.store.engine import open_engine  # SQLAlchemy: only for those who open a store

    name = postgres_server.create_database()
    open_engine(postgres_server.url(name)).dispose()
    return name


@pytest.fixture
def postgres_url(postgres_server: postgres.Server, migrated_database: str) -> Iterator[str]:
    """The address of a database for one test: the store's tables, and nothing in them."""
    name = postgres_server.create_database(migrated_database)
    yield postgres_server.url(name)
    postgres_server.drop_database(name)


def skip_reasons(reports: list[pytest.TestReport]) -> Counter[str]:
    """How many tests were skipped for which reason."""
    return Counter(str(report.longrepr[2]).removeprefix("Skipped: ") for report in reports if isinstance(report.longrepr, tuple))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One warning line, so that a green suite never hides what it did not look at."""
    reasons = skip_reasons(terminalreporter.stats.get("skipped", []))
    if reasons:
        listed = "; ".join(f"{count} x {reason}" for reason, count in sorted(reasons.items()))
        terminalreporter.write_line(f"WARNING: {sum(reasons.values())} tests were skipped: {listed}", yellow=True, bold=True)


@pytest.fixture(scope="session")
def feature_practice(tmp_path_factory: pytest.TempPathFactory) -> "dbt_harness.Practice":
    """A home for dbt's feature tables, parsed once. Tests that use it share the xdist group `dbt`; each builds its own lake in it."""
    from tests.dbt_harness import Practice  # pandas: only for those who build features

    return Practice(tmp_path_factory.mktemp("features"))


@pytest.fixture(scope="session")
def public_file() -> Path:
    """The public data set, where this machine has it."""
    file = os.environ.get("HSCHED_PUBLIC_DATA", "")
    if not file:
        pytest.skip("HSCHED_PUBLIC_DATA does not name the public data set")
    return Path(file)


@pytest.fixture(scope="session")
def public_import(public_file: Path, tmp_path_factory: pytest.TempPathFactory) -> "public_features.Imported":
    """The public file imported: ten seconds, so whoever needs it is in one file, which one worker runs."""
    from tests.public_features import imported_into

    return imported_into(tmp_path_factory.mktemp("public_features"), public_file)


@pytest.fixture(scope="session")
def public_practice(public_import: "public_features.Imported") -> "dbt_harness.Practice":
    """The same de-identified day by day and made into feature rows."""
    from tests.public_features import features_of

    return features_of(public_import[1])
