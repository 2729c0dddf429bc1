"""What a simulated practice is: its people, its visits and, beside each visit, the truth nobody else may see."""

from dataclasses import dataclass, fields
from enum import IntEnum

from hsched_sandbox.columns import Columns, Flags, Floats, Ints
from hsched_sandbox.parameters import PracticeParameters
from hsched_sandbox.timeline import Timeline


class Session(IntEnum):
    """What a visit is for."""

    INTAKE = 0
    INDIVIDUAL = 1
    COUPLES = 2
    FAMILY = 3
    GROUP = 4
    MEDICATION = 5


class Channel(IntEnum):
    """How client and clinician meet."""

    IN_PERSON = 0
    VIDEO = 1
    PHONE = 2


class Payer(IntEnum):
    """Who pays."""

    COMMERCIAL = 0
    MEDICAID = 1
    SELF_PAY = 2
    MEDICARE = 3


class Cause(IntEnum):
    """Why the practice called a visit off."""

    NONE = 0
    OFFICE = 1
    SICK = 2
    AUTHORIZATION = 3  # the payer's units were used up
    LINK = 4  # video or phone failed
    LEFT = 5  # the client had


class End(IntEnum):
    """How a visit ended, in the order of the vocabulary's `Outcome`."""

    ATTENDED = 0
    NO_SHOW = 1
    LATE_CANCEL = 2
    EARLY_CANCEL = 3
    CLINIC_CANCEL = 4


@dataclass(frozen=True)
class Clinicians(Columns):
    """The staff. `effect` is what a clinician adds to the logit of an unused visit."""

    site: Ints
    prescriber: Flags
    duration: Ints
    effect: Floats
    video_effect: Floats  # of the site
    leaning: Floats  # (clinicians, 2), of length one: what sort of client they get on with
    group_gap: Floats  # added for minority clients


@dataclass(frozen=True)
class Clients(Columns):
    """The clients. `intercept` is the static latent."""

    intercept: Floats
    forgetter: Flags
    arrived: Ints  # day of the timeline
    age: Floats  # at first contact
    payer: Ints
    channel: Ints
    fit: Floats  # (clients, 2): its product with a clinician's leaning is how well they get on
    race: Ints  # of wordlists.RACES; audit only, like the three below
    language: Ints  # of wordlists.LANGUAGES
    disability: Ints
    no_car: Flags
    household: Ints
    units: Ints  # visits a payer authorises at a time; 0 where none is needed


@dataclass(frozen=True)
class Bookings(Columns):
    """Visits as planned."""

    cell: Ints  # the recurring hour the visit belongs to
    client: Ints
    clinician: Ints
    series: Ints
    session: Ints
    channel: Ints
    every: Ints  # weeks between visits of the series
    step: Ints  # 0 is the intake
    week: Ints  # of the latents
    day: Ints
    hour: Ints
    start: Ints
    booked: Ints
    replaces: Ints  # the number of the visit this one was moved from, or -1
    movable: Flags

    @classmethod
    def of(cls, visits: "Bookings") -> "Bookings":
        """What was planned of visits, without how they went."""
        return Bookings(**{column.name: getattr(visits, column.name) for column in fields(Bookings)})


@dataclass(frozen=True)
class Visits(Bookings):
    """Visits as they went. Probabilities are NaN for visits called off because their client had left."""

    number: Ints
    end: Ints
    cause: Ints
    closed: Ints  # when it was cancelled or moved; 0 for visits that reached their hour
    moved: Flags
    by_clinic: Flags
    engagement: Floats
    after_miss: Flags
    known_logit: Floats  # of an unused visit, without what only the client carries and without its reminder
    reminder: Ints  # reminders.Reminder
    reminded: Ints  # when it was sent or, in a randomised visit without one, would have been; 0 where there was nothing to decide
    randomised: Flags
    own_logit: Floats  # what only the client carries
    hidden_logit: Floats  # what stands in no record and the client does not carry: alliance, shared shocks, the way there
    used: Ints  # visits the client had attended before
    p_clinic: Floats
    p_early: Floats  # given no clinic cancel
    p_unused: Floats  # given neither
    no_show_share: Floats  # of unused
    p_reminder_cancels: Floats  # in p_early: what the reminder adds

    @property
    def unreminded_logit(self) -> Floats:
        """Of an unused visit, had no reminder been sent."""
        return self.known_logit + self.own_logit + self.hidden_logit


@dataclass(frozen=True)
class World:
    """A practice that was lived through, from its first day to the last exported one."""

    parameters: PracticeParameters
    seed: int
    timeline: Timeline
    clinicians: Clinicians
    clients: Clients
    visits: Visits
