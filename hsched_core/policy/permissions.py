"""Who may see and do what in the service: subjects of routes, the roles they are open to, how far each role reaches, which fields it sees.

Default deny: a role that a subject does not name has nothing of it. What may be *decided* about one case stays with `approval`.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from hsched_core.domain.people import Person, Role


class Subject(StrEnum):
    """What a route is about."""

    # Of people who signed in.
    HOME = "home"
    PROVE = "prove"
    FORGET_PASSKEYS = "forget_passkeys"
    QUEUE = "queue"
    DECIDE = "decide"
    CALENDAR = "calendar"
    OWN_DAY = "own_day"
    CALLS = "calls"
    REPLIES = "replies"
    WAITLIST = "waitlist"
    GROUPS = "groups"
    CLIENT_RECORD = "client_record"
    INSIGHTS = "insights"
    CAPACITY = "capacity"
    GUARDRAILS = "guardrails"
    PHASES = "phases"
    ORDERS = "orders"
    STEER = "steer"
    EFFECTS = "effects"
    MODEL = "model"
    MODEL_REVIEW = "model_review"
    AUDIT = "audit"
    SWITCH = "switch"
    RELEASE = "release"
    API_CLIENTS = "api_clients"  # of the command `hsched api-clients`: no route has it
    SIDEBAR = "sidebar"
    # Of others, who prove themselves another way, or need not.
    SIGN_IN = "sign_in"
    STATIC = "static"
    HEALTH = "health"
    CLIENT_PAGE = "client_page"
    WEBHOOK = "webhook"
    PREDICT = "predict"
    METRICS = "metrics"
    API_DOCUMENT = "api_document"
    CDS_HOOKS = "cds_hooks"
    LAUNCH = "launch"


class Scope(StrEnum):
    """How far somebody reaches within a subject."""

    PRACTICE = "practice"
    OWN = "own"  # a clinician's own calendar and clients
    NONE = "none"


class Field(StrEnum):
    """What not everybody sees who may see the page around it."""

    NAME = "name"  # names and contacts, read from the EHR when a page is shown
    RISK = "risk"  # an individual's probability, band and reasons


_FRONT_DESK, _CLINICIAN, _MANAGER = Role.FRONT_DESK, Role.CLINICIAN, Role.PRACTICE_MANAGER
_DESK = frozenset({_FRONT_DESK, _MANAGER})
_CARE = frozenset({_FRONT_DESK, _CLINICIAN, _MANAGER})
_EVERYBODY = frozenset(Role)

# SAFETY.md 4.9. Of a subject that is not here nobody who signed in has anything.
PERMISSIONS: Mapping[Subject, frozenset[Role]] = MappingProxyType(
    {
        Subject.HOME: _EVERYBODY,
        Subject.PROVE: _EVERYBODY,
        Subject.FORGET_PASSKEYS: frozenset({_MANAGER, Role.ADMIN}),
        Subject.QUEUE: _CARE,
        Subject.DECIDE: _CARE,
        Subject.CALENDAR: _CARE,
        Subject.OWN_DAY: frozenset({_CLINICIAN}),
        Subject.CALLS: _DESK,
        Subject.REPLIES: _CARE,
        Subject.WAITLIST: _DESK,
        Subject.GROUPS: _CARE,
        Subject.CLIENT_RECORD: _CARE,
        Subject.INSIGHTS: frozenset({_MANAGER}),
        Subject.CAPACITY: frozenset({_MANAGER}),
        Subject.GUARDRAILS: frozenset({_CLINICIAN, _MANAGER}),
        Subject.PHASES: frozenset({_MANAGER, Role.AUDITOR}),
        Subject.ORDERS: frozenset({_MANAGER, Role.AUDITOR}),
        Subject.STEER: frozenset({_MANAGER}),
        Subject.EFFECTS: frozenset({_MANAGER, Role.MODEL_REVIEWER}),
        Subject.MODEL: frozenset({_MANAGER, Role.DATA_TEAM, Role.MODEL_REVIEWER, Role.AUDITOR}),
        Subject.MODEL_REVIEW: frozenset({Role.MODEL_REVIEWER}),
        Subject.AUDIT: frozenset({_MANAGER, Role.AUDITOR}),
        Subject.SWITCH: _EVERYBODY,
        Subject.RELEASE: frozenset({_MANAGER}),
        Subject.API_CLIENTS: frozenset({Role.ADMIN}),
        Subject.SIDEBAR: _CARE,
    }
)
# How who has not signed in proves that a subject is theirs.
PROOFS: Mapping[Subject, str] = MappingProxyType(
    {
        Subject.SIGN_IN: "nothing yet: this is where people prove who they are",
        Subject.STATIC: "nothing: style and script of the pages",
        Subject.HEALTH: "nothing: says only whether the service works",
        Subject.CLIENT_PAGE: "the secret link of a message",
        Subject.WEBHOOK: "the sender's signature",
        Subject.PREDICT: "the bearer token of an API client",
        Subject.METRICS: "a bearer token, or being on the same machine",
        Subject.API_DOCUMENT: "nothing: describes the API, holds no data",
        Subject.CDS_HOOKS: "the EHR's signed token",
        Subject.LAUNCH: "the EHR's launch, which ends in a sign-in",
    }
)
# Where a clinician's role reaches their own calendar and clients only.
OWN_FOR_CLINICIANS = frozenset(
    {
        Subject.QUEUE,
        Subject.DECIDE,
        Subject.CALENDAR,
        Subject.GROUPS,
        Subject.OWN_DAY,
        Subject.REPLIES,
        Subject.CLIENT_RECORD,
        Subject.GUARDRAILS,
        Subject.SIDEBAR,
    }
)
FIELDS: Mapping[Field, frozenset[Role]] = MappingProxyType({Field.NAME: _CARE, Field.RISK: _DESK})


def scope_of(person: Person, subject: Subject) -> Scope:
    """How far the person reaches in the subject, by the widest of their roles."""
    held = PERMISSIONS.get(subject, frozenset()) & person.roles
    if not person.is_active or not held:
        return Scope.NONE
    if subject in OWN_FOR_CLINICIANS and held == {Role.CLINICIAN}:
        return Scope.OWN if person.clinician else Scope.NONE
    return Scope.PRACTICE


def may(person: Person, subject: Subject) -> bool:
    """Whether the person has anything of the subject."""
    return scope_of(person, subject) is not Scope.NONE


def reaches(person: Person, subject: Subject, clinician: str | None) -> bool:
    """Whether something of that clinician's (None: of nobody's) is within the person's reach."""
    scope = scope_of(person, subject)
    return scope is Scope.PRACTICE or (scope is Scope.OWN and clinician is not None and clinician == person.clinician)


def sees_names(person: Person) -> bool:
    """Names and contacts of the clients within their reach."""
    return person.is_active and bool(FIELDS[Field.NAME] & person.roles)


def sees_risk(person: Person) -> bool:
    """Individuals' scores. Never on the screen of who treats them, whatever else they are: it could colour the treatment."""
    return person.is_active and Role.CLINICIAN not in person.roles and bool(FIELDS[Field.RISK] & person.roles)
