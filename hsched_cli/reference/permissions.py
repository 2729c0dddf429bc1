"""The page of permissions: which role has which subject of the service, how far, which fields it sees, and how others prove themselves."""

from hsched_cli.reference.markdown import document, table
from hsched_core.domain.people import Person, Role
from hsched_core.policy.permissions import FIELDS, PERMISSIONS, PROOFS, Scope, Subject, scope_of

TITLE = "Permissions"
INTRODUCTION = (
    "Every route of the service declares one subject, and the service does not start where one does not. This table says which role has "
    "something of which subject: `practice` is everything of the practice, `own` a clinician's own calendar and clients. An "
    "empty cell is a no. `api_clients` is of no route: the command `hsched api-clients` asks for it. What somebody may *decide* about one "
    "case is told in [rules of approval](policy.md)."
)
FIELD_NOTE = (
    "A page shows some fields to some roles only. Whoever has the role of a clinician never sees an individual's risk, whatever else they "
    "are: it could colour the treatment."
)
OTHERS = "Nobody signs in for these; each asks for a proof of its own."


def page() -> str:
    """The whole page."""
    roles = [str(role) for role in Role]
    subjects = ([f"`{subject}`", *(_reach(role, subject) for role in Role)] for subject in PERMISSIONS)
    fields = ([f"`{field}`", *("yes" if role in allowed else "" for role in Role)] for field, allowed in FIELDS.items())
    proofs = ([f"`{subject}`", proof] for subject, proof in PROOFS.items())
    return document(
        TITLE,
        INTRODUCTION,
        table(["subject", *roles], subjects),
        "## Fields",
        FIELD_NOTE,
        table(["field", *roles], fields),
        "## Without a sign-in",
        OTHERS,
        table(["subject", "proof"], proofs),
    )


def _reach(role: Role, subject: Subject) -> str:
    scope = scope_of(Person("somebody", "practice", frozenset({role}), clinician="somebody"), subject)
    return "" if scope is Scope.NONE else str(scope)
