"""Each module knows its room: it says so in its first lines, stays small, and is not named after nothing."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = [path.relative_to(ROOT) for package in sorted(ROOT.glob("hsched_*")) for path in sorted(package.rglob("*.py"))]
TESTS = [path.relative_to(ROOT) for path in sorted((ROOT / "tests").rglob("*.py"))]
NAMELESS = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "misc", "base"}
# An error's module draws its tree in the docstring (STYLE.md), which needs more lines than a sentence.
DRAWN = {Path("hsched_core/domain/errors.py")}
LONGEST_DOCSTRING = 6
LONGEST_FILE = 400


def docstring_lines(path: Path) -> int:
    return len((ast.get_docstring(ast.parse((ROOT / path).read_text())) or "").splitlines())


def undocumented(source: str) -> list[str]:
    """Public functions and classes at the top of a module, longer than a glance, without a docstring."""
    tree = ast.parse(source)
    public = (
        node
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and not node.name.startswith("_")
    )
    return [node.name for node in public if ast.get_docstring(node) is None and (node.end_lineno or 0) - node.lineno > 8]


def test_every_module_says_what_belongs_in_it() -> None:
    """A module docstring of one to six lines."""
    wrong = [str(path) for path in MODULES + TESTS if path not in DRAWN and not 1 <= docstring_lines(path) <= LONGEST_DOCSTRING]

    assert wrong == []


def test_no_file_outgrows_its_room() -> None:
    """Four hundred lines are two rooms."""
    assert [str(path) for path in MODULES + TESTS if len((ROOT / path).read_text().splitlines()) > LONGEST_FILE] == []


def test_no_module_is_named_after_nothing() -> None:
    """Names say what is inside."""
    assert [str(path) for path in MODULES if NAMELESS & {*path.parts[:-1], path.stem}] == []


def test_no_package_is_empty() -> None:
    """A package for later is a document about a folder that does not exist."""
    packages = {path.parent for path in MODULES}

    assert [str(package) for package in packages if all(path.name == "__init__.py" for path in (ROOT / package).rglob("*.py"))] == []


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_public_names_are_explained(path: Path) -> None:
    """Public functions and classes longer than a glance say what they are for."""
    assert undocumented((ROOT / path).read_text()) == []


def test_the_docstring_rule_sees_a_silent_function() -> None:
    """A long public function without a docstring is found, a private or a short one is not."""
    body = "".join(f"    x = {i}\n" for i in range(12))

    assert undocumented(f"def loud():\n{body}\ndef _quiet():\n{body}\ndef short():\n    pass\n") == ["loud"]
