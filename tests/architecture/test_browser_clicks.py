"""Playwright's click comes back before the page it leads to is there: tests in a browser wait for that page before they read anything."""

import ast
from collections.abc import Iterator
from pathlib import Path

TESTS = Path(__file__).parents[1]
HELPERS = TESTS / "browsers.py"  # `follow` waits; `unfold` says that there is nothing to wait for
CLICKS = frozenset({"click", "dblclick", "tap"})
WAITS = ("wait_for", "expect")  # wait_for, wait_for_url, wait_for_selector, expect(locator), expect_navigation


def in_browsers() -> list[Path]:
    """The files whose tests open one."""
    return [
        path
        for path in sorted(TESTS.rglob("*.py"))
        if path != HELPERS and any(word in path.read_text() for word in ("tests.browsers", "tests.role_days", "playwright"))
    ]


def is_click(call: ast.AST) -> bool:
    """A click, a tap, or the key that sends a form."""
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
        return False
    key = call.args[0].value if call.args and isinstance(call.args[0], ast.Constant) else None
    return call.func.attr in CLICKS or (call.func.attr == "press" and key == "Enter")


def waits(node: ast.AST | None) -> bool:
    """Whether something in it waits for a page or for what is on one."""
    names = (getattr(one, "attr", getattr(one, "id", "")) for one in ast.walk(node)) if node else ()
    return any(name.startswith(WAITS) for name in names)


def blocks(tree: ast.AST) -> Iterator[list[ast.stmt]]:
    """Statements that follow one another, outside a `with` that waits."""
    for node in ast.walk(tree):
        if isinstance(node, ast.With) and any(waits(item.context_expr) for item in node.items):
            continue
        for part in ("body", "orelse", "finalbody"):
            found = getattr(node, part, None)
            if found and isinstance(found, list):
                yield found


def hasty(source: str) -> list[int]:
    """Lines with a click after which the next statement does not wait."""
    return sorted(
        one.lineno
        for block in blocks(ast.parse(source))
        for one, after in zip(block, [*block[1:], None], strict=True)
        if isinstance(one, ast.Expr | ast.Assign) and any(is_click(node) for node in ast.walk(one)) and not waits(after)
    )


def test_no_test_reads_on_right_after_a_click() -> None:
    """`follow(locator)` where it leads to another page, `unfold(locator)` where it stays, or a wait as the very next statement."""
    files = in_browsers()
    found = [f"{path.relative_to(TESTS)}:{line}" for path in files for line in hasty(path.read_text())]

    assert len(files) >= 8
    assert found == []


def test_the_rule_sees_a_hasty_click() -> None:
    """Before a count, at a block's end, and by the key; not where something waits."""
    assert hasty("page.click('x')\nassert page.count() == 1") == [1]
    assert hasty("if True:\n    one.first.tap()\nelse:\n    page.keyboard.press('Enter')") == [2, 4]
    assert hasty("one.click()\npage.get_by_text('y').wait_for()\nwith page.expect_navigation():\n    one.click()") == []
    assert hasty("page.keyboard.press('j')\npage.keyboard.press('Enter')\npage.wait_for_url('z')") == []
