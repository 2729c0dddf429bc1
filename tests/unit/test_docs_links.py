"""Documents lead somewhere: every relative link is a file that is there, every page is reached from the index."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([*(ROOT / "docs").rglob("*.md"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"])
TEST = re.compile(r"`(test_\w+)`")
LINK = re.compile(r"\]\((?!https?://|#)([^)#]+)")


def links(page: Path) -> list[Path]:
    return [(page.parent / target).resolve() for target in LINK.findall(page.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_to_files(page: Path) -> None:
    """A moved page is noticed by the pages that name it."""
    assert [target.name for target in links(page) if not target.exists()] == []


def test_every_page_is_reached_from_the_index() -> None:
    """A page nobody links is a page nobody reads."""
    reached = set(links(ROOT / "docs" / "index.md"))
    pages = {page for page in PAGES if page.is_relative_to(ROOT / "docs") and page.name != "index.md"}

    assert sorted(page.name for page in pages - reached) == []


def test_tests_that_documents_name_are_there() -> None:
    """A table of what was shown is worth what its tests are."""
    named = {name for page in PAGES for name in TEST.findall(page.read_text(encoding="utf-8"))}
    written = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "tests").rglob("test_*.py"))

    assert sorted(name for name in named if f"def {name}(" not in written) == []
    assert named
