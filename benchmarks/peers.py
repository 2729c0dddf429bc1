"""The same point-in-time join by what others would pick: polars, and Feast with its DuckDB and its Dask store.

    make bench-peers                     in an environment of its own: Feast needs an older pandas than hsched
    make bench-peers SIZES="100000"

One client log of running counts is joined to as many moments, each seeing the newest line known by then: files in, Arrow out.
Ours is one statement, the ASOF join of the DuckDB that dbt runs on. Every answer is compared with ours row by row.
"""

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
from feast import Entity, FeatureStore, FeatureView, Field, FileSource, RepoConfig, ValueType
from feast.types import Int64

from benchmarks.harness import Rounds, interleaved, machine, markdown

SEED = 20260101
VISITS_A_CLIENT, DAYS = 50, 730
SECOND = 1_000_000  # in microseconds
EPOCH = 1_700_000_000 * SECOND
LOG, MOMENTS = "log.parquet", "moments.parquet"
COUNTS = ("visits", "unused")
PACKAGES = ("duckdb", "polars", "feast", "pandas", "dask", "pyarrow")
OURS, POLARS, STORES = "ours", "polars", ("duckdb", "dask")
JOIN = """
    select moments.client, moments.event_timestamp, log.visits, log.unused
    from read_parquet($moments) as moments
    asof left join read_parquet($log) as log
        on moments.client = log.client and moments.event_timestamp >= log.known_at
"""


def write_files(folder: Path, visits: int) -> None:
    """A log of `visits` outcomes, known ten minutes to two days after they began, and a moment a day before each of them."""
    rng = np.random.default_rng(SEED)
    clients = rng.integers(0, max(visits // VISITS_A_CLIENT, 1), visits)
    starts = EPOCH + np.sort(rng.integers(0, DAYS * 86_400, visits)) * SECOND
    known = starts + rng.integers(600, 172_800, visits) * SECOND
    order = np.lexsort((known, clients))
    log = pd.DataFrame({"client": clients[order], "known_at": _instants(known[order]), "unused": (rng.random(visits) < 0.18)[order]})
    by_client = log.groupby("client")
    log = log.assign(visits=by_client.cumcount() + 1, unused=by_client["unused"].cumsum().astype("int64"))
    log.drop_duplicates(["client", "known_at"], keep="last").to_parquet(folder / LOG, index=False)
    moments = pd.DataFrame({"client": clients, "event_timestamp": _instants(starts - 86_400 * SECOND)})
    moments.to_parquet(folder / MOMENTS, index=False)


def _instants(microseconds: Any) -> pd.DatetimeIndex:
    return pd.to_datetime(microseconds, unit="us", utc=True)


def ours(folder: Path) -> pa.Table:
    """The join as the house's SQL does it, on a DuckDB opened for it."""
    with duckdb.connect() as connection:
        return connection.execute(JOIN, {"moments": str(folder / MOMENTS), "log": str(folder / LOG)}).to_arrow_table()


def in_polars(folder: Path) -> pa.Table:
    """The join as polars' reference writes it: both sides sorted, then join_asof by client."""
    moments = pl.scan_parquet(folder / MOMENTS).sort("event_timestamp")
    log = pl.scan_parquet(folder / LOG).sort("known_at")
    joined = moments.join_asof(log, left_on="event_timestamp", right_on="known_at", by="client", check_sortedness=False)
    return joined.collect().to_arrow()


def in_feast(folder: Path, kind: str) -> Callable[[], pa.Table]:
    """Feast's historical features from a local store of that kind; registering the feature view is not timed."""
    config = RepoConfig(
        project="peers",
        provider="local",
        registry=str(folder / f"registry-{kind}.db"),
        offline_store={"type": kind},
        online_store=None,
        entity_key_serialization_version=3,
    )
    store = FeatureStore(config=config)
    client = Entity(name="client", join_keys=["client"], value_type=ValueType.INT64)
    source = FileSource(path=str(folder / LOG), timestamp_field="known_at")
    schema = [Field(name=name, dtype=Int64) for name in COUNTS]
    store.apply([client, FeatureView(name="history", entities=[client], ttl=timedelta(0), schema=schema, source=source)])

    def join() -> pa.Table:
        moments = pd.read_parquet(folder / MOMENTS)
        return store.get_historical_features(entity_df=moments, features=[f"history:{name}" for name in COUNTS]).to_arrow()

    return join


def differing(answer: pa.Table, reference: pa.Table) -> int:
    """Rows of the reference that the answer does not have, and the other way round; equal rows are counted, not collapsed."""
    with duckdb.connect() as connection:
        connection.register("answer", _plain(answer))
        connection.register("reference", _plain(reference))
        found = [
            connection.execute(f"select count(*) from (select * from {one} except all select * from {other})").fetchone()
            for one, other in (("answer", "reference"), ("reference", "answer"))
        ]
    return max(int(row[0]) for row in found if row)


def _plain(table: pa.Table) -> pa.Table:
    """The columns that every contender gives, in one order and with one set of types; a client nobody knows has counts 0."""
    frame = table.select(["client", "event_timestamp", *COUNTS]).to_pandas()
    instants = pd.to_datetime(frame["event_timestamp"], utc=True).astype("datetime64[us, UTC]")
    counts = {name: frame[name].fillna(0).astype("int64") for name in COUNTS}
    return pa.Table.from_pandas(frame.assign(event_timestamp=instants, **counts), preserve_index=False)


def compare(visits: int, most_foreign: float) -> dict[str, Any]:
    """Seconds, ratios to ours, peak memory and differing rows of every contender at that size."""
    with TemporaryDirectory(prefix="hsched-bench-") as name:
        folder = Path(name)
        write_files(folder, visits)
        works = {OURS: lambda: ours(folder), POLARS: lambda: in_polars(folder)}
        works |= {f"feast {kind}": in_feast(folder, kind) for kind in STORES}
        reference = ours(folder)
        answers = {work: differing(run(), reference) for work, run in works.items()}  # the first run of each is not timed
        rounds = interleaved(works, most_foreign=most_foreign)
    return {"visits": visits, "refused_rounds": rounds.refused, "contenders": _figures(rounds, answers)}


def _figures(rounds: Rounds, answers: Mapping[str, int]) -> list[dict[str, Any]]:
    base = rounds.median(OURS)
    return [
        {"join": work, "seconds": rounds.median(work), "spread": rounds.spread(work), "times ours": rounds.median(work) / base,
         "peak MiB": round(rounds.peak_mib(work)), "rows that differ": differ}
        for work, differ in answers.items()
    ]  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100_000, 1_000_000], help="visits")
    parser.add_argument("--busy", type=float, default=0.1, help="most of the processors that others may take in a round")
    chosen = parser.parse_args()
    found = [compare(size, chosen.busy) for size in chosen.sizes]
    for one in found:
        print(f"\n{one['visits']:,} visits\n\n{markdown(one['contenders'])}", file=sys.stderr)
    print(json.dumps({"machine": machine(PACKAGES), "sizes": found}, indent=2))


if __name__ == "__main__":
    main()
