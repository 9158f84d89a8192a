"""The learning rate follows progress alone, so that a resumed run may end sooner or later."""

from math import cos, pi

import torch

WARM_UP = 0.06


def set_learning_rate(
    optimiser: torch.optim.Optimizer, *, step: int, steps: int, peak: float
) -> None:
    """A short rise to `peak`, then half a cosine down to nothing at `steps`."""
    share = min(1.0, step / steps)
    if share < WARM_UP:
        rate = peak * (0.04 + 0.96 * share / WARM_UP)
    else:
        rate = peak * 0.5 * (1 + cos(pi * (share - WARM_UP) / (1 - WARM_UP)))
    for group in optimiser.param_groups:
        group["lr"] = rate
