"""The benchmark of the feature tables runs: its figures are read by people, so each must be of what it names."""

from pathlib import Path

from benchmarks.features import measured


def test_a_tiny_practice_has_every_figure(tmp_path: Path) -> None:
    """One round on any machine; pandas finds the same history, or it would stop."""
    found = measured(tmp_path, visits=400, rounds=1, busy=1.0)

    assert 0 < found["day_sql_s"] < found["whole_sql_s"]
    assert found["day_rows"] > 0
    assert min(found[name] for name in ("raw_s", "scan_s", "rest_sql_s", "pandas_s", "peak_mib", "day_peak_mib")) > 0
    assert 0 < found["one_day_rows"] <= found["day_rows"]
    assert found["whole_refused_rounds"] == found["day_refused_rounds"] == 0
