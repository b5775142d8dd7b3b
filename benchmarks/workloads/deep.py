"""A network of many layers: what memory its step needs beside its arguments."""

from typing import Any

import numpy as np

from benchmarks.arranged import deep as by_hand
from benchmarks.workload import Workload


def inputs(rng: np.random.Generator, batch: int, width: int, layers: int) -> tuple[Any, ...]:
    """Points, targets, a square weight for each layer."""
    weights = rng.normal(size=(layers, width, width)) / np.sqrt(width)
    return rng.normal(size=(batch, width)), rng.normal(size=(batch, width)), *(each.copy() for each in weights)


def outputs(system: Any, x: Any, t: Any, *W: Any) -> list[Any]:
    """The mean squared error, and its gradients by all weights."""
    np = system.np

    def loss(*W: Any) -> Any:
        h = x
        for each in W:
            h = np.tanh(h @ each)
        return np.mean((h - t) * (h - t))

    value, gradients = system.value_and_grad(loss, tuple(range(len(W))))(*W)
    return [value, *gradients]


def hand(x: Any, t: Any, *W: Any) -> list[Any]:
    """The same as a person writes it."""
    layers = [x]
    for each in W:
        layers.append(np.tanh(layers[-1] @ each))
    rest = layers[-1] - t
    d = 2 * rest / rest.size
    gradients = []
    for i in reversed(range(len(W))):
        dz = d * (1 - layers[i + 1] ** 2)
        gradients.append(layers[i].T @ dz)
        d = dz @ W[i].T
    return [np.mean(rest**2), *reversed(gradients)]


WORKLOAD = Workload(
    "deep", "20 layers of 1024, batch 512", inputs, outputs, hand, by_hand.run,
    full=(512, 1024, 20), small=(5, 4, 3),
)  # fmt: skip
