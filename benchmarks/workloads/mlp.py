"""A multilayer perceptron's training step: matrix products, and what surrounds them."""

from itertools import pairwise
from typing import Any

import numpy as np

from benchmarks.arranged import mlp as by_hand
from benchmarks.workload import Workload


def inputs(rng: np.random.Generator, batch: int, *widths: int) -> tuple[Any, ...]:
    """Images, labels, three weights and biases."""
    layers = [
        each
        for a, b in pairwise(widths)
        for each in (rng.normal(size=(a, b)) * np.sqrt(2 / a), 0.1 * rng.normal(size=b))
    ]
    x = rng.normal(size=(batch, widths[0])).astype(np.float32)
    return x, rng.integers(0, widths[-1], batch), *(each.astype(np.float32) for each in layers)


def outputs(system: Any, x: Any, t: Any, W1: Any, b1: Any, W2: Any, b2: Any, W3: Any, b3: Any) -> list[Any]:
    """The mean cross-entropy, and its gradients by all weights and biases."""
    np = system.np

    def loss(W1: Any, b1: Any, W2: Any, b2: Any, W3: Any, b3: Any) -> Any:
        h = np.relu(np.relu(x @ W1 + b1) @ W2 + b2)
        return np.cross_entropy(h @ W3 + b3, t)

    value, gradients = system.value_and_grad(loss, (0, 1, 2, 3, 4, 5))(W1, b1, W2, b2, W3, b3)
    return [value, *gradients]


def hand(x: Any, t: Any, W1: Any, b1: Any, W2: Any, b2: Any, W3: Any, b3: Any) -> list[Any]:
    """The same as a person writes it."""
    h1 = np.maximum(x @ W1 + b1, 0)
    h2 = np.maximum(h1 @ W2 + b2, 0)
    z = h2 @ W3 + b3
    below = z - np.max(z, axis=1, keepdims=True)
    weights = np.exp(below)
    totals = np.sum(weights, axis=1, keepdims=True)
    rows = np.arange(len(t))
    value = np.mean(np.log(totals[:, 0]) - below[rows, t])
    dz = weights / totals
    dz[rows, t] -= 1
    dz /= np.float32(len(t))
    d2 = (dz @ W3.T) * (h2 > 0)
    d1 = (d2 @ W2.T) * (h1 > 0)
    return [
        value, x.T @ d1, np.sum(d1, axis=0), h1.T @ d2, np.sum(d2, axis=0), h2.T @ dz, np.sum(dz, axis=0),
    ]  # fmt: skip


WORKLOAD = Workload(
    "mlp", "MLP 784-512-256-10, batch 256, float32", inputs, outputs, hand, by_hand.run,
    full=(256, 784, 512, 256, 10), small=(16, 20, 12, 8, 5), tolerance=1e-4, floor=by_hand.floor,
)  # fmt: skip
