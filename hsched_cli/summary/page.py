"""How the facts of a run are shown in a terminal: short sections, each with what to open or type next."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table

METRICS = (("auroc", "AUROC"), ("brier", "Brier"), ("ece", "ECE"), ("calibration_slope", "slope"))
TOKEN_SHOWN = 8
REASONS_SHOWN = 5


def show(facts: Mapping[str, Any], console: "Console") -> None:
    """Print the whole summary."""
    from rich.rule import Rule

    console.print(Rule(f"{facts['practice']['name']}: records up to {facts['day']}", align="left"))
    for section in (stages, quarantined, champions, tomorrow, insights, drift, privacy, where):
        for part in section(facts):
            console.print(part)


def stages(facts: Mapping[str, Any]) -> "list[RenderableType]":
    """Rows per stage."""
    grid = table("stage", "rows")
    for one in facts["rows"]:
        grid.add_row(one["stage"], f"{one['rows']:,}")
    return [grid]


def quarantined(facts: Mapping[str, Any]) -> "list[RenderableType]":
    """How much was set aside, and how to look at it."""
    found = facts["quarantined"]
    if not found["rows"]:
        return ["Set aside: no rows."]
    reasons = "; ".join(f"{one['table']}.{one['field'] or '-'}: {one['reason']} ({one['rows']})" for one in found["by"][:REASONS_SHOWN])
    return [f"Set aside: [bold]{found['rows']:,} rows[/bold] ({reasons}). Look: [cyan]hsched quarantine[/cyan]"]


def champions(facts: Mapping[str, Any]) -> "list[RenderableType]":
    """The models in use with their figures, beside the baselines they had to beat."""
    if not facts["champions"]:
        return ["No champion: nothing has been good enough to promote. Look: [cyan]hsched model list[/cyan]"]
    grid = table("model", "moment", *(title for _, title in METRICS), words=2)
    for one in facts["champions"]:
        name = one.get("rung") or one["name"]
        grid.add_row(f"[bold]{name}[/bold] (champion, v{one['version']})", one["moment"], *figures(one["metrics"]))
        for rung, metrics in one["baselines"].items():
            grid.add_row(f"  {rung}", one["moment"], *figures(metrics), style="dim")
    return [grid]


def figures(metrics: Mapping[str, Any]) -> list[str]:
    """The house's four figures, in order; a dash where one was not measured."""
    return [f"{float(metrics[name]):.3f}" if metrics.get(name) is not None else "-" for name, _ in METRICS]


def tomorrow(facts: Mapping[str, Any]) -> "list[RenderableType]":
    """The next clinic day's hours in which most visits are expected to be missed."""
    coming = facts["tomorrow"]
    if not coming:
        return ["No coming visits to score."]
    grid = table(
        "hour",
        "clinician",
        "visits",
        "expected missed",
        words=2,
        title=f"Where a call helps most on {coming['on']}: visits by hour and clinician",
    )
    for one in coming["hours"]:
        grid.add_row(hour(one["hour"]), token(one["clinician"]), str(one["appointments"]), f"{one['expected_missed']:.1f}")
    return [grid]


def insights(facts: Mapping[str, Any]) -> "list[RenderableType]":
    """Where the template itself loses visits."""
    return [f"Most often unused: {'; '.join(facts['insights'])}."] if facts["insights"] else []


def hour(value: int | None) -> str:
    return "unknown" if value is None else f"{value:02d}:00"


def token(value: str | None) -> str:
    """The first characters of a pseudonym: enough to tell two apart."""
    return "unknown" if value is None else value[:TOKEN_SHOWN]


def drift(facts: Mapping[str, Any]) -> "list[RenderableType]":
    """Whether the present still looks like the training window."""
    verdict = facts["drift"]
    if verdict is None:
        return ["Drift: not compared."]
    if verdict.get("not_judged"):
        return [f"Drift: not judged ({verdict['not_judged']})."]
    if not verdict["breaches"]:
        return ["Drift: [green]none[/green]; the present looks like the training window."]
    return [f"Drift: [yellow]{len(verdict['breaches'])} breaches[/yellow]: {'; '.join(verdict['breaches'])}"]


def privacy(facts: Mapping[str, Any]) -> "list[RenderableType]":
    """What the scan for identifiers found past de-identification."""
    scan = facts["privacy"]
    if scan is None:
        return ["Identifiers past de-identification: not looked for."]
    if scan["hits"]:
        return [f"[bold red]Identifiers past de-identification: {scan['hits']}[/bold red]. Look: [cyan]hsched privacy scan[/cyan]"]
    return [f"Identifiers past de-identification: [green]none[/green] ({scan['looked_for']:,} looked for in {scan['files']:,} files)."]


def where(facts: Mapping[str, Any]) -> "list[RenderableType]":
    """Files to open, and how to see the rest."""
    files = [f"  {what}: {path}" for what, path in facts["reports"].items()]
    return ["Reports:", *files, "Everything else: [cyan]make ui[/cyan] (or [cyan]hsched ui[/cyan]) opens the desk, Dagster and MLflow."]


def table(*headings: str, words: int = 1, title: str | None = None) -> "Table":
    """A plain table: the first columns hold words, the others numbers."""
    from rich import box
    from rich.table import Table

    grid = Table(box=box.SIMPLE, title=title, title_justify="left", pad_edge=False)
    for number, heading in enumerate(headings):
        grid.add_column(heading, justify="left" if number < words else "right")
    return grid
