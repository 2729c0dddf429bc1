"""Clients as the simulation needs them: latents, age, payer, channel. Names and addresses are made at export."""

import numpy as np

from hsched_sandbox.backgrounds import backgrounds
from hsched_sandbox.columns import Flags, Floats, Ints
from hsched_sandbox.parameters import Demand, PracticeParameters
from hsched_sandbox.world import Channel, Clients, Payer

CHUNK = 4096
ADULT = 18.0
MEDICARE_AGE = 65.0
ON_MEDICARE = 0.8


class ClientBank:
    """Hands out new clients; keeps each one's latent state as the weeks go by."""

    def __init__(self, parameters: PracticeParameters, rng: np.random.Generator, apart: np.random.Generator) -> None:
        """`apart` draws what must not move any draw of `rng`."""
        self._parameters, self._rng, self._apart = parameters, rng, apart
        self.clients = self._made(CHUNK, first=0)
        self.engagement: Floats = self._stationary(CHUNK)
        self.missed: Flags = np.zeros(CHUNK, dtype=bool)
        self.attended: Ints = np.zeros(CHUNK, dtype=np.int64)
        self.used = 0

    def new(self, count: int, day: int) -> Ints:
        """The numbers of that many new clients who arrive on a day."""
        while self.used + count > len(self.clients):
            self._grow()
        self.clients.arrived[self.used : self.used + count] = day
        self.used += count
        return np.arange(self.used - count, self.used)

    @property
    def shares_household(self) -> Flags:
        """Of each client: whether others come from the same household."""
        household = self.clients.household
        same = household[1:] == household[:-1]
        shared: Flags = np.concatenate([same, [False]]) | np.concatenate([[False], same])
        return shared

    def week_passes(self) -> None:
        """Engagement drifts: AR(1) with a stationary standard deviation."""
        chances = self._parameters.chances
        shock = self._rng.standard_normal(self.used) * chances.engagement_sigma * np.sqrt(1 - chances.engagement_rho**2)
        self.engagement[: self.used] = chances.engagement_rho * self.engagement[: self.used] + shock

    def _grow(self) -> None:
        size = len(self.clients)
        self.clients = Clients.joined([self.clients, self._made(size, first=size)])
        self.engagement = np.concatenate([self.engagement, self._stationary(size)])
        self.missed = np.concatenate([self.missed, np.zeros(size, dtype=bool)])
        self.attended = np.concatenate([self.attended, np.zeros(size, dtype=np.int64)])

    def _stationary(self, count: int) -> Floats:
        return self._rng.standard_normal(count) * self._parameters.chances.engagement_sigma

    def _made(self, count: int, first: int) -> Clients:
        rng, demand = self._rng, self._parameters.demand
        age = _ages(count, demand, rng)
        drawn = rng.choice(len(Payer), count, p=demand.payer_shares)
        in_person = 1 - demand.video - demand.phone
        intercept = rng.standard_normal(count) * self._parameters.chances.client_sigma
        forgetter = rng.random(count) < self._parameters.reminders.forgetters
        payer = np.where((age >= MEDICARE_AGE) & (rng.random(count) < ON_MEDICARE), Payer.MEDICARE, drawn).astype(np.int64)
        return Clients(
            intercept=intercept,
            forgetter=forgetter,
            arrived=np.zeros(count, dtype=np.int64),
            age=age,
            payer=payer,
            channel=rng.choice(len(Channel), count, p=(in_person, demand.video, demand.phone)),
            **backgrounds(payer, first, self._parameters, self._apart),
        )


def _ages(count: int, demand: Demand, rng: np.random.Generator) -> Floats:
    """Mostly adults, around 36 by default, some minors, some beyond 65."""
    adults = ADULT + rng.gamma(*demand.adult_years, count)
    minors = rng.uniform(6, ADULT, count)
    return np.clip(np.where(rng.random(count) < demand.minors, minors, adults), 6, 92)
