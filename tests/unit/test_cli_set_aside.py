"""What `hsched quarantine` counts: rows an import set aside, rows an extraction did, each once."""

from collections.abc import Mapping

import pytest

from hsched_adapters.extracts import rejected_lines
from hsched_adapters.settings import DEMOGRAPHIC_SWITCHES
from hsched_cli.summary.set_aside import counts, set_aside
from hsched_core.ports import Rejected
from hsched_models.features import CATALOGUE

BAD = Rejected("visits.csv", 7, "starts_on", "not a day", "Jane,Doe")
WORSE = Rejected("visits.csv", 9, "starts_on", "not a day", "John,Doe")


class Zone:
    """A zone of names and contents."""

    def __init__(self, contents: Mapping[str, bytes]) -> None:
        self.contents = dict(contents)

    def names(self, prefix: str) -> list[str]:
        return sorted(name for name in self.contents if name.startswith(prefix))

    def read(self, name: str) -> bytes:
        return self.contents[name]

    def exists(self, name: str) -> bool:
        return name in self.contents

    def write(self, name: str, content: bytes) -> None:
        self.contents[name] = content


@pytest.mark.parametrize("extracted", [{}, {"quarantine/appointments/2026-01-05.jsonl": rejected_lines([BAD])}])
def test_rows_an_import_set_aside_are_shown_at_once_and_counted_once(extracted: dict[str, bytes]) -> None:
    """Before any extraction, and after one that took some of them over."""
    zone = Zone(
        {"landing/b1/appointments/2026-01-05.rejected.jsonl": rejected_lines([BAD, WORSE]), "landing/b1/x.parquet": b"", **extracted}
    )

    found = list(set_aside(zone))

    assert counts(found) == {
        "rows": 2,
        "by": [{"table": "appointments", "field": "starts_on", "reason": "not a day", "rows": 2}],
    }
    assert {(row.day, row.row) for row in found} == {("2026-01-05", 7), ("2026-01-05", 9)}


def test_a_demographic_switch_is_one_that_works() -> None:
    """Accepted in practice.yaml is exactly what the catalogue reads: a switch without effect must not look like a set one."""
    assert {feature.basis for feature in CATALOGUE if feature.basis} == DEMOGRAPHIC_SWITCHES
