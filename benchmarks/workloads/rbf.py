"""A bilinear form with a Gaussian kernel's matrix: exponentials of all pairs' distances."""

from typing import Any

import numpy as np

from benchmarks.arranged import rbf as by_hand
from benchmarks.workload import Workload


def inputs(rng: np.random.Generator, n: int, d: int) -> tuple[Any, ...]:
    """Points, the logarithm of the length scale, two vectors."""
    return rng.normal(size=(n, d)), np.array(0.3), rng.normal(size=n), rng.normal(size=n)


def outputs(system: Any, x: Any, log_length: Any, u: Any, v: Any) -> list[Any]:
    """u^T K v with K_ij = exp(-|x_i - x_j|^2 / (2 length^2)), and its gradients by points and length scale."""
    np = system.np

    def loss(x: Any, log_length: Any) -> Any:
        squares = np.sum(x * x, 1)
        distances = squares[:, None] + squares - 2 * (x @ np.matrix_transpose(x))
        kernel = np.exp(distances * (-0.5 * np.exp(-2 * log_length)))
        return np.sum(u * (kernel @ v))

    value, gradients = system.value_and_grad(loss, (0, 1))(x, log_length)
    return [value, *gradients]


def hand(x: Any, log_length: Any, u: Any, v: Any) -> list[Any]:
    """The same as a person writes it."""
    squares = np.sum(x * x, axis=1)
    distances = squares[:, None] + squares - 2 * (x @ x.T)
    scale = -0.5 * np.exp(-2 * log_length)
    kernel = np.exp(scale * distances)
    value = u @ (kernel @ v)
    g = scale * np.outer(u, v) * kernel
    sums = np.sum(g, axis=1) + np.sum(g, axis=0)
    return [value, 2 * x * sums[:, None] - 2 * (g @ x + g.T @ x), -2 * np.sum(g * distances)]


WORKLOAD = Workload(
    "rbf", "RBF kernel, n 1000, d 8", inputs, outputs, hand, by_hand.run, full=(1000, 8), small=(90, 3),
)  # fmt: skip
