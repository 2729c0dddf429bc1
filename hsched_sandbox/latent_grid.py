"""The grid on which the filter oracle integrates what only the client carries: (kind of client, intercept) x missed before x engagement."""

from dataclasses import dataclass

import numpy as np

from hsched_sandbox.columns import Flags, Floats, Ints
from hsched_sandbox.parameters import PracticeParameters

NODES = 11
WIDTH = 3.0  # standard deviations on either side
# Clients in care on the first exported day come with a past nobody exported: those who stayed miss less. In standard deviations of the
# intercept, measured once over 2,045 clients of 60 clinicians (seed 1)
IN_CARE_MEAN = -0.18
IN_CARE_SPREAD = 0.945
IN_CARE_MISSED = 0.116


@dataclass(frozen=True)
class Grid:
    """Where the latents are looked at."""

    shape: tuple[int, int, int]
    intercept: Floats
    forgetters: float
    engagement: Floats
    engagement_share: Floats  # stationary
    kernels: Floats  # by weeks: engagement then, given engagement now

    @classmethod
    def of(cls, parameters: PracticeParameters) -> "Grid":
        """An even grid: spaced closer than the narrowest density on it, sums over it are integrals to many digits."""
        chances, unseen = parameters.chances, parameters.circumstances
        static = np.hypot(chances.client_sigma, unseen.alliance_sigma)  # with one clinician the two cannot be told apart
        across = np.linspace(-WIDTH, WIDTH, NODES)
        intercept, engagement = across * static, across * chances.engagement_sigma
        narrow = np.sqrt(1 - chances.engagement_rho**2)
        kernel = _normed(np.exp(-0.5 * ((across[None, :] - chances.engagement_rho * across[:, None]) / narrow) ** 2), axis=1)
        kernels = [np.eye(NODES)]
        for _ in range(int(52 * (parameters.years + 2))):
            kernels.append(kernels[-1] @ kernel)
        share = _normed(np.exp(-0.5 * across**2), axis=0)
        return cls((2 * NODES, 2, NODES), intercept, parameters.reminders.forgetters, engagement, share, np.stack(kernels))

    def prior(self, in_care: Flags) -> Floats:
        """Clients at their first visit. Those already in care have a past, see above."""
        across = np.linspace(-WIDTH, WIDTH, NODES)
        new = _normed(np.exp(-0.5 * across**2), axis=0)
        old = _normed(np.exp(-0.5 * ((across - IN_CARE_MEAN) / IN_CARE_SPREAD) ** 2), axis=0)
        normal = np.where(in_care[:, None], old, new)
        static = np.concatenate([normal * (1 - self.forgetters), normal * self.forgetters], axis=1)
        missed = np.where(in_care, IN_CARE_MISSED, 0.0)
        before = np.stack([1 - missed, missed], axis=1)
        prior: Floats = static[:, :, None, None] * before[:, None, :, None] * self.engagement_share
        return prior

    def later(self, state: Floats, weeks: Ints) -> Floats:
        """The state some weeks on."""
        flat = state.reshape(len(state), 4 * NODES, NODES)
        moved: Floats = np.matmul(flat, self.kernels[np.minimum(weeks, len(self.kernels) - 1)]).reshape(state.shape)
        return moved

    def p_unused(self, known_logit: Floats, after_miss: Floats, reminded: Floats) -> Floats:
        """At each point of the grid, for each visit. `reminded` is (visits, 2): the reminder's effect on either kind of client."""
        own = np.exp(-self.intercept[:, None, None] - self.engagement)
        again = np.stack([np.ones(len(after_miss)), np.exp(-after_miss)], axis=1)
        against = np.exp(-known_logit[:, None] - reminded)[:, :, None] * again[:, None, :]
        p: Floats = 1 / (1 + own * against[:, :, None, :, None])
        return p.reshape(len(known_logit), *self.shape)


def _normed(weights: Floats, axis: int) -> Floats:
    share: Floats = weights / weights.sum(axis=axis, keepdims=True)
    return share
