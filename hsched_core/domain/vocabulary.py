"""The closed vocabularies of the calendar. FHIR's words where they exist, the clinic's where they do not."""

from enum import StrEnum


class EventType(StrEnum):
    """What happened to an appointment, one word per recorded event."""

    BOOKED = "booked"
    CONFIRMED = "confirmed"
    MOVED = "moved"  # the client or the clinic chose another time; the event carries the new start
    CORRECTED = "corrected"  # a clerical error was put right; the event carries the right values
    CANCELLED = "cancelled"
    ATTENDED = "attended"
    NO_SHOW = "no_show"


class Actor(StrEnum):
    """Who cancelled or moved."""

    CLIENT = "client"
    CLINIC = "clinic"


class Outcome(StrEnum):
    """How an appointment ended. `unused` (the label) is no_show or late_cancel."""

    ATTENDED = "attended"
    NO_SHOW = "no_show"
    LATE_CANCEL = "late_cancel"  # by the client, inside the practice's notice window (default 24 h)
    EARLY_CANCEL = "early_cancel"
    CLINIC_CANCEL = "clinic_cancel"


class SessionType(StrEnum):
    INTAKE = "intake"
    INDIVIDUAL = "individual"
    COUPLES = "couples"
    FAMILY = "family"
    GROUP = "group"
    MEDICATION = "medication"
    ASSESSMENT = "assessment"
    VISIT = "visit"  # a source that does not tell


class Modality(StrEnum):
    IN_PERSON = "in_person"
    VIDEO = "video"
    PHONE = "phone"


class Gender(StrEnum):
    """FHIR administrative gender."""

    FEMALE = "female"
    MALE = "male"
    OTHER = "other"
    UNKNOWN = "unknown"


class PayerClass(StrEnum):
    COMMERCIAL = "commercial"
    MEDICAID = "medicaid"
    MEDICARE = "medicare"
    SELF_PAY = "self_pay"


class CommunicationChannel(StrEnum):
    TEXT = "text"
    CALL = "call"
    EMAIL = "email"


class CommunicationStatus(StrEnum):
    """FHIR Communication's words for what became of it."""

    COMPLETED = "completed"  # sent
    NOT_DONE = "not-done"  # withheld, as a randomised control


class Assignment(StrEnum):
    """Who decided whether a reminder is sent."""

    RANDOMISED = "randomised"
    RULE = "rule"


class WaitlistStatus(StrEnum):
    WAITING = "waiting"
    PLACED = "placed"
    WITHDRAWN = "withdrawn"
