"""Reference pages are made from the code, and a page that is behind is named with its difference."""

from pathlib import Path

import pytest

from hsched_cli import docs
from hsched_cli.reference import commands, features, map_format, raw_tables, release
from hsched_cli.reference.markdown import document, table
from hsched_core.domain.contracts import TABLES
from hsched_core.domain.errors import UserError
from hsched_core.privacy.release import RELEASE
from hsched_models.features import CATALOGUE


def test_a_cell_cannot_break_its_table() -> None:
    """Pipes and line breaks stay inside the cell."""
    assert table(["a"], [["x | y\nz"]]).splitlines()[-1] == "| x \\| y z |"


def test_a_page_says_that_it_is_generated() -> None:
    """Whoever opens it to edit it reads that first."""
    assert document("T", "text").splitlines()[:3] == [
        "# T",
        "",
        "<!-- Made by `hsched docs` from the code; changes here are overwritten. -->",
    ]


def test_every_field_and_every_feature_has_its_line() -> None:
    """Nothing of the contract, the release table or the catalogue is left out."""
    tables, released, listed = raw_tables.page(), release.page(), features.page()

    assert [field.name for one in TABLES.values() for field in one.fields if f"| `{field.name}` |" not in tables] == []
    assert [name for fields in RELEASE.values() for name in fields if f"| `{name}` |" not in released] == []
    assert [feature.name for feature in CATALOGUE if f"| `{feature.name}` |" not in listed] == []


def test_commands_are_listed_with_options_and_examples() -> None:
    """A command of a group appears with the words that call it."""
    page = commands.page()

    for words in ("## hsched run", "## hsched privacy scan", "`--sandbox-if-empty`", "hsched import appointments.csv --map my-map.yaml"):
        assert words in page


def test_the_map_format_is_the_shipped_maps_own_header() -> None:
    """Description and example are two parts of one file."""
    header, example = map_format.split("# The format\n#   more\n\nmap: x\n")

    assert (header, example) == ("The format\n  more", "map: x")
    assert "map: medical-appointment-no-shows" in map_format.page()


def test_a_page_that_is_behind_fails_with_its_difference(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """What is written is current; a changed page is not, and the difference is shown."""
    monkeypatch.setattr(docs, "FOLDER", tmp_path / "reference")
    monkeypatch.setattr(docs, "PAGES", ("raw_tables",))
    docs.docs(check=False)
    docs.docs(check=True)
    page = tmp_path / "reference" / "raw-tables.md"
    page.write_text(page.read_text().replace("# Raw tables", "# Tables"))

    with pytest.raises(UserError, match=r"raw-tables\.md"):
        docs.docs(check=True)
    shown = capfd.readouterr().err

    assert "-# Tables" in shown
    assert "+# Raw tables" in shown


def test_a_page_that_is_missing_is_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No file at all is the largest difference."""
    monkeypatch.setattr(docs, "FOLDER", tmp_path)
    monkeypatch.setattr(docs, "PAGES", ("raw_tables",))

    with pytest.raises(UserError):
        docs.docs(check=True)
