"""Elementwise: a sum over three arrays and its three gradients, where everything is memory traffic and exponentials."""

from typing import Any

import numpy as np

from benchmarks.arranged import elementwise as by_hand
from benchmarks.workload import Workload


def inputs(rng: np.random.Generator, n: int) -> tuple[Any, ...]:
    """Three arrays of normal numbers."""
    return tuple(rng.normal(size=(3, n)))


def outputs(system: Any, x: Any, y: Any, z: Any) -> list[Any]:
    """sum(exp(-x^2) tanh(x y + z) + sqrt(1 + z^2)), and its gradients."""
    np = system.np

    def loss(x: Any, y: Any, z: Any) -> Any:
        return np.sum(np.exp(-(x * x)) * np.tanh(x * y + z) + np.sqrt(1 + z * z))

    value, gradients = system.value_and_grad(loss, (0, 1, 2))(x, y, z)
    return [value, *gradients]


def hand(x: Any, y: Any, z: Any) -> list[Any]:
    """The same as a person writes it."""
    decay = np.exp(-(x * x))
    t = np.tanh(x * y + z)
    root = np.sqrt(1 + z * z)
    value = np.sum(decay * t + root)
    inner = decay * (1 - t * t)
    return [value, inner * y - 2 * x * decay * t, inner * x, inner + z / root]


WORKLOAD = Workload(
    "elementwise", "elementwise value + 3 gradients, 10^6", inputs, outputs, hand, by_hand.run,
    full=(1_000_000,), small=(10_000,),
)  # fmt: skip
