"""Logistic regression: two passes over a tall matrix, with softplus between them."""

from typing import Any

import numpy as np

from benchmarks.arranged import logistic as by_hand
from benchmarks.workload import Workload


def inputs(rng: np.random.Generator, n: int, d: int) -> tuple[Any, ...]:
    """Features, labels, weights and intercept."""
    X = rng.normal(size=(n, d))
    return X, (rng.random(n) < 0.5).astype(float), rng.normal(size=d) / np.sqrt(d), np.array(0.1)


def outputs(system: Any, X: Any, t: Any, w: Any, b: Any) -> list[Any]:
    """The mean negative log-likelihood, and its gradients by weights and intercept."""
    np = system.np

    def loss(w: Any, b: Any) -> Any:
        z = X @ w + b
        return np.mean(np.softplus(z) - t * z)

    value, gradients = system.value_and_grad(loss, (0, 1))(w, b)
    return [value, *gradients]


def hand(X: Any, t: Any, w: Any, b: Any) -> list[Any]:
    """The same as a person writes it."""
    z = X @ w + b
    value = np.mean(np.logaddexp(z, 0) - t * z)
    d = (1 / (1 + np.exp(-z)) - t) / len(t)
    return [value, X.T @ d, np.sum(d)]


WORKLOAD = Workload(
    "logistic", "logistic regression, 100,000 x 50", inputs, outputs, hand, by_hand.run,
    full=(100_000, 50), small=(5_000, 7),
)  # fmt: skip
