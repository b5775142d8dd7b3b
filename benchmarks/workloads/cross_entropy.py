"""Softmax cross-entropy over many classes: its value, and its gradient by the logits."""

from typing import Any

import numpy as np

from benchmarks.arranged import cross_entropy as by_hand
from benchmarks.workload import Workload


def inputs(rng: np.random.Generator, n: int, classes: int) -> tuple[Any, ...]:
    """Logits and labels."""
    return rng.normal(size=(n, classes)) * 3, rng.integers(0, classes, n)


def outputs(system: Any, z: Any, t: Any) -> list[Any]:
    """The mean of log sum exp(z) - z[t], and its gradient."""
    value, gradients = system.value_and_grad(lambda z: system.np.cross_entropy(z, t), (0,))(z)
    return [value, *gradients]


def hand(z: Any, t: Any) -> list[Any]:
    """The same as a person writes it."""
    below = z - np.max(z, axis=1, keepdims=True)
    weights = np.exp(below)
    totals = np.sum(weights, axis=1, keepdims=True)
    rows = np.arange(len(t))
    value = np.mean(np.log(totals[:, 0]) - below[rows, t])
    dz = weights / totals
    dz[rows, t] -= 1
    return [value, dz / len(t)]


WORKLOAD = Workload(
    "cross_entropy", "softmax cross-entropy, 4096 x 1000", inputs, outputs, hand, by_hand.run,
    full=(4096, 1000), small=(300, 70),
)  # fmt: skip
