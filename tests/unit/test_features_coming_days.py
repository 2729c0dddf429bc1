"""A day's coming visits lie in a folder of that day; running it again never leaves an older result in its place."""

from datetime import date
from pathlib import Path

from hsched_adapters.settings import Paths
from hsched_pipelines.learning.dbt import forget_days


def test_only_the_days_that_run_again_are_forgotten(tmp_path: Path) -> None:
    """Records of 2 March are known on 3 March: that folder goes, its neighbours stay, and a day never run is no error."""
    folders = [tmp_path / "tables" / "feat_no_show__coming" / f"as_of_on=2026-03-0{day}" for day in (2, 3, 4)]
    for folder in folders:
        folder.mkdir(parents=True)
        (folder / "data_0.parquet").write_bytes(b"rows")
    forget_days(Paths(tmp_path), [date(2026, 3, 2), date(2026, 3, 8)])

    assert [folder.exists() for folder in folders] == [True, False, True]
