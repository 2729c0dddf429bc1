"""What the whole suite shares: one loud line about what was skipped, and why."""

from collections import Counter

import pytest


def skip_reasons(reports: list[pytest.TestReport]) -> Counter[str]:
    """How many tests were skipped for which reason."""
    return Counter(str(report.longrepr[2]).removeprefix("Skipped: ") for report in reports if isinstance(report.longrepr, tuple))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One warning line, so that a green suite never hides what it did not look at."""
    reasons = skip_reasons(terminalreporter.stats.get("skipped", []))
    if reasons:
        listed = "; ".join(f"{count} x {reason}" for reason, count in sorted(reasons.items()))
        terminalreporter.write_line(f"WARNING: {sum(reasons.values())} tests were skipped: {listed}", yellow=True, bold=True)
