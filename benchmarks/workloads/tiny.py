"""A tiny network's step: what calls cost where arrays are small."""

from typing import Any

import numpy as np

from benchmarks.arranged import tiny as by_hand
from benchmarks.workload import Workload


def inputs(rng: np.random.Generator, batch: int, d: int, hidden: int) -> tuple[Any, ...]:
    """Points, targets, weights and biases of two layers."""
    shapes = ((batch, d), (batch, 1), (d, hidden), (hidden,), (hidden, 1), (1,))
    return tuple(rng.normal(size=shape) for shape in shapes)


def outputs(system: Any, x: Any, t: Any, W: Any, b: Any, V: Any, c: Any) -> list[Any]:
    """The mean squared error, and its gradients by weights and biases."""
    np = system.np

    def loss(W: Any, b: Any, V: Any, c: Any) -> Any:
        rest = np.tanh(x @ W + b) @ V + c - t
        return np.mean(rest * rest)

    value, gradients = system.value_and_grad(loss, (0, 1, 2, 3))(W, b, V, c)
    return [value, *gradients]


def hand(x: Any, t: Any, W: Any, b: Any, V: Any, c: Any) -> list[Any]:
    """The same as a person writes it."""
    h = np.tanh(x @ W + b)
    rest = h @ V + c - t
    value = np.mean(rest**2)
    dy = 2 * rest / len(x)
    dz = (dy @ V.T) * (1 - h**2)
    return [value, x.T @ dz, np.sum(dz, axis=0), h.T @ dy, np.sum(dy, axis=0)]


WORKLOAD = Workload(
    "tiny", "MLP 10-32-1, batch 16", inputs, outputs, hand, by_hand.run, full=(16, 10, 32), small=(4, 3, 5),
)  # fmt: skip
