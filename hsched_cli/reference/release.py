"""The page of the release tables: which field may pass de-identification, how, and why every other field does not."""

from hsched_cli.reference.markdown import document, table
from hsched_core.domain.contracts import TABLES
from hsched_core.privacy.claims import Profile, claim_of
from hsched_core.privacy.release import RELEASE, Decision, Withheld
from hsched_core.privacy.safe_harbor import EXPORT, Exported

TITLE = "Release table"
INTRODUCTION = "A field that is not in this table does not pass. Free text never does. The claims are computed from the tables."


def page() -> str:
    """The whole page: the graph's profile table by table, then the export's."""
    limited, leaving = "# Profile `limited`", "# Profile `safe_harbor`"
    return document(TITLE, INTRODUCTION, _claims(), limited, *(_section(name) for name in TABLES), leaving, _export())


def _claims() -> str:
    return table(["profile", "strongest claim"], ([f"`{profile}`", claim_of(profile)] for profile in Profile))


def _section(name: str) -> str:
    rows = ([f"`{field}`", *_decision(decision)] for field, decision in RELEASE[name].items())
    return f"## {name}\n\n" + table(["raw field", "passes as", "how", "what it is, or why it stays"], rows)


def _decision(decision: Decision) -> list[object]:
    if isinstance(decision, Withheld):
        return ["", "", decision.reason]
    return [f"`{decision.to}`", decision.how, decision.nature]


def _export() -> str:
    rows = ([f"`{name}`", *_leaving(decision)] for name, decision in EXPORT.items())
    return "Finished feature rows, by `hsched export features`.\n\n" + table(["column", "leaves", "what it is, or why it stays"], rows)


def _leaving(decision: Exported | Withheld) -> list[object]:
    return ["", decision.reason] if isinstance(decision, Withheld) else ["yes", decision.nature]
