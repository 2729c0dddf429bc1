"""The kinds of practices a sandbox can be. Nothing heavy is imported here: the command offers them."""

from enum import StrEnum


class Archetype(StrEnum):
    """A kind of practice."""

    PRIVATE = "private"  # a private group
    COUNSELLING = "counselling"  # a university's counselling centre
    COMMUNITY = "community"  # a community mental health centre
    SUBSTANCE_USE = "substance-use"  # an outpatient programme
