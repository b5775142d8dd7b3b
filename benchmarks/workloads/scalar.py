"""A function of two numbers with its gradient: what a call costs."""

from typing import Any

import numpy as np

from benchmarks.arranged import scalar as by_hand
from benchmarks.workload import Workload


def inputs(rng: np.random.Generator) -> tuple[Any, ...]:
    """Two Python floats."""
    return 0.7, 1.3


def outputs(system: Any, x: Any, y: Any) -> list[Any]:
    """exp(-x^2) sin(y) + x y, and its two derivatives."""
    np = system.np

    def f(x: Any, y: Any) -> Any:
        return np.exp(-(x * x)) * np.sin(y) + x * y

    value, gradients = system.value_and_grad(f, (0, 1))(x, y)
    return [value, *gradients]


def hand(x: Any, y: Any) -> list[Any]:
    """The same as a person writes it."""
    decay = np.exp(-(x * x))
    wave = decay * np.sin(y)
    return [wave + x * y, y - 2 * x * wave, x + decay * np.cos(y)]


WORKLOAD = Workload(
    "scalar", "scalar f(x, y) and its gradient", inputs, outputs, hand, by_hand.run, full=(), small=(),
)  # fmt: skip
