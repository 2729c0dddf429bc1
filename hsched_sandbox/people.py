"""Clients as the simulation needs them: latents, age, payer, channel. Names and addresses are made at export."""

import numpy as np

from hsched_sandbox.columns import Flags, Floats, Ints
from hsched_sandbox.parameters import PracticeParameters
from hsched_sandbox.world import Channel, Clients, Payer

CHUNK = 4096
MEDICARE_AGE = 65.0
ON_MEDICARE = 0.8


class ClientBank:
    """Hands out new clients; keeps each one's latent state as the weeks go by."""

    def __init__(self, parameters: PracticeParameters, rng: np.random.Generator) -> None:
        self._parameters, self._rng = parameters, rng
        self.clients = self._made(CHUNK)
        self.engagement: Floats = self._stationary(CHUNK)
        self.missed: Flags = np.zeros(CHUNK, dtype=bool)
        self.used = 0

    def new(self, count: int, day: int) -> Ints:
        """The numbers of that many new clients who arrive on a day."""
        while self.used + count > len(self.clients):
            self._grow()
        self.clients.arrived[self.used : self.used + count] = day
        self.used += count
        return np.arange(self.used - count, self.used)

    def week_passes(self) -> None:
        """Engagement drifts: AR(1) with a stationary standard deviation."""
        chances = self._parameters.chances
        shock = self._rng.standard_normal(self.used) * chances.engagement_sigma * np.sqrt(1 - chances.engagement_rho**2)
        self.engagement[: self.used] = chances.engagement_rho * self.engagement[: self.used] + shock

    def _grow(self) -> None:
        size = len(self.clients)
        self.clients = Clients.joined([self.clients, self._made(size)])
        self.engagement = np.concatenate([self.engagement, self._stationary(size)])
        self.missed = np.concatenate([self.missed, np.zeros(size, dtype=bool)])

    def _stationary(self, count: int) -> Floats:
        return self._rng.standard_normal(count) * self._parameters.chances.engagement_sigma

    def _made(self, count: int) -> Clients:
        rng, demand = self._rng, self._parameters.demand
        age = _ages(count, demand.minors, rng)
        payer = rng.choice(len(Payer), count, p=demand.payer_shares)
        in_person = 1 - demand.video - demand.phone
        return Clients(
            intercept=rng.standard_normal(count) * self._parameters.chances.client_sigma,
            forgetter=rng.random(count) < self._parameters.reminders.forgetters,
            arrived=np.zeros(count, dtype=np.int64),
            age=age,
            payer=np.where((age >= MEDICARE_AGE) & (rng.random(count) < ON_MEDICARE), Payer.MEDICARE, payer),
            channel=rng.choice(len(Channel), count, p=(in_person, demand.video, demand.phone)),
        )


def _ages(count: int, share_of_minors: float, rng: np.random.Generator) -> Floats:
    """Mostly adults around 36, some minors, some beyond 65."""
    adults = 18 + rng.gamma(3.2, 6.6, count)
    minors = rng.uniform(6, 18, count)
    return np.clip(np.where(rng.random(count) < share_of_minors, minors, adults), 6, 92)
