"""What no record holds and one client alone does not carry: how client and clinician get on, storms, households, group sessions.

Each has mean zero, so base rates stay what the parameters say. Drawn from a stream of its own, so that a plain world is the same without.
"""

import numpy as np

from hsched_sandbox import wordlists
from hsched_sandbox.backgrounds import NO_CAR
from hsched_sandbox.columns import Flags, Floats, Ints
from hsched_sandbox.parameters import PracticeParameters
from hsched_sandbox.people import ADULT, ClientBank
from hsched_sandbox.timeline import Timeline
from hsched_sandbox.world import Bookings, Channel, Clients, Clinicians, Session

WHITE = 0
MINORITY_SHARE = 1 - wordlists.RACES[WHITE][1]


class Shocks:
    """The shocks of a running simulation; those of the week are drawn as the week begins."""

    def __init__(self, parameters: PracticeParameters, clinicians: Clinicians, timeline: Timeline, rng: np.random.Generator) -> None:
        self._sizes, self._clinicians, self._rng = parameters.circumstances, clinicians, rng
        self._mean_no_car = float(np.dot(parameters.demand.payer_shares, NO_CAR))
        self._stormy: Flags = rng.random((int(clinicians.site.max()) + 1, len(timeline.winter))) < self._sizes.storm_days * timeline.winter
        self._winter = timeline.winter
        self._of_household = self._of_group = np.zeros(0)

    def week_begins(self, households: int) -> None:
        """Draw what befalls each household and each clinician's groups this week."""
        self._of_household = self._rng.standard_normal(households) * self._sizes.household_sigma
        self._of_group = self._rng.standard_normal(len(self._clinicians)) * self._sizes.group_sigma

    def logit(self, bookings: Bookings, bank: ClientBank) -> Floats:
        """What is added to each visit's logit."""
        clients = bank.clients.take(bookings.client)
        in_person = bookings.channel == Channel.IN_PERSON
        household = self._of_household[clients.household] * _comes_with_others(bookings, clients, bank.shares_household[bookings.client])
        group = self._of_group[bookings.clinician] * (bookings.session == Session.GROUP)
        way: Floats = self._sizes.no_car * (clients.no_car - self._mean_no_car) * in_person
        logit: Floats = self._alliance(bookings.clinician, clients) + household + group + way + self._storm(bookings) * in_person
        return logit

    def _alliance(self, clinician: Ints, clients: Clients) -> Floats:
        sides = self._clinicians.take(clinician)
        minority = (clients.race != WHITE) - MINORITY_SHARE
        alliance: Floats = self._sizes.alliance_sigma * (clients.fit * sides.leaning).sum(axis=1) + sides.group_gap * minority
        return alliance

    def _storm(self, bookings: Bookings) -> Floats:
        stormy = self._stormy[self._clinicians.site[bookings.clinician], bookings.day]
        expected = self._sizes.storm_days * self._winter[bookings.day]
        storm: Floats = self._sizes.storm * (stormy - expected)
        return storm


def _comes_with_others(bookings: Bookings, clients: Clients, shares_household: Flags) -> Flags:
    together = (bookings.session == Session.COUPLES) | (bookings.session == Session.FAMILY)
    flags: Flags = together | (clients.age < ADULT) | shares_household
    return flags
