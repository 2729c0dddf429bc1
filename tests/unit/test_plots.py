"""Pictures of models: what stands beside each other can be told apart."""

import io

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.image import imread

from hsched_models import plots


@pytest.mark.parametrize("curves", [1, 2, 3, 5])
def test_every_reliability_curve_has_a_colour_of_its_own(curves: int) -> None:
    """The colour of each stands in the picture, and no other's instead of it."""
    random = np.random.default_rng(7)
    labels = (random.random(4000) < 0.3).astype(np.int64)
    png = plots.reliability(labels, {f"model {number}": random.beta(2, 4 + 3 * number, 4000) for number in range(curves)})
    pixels = np.round(imread(io.BytesIO(png))[..., :3] * 255).astype(int)
    drawn = [bool((pixels == np.round(np.array(to_rgb(shade)) * 255).astype(int)).all(axis=-1).any()) for shade in plots.SHADES[:-1]]
    assert drawn == [position < curves for position in range(len(plots.SHADES) - 1)]
