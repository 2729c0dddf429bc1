"""The page of a proposal's life: the diagram and the table it is drawn from."""

from hsched_cli.reference.markdown import code, document, table
from hsched_core.domain.lifecycle import FINAL, STEPS, State, diagram

TITLE = "The life of a proposal"
INTRODUCTION = (
    "Every change of the outside world is a proposal that takes these steps, and no others. Each step is stored together with its audit "
    "entry; replaying the entries gives the stored state."
)


def page() -> str:
    """The whole page."""
    rows = ([_name(step.source), f"`{step.event}`", _name(step.target), step.when] for step in STEPS)
    ends = ", ".join(f"`{state}`" for state in State if state in FINAL)
    steps = table(["from", "event", "to", "when"], rows)
    return document(TITLE, INTRODUCTION, code(diagram(), "mermaid"), steps, f"Final: {ends}.")


def _name(state: State | None) -> str:
    return f"`{state}`" if state else "(new)"
