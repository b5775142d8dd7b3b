"""A Gaussian mixture's log-likelihood, with a precision factor for each part: batched products of small matrices."""

from typing import Any

import numpy as np

from benchmarks.arranged import mixture as by_hand
from benchmarks.workload import Workload


def inputs(rng: np.random.Generator, n: int, d: int, parts: int) -> tuple[Any, ...]:
    """Points; of each part its weight, mean, the logarithm of its factor's diagonal, what is below the diagonal."""
    below = 0.2 * rng.normal(size=(parts, d * (d - 1) // 2))
    return (
        rng.normal(size=(n, d)), rng.normal(size=parts), rng.normal(size=(parts, d)),
        0.2 * rng.normal(size=(parts, d)), below,
    )  # fmt: skip


def places(d: int) -> Any:
    """For each place of a d x d matrix, which element of (diagonal, below the diagonal, one 0) it holds."""
    found = np.full((d, d), d + d * (d - 1) // 2)
    found[np.arange(d), np.arange(d)] = np.arange(d)
    found[np.tril_indices(d, -1)] = d + np.arange(d * (d - 1) // 2)
    return found


def outputs(system: Any, x: Any, alphas: Any, means: Any, logs: Any, below: Any) -> list[Any]:
    """The log-likelihood without its constants and prior, and its gradients by all parameters.

    sum_i logsumexp_k(alpha_k + sum(logs_k) - |Q_k (x_i - mean_k)|^2 / 2) - n logsumexp(alphas), with Q_k lower
    triangular: the objective of Srajer, Kukelova & Fitzgibbon, A Benchmark of Selected Algorithmic Differentiation
    Tools, 2018.
    """
    np = system.np
    (n, d), parts = system.shape(x), system.shape(means)[0]

    def loss(alphas: Any, means: Any, logs: Any, below: Any) -> Any:
        elements = np.concat([np.exp(logs), below, system.zeros((parts, 1))], axis=1)
        factors = elements[:, places(d)]
        inner = factors @ (np.matrix_transpose(x) - means[:, :, None])
        squares = np.sum(inner * inner, 1)
        logits = (alphas + np.sum(logs, 1))[:, None] - 0.5 * squares
        return np.sum(np.logsumexp(logits, 0)) - n * np.logsumexp(alphas, 0)

    value, gradients = system.value_and_grad(loss, (0, 1, 2, 3))(alphas, means, logs, below)
    return [value, *gradients]


def hand(x: Any, alphas: Any, means: Any, logs: Any, below: Any) -> list[Any]:
    """The same as a person writes it."""
    (n, d), parts = x.shape, len(alphas)
    diagonal, lower = np.arange(d), np.tril_indices(d, -1)
    factors = np.zeros((parts, d, d))
    factors[:, diagonal, diagonal] = np.exp(logs)
    factors[:, lower[0], lower[1]] = below
    centred = x.T - means[:, :, None]
    inner = factors @ centred
    logits = (alphas + np.sum(logs, axis=1))[:, None] - 0.5 * np.sum(inner * inner, axis=1)
    largest = np.max(logits, axis=0)
    weights = np.exp(logits - largest)
    totals = np.sum(weights, axis=0)
    weights /= totals
    prior = np.exp(alphas - np.max(alphas))
    value = np.sum(np.log(totals) + largest) - n * (np.log(np.sum(prior)) + np.max(alphas))
    counts = np.sum(weights, axis=1)
    d_inner = -weights[:, None, :] * inner
    d_factors = d_inner @ centred.swapaxes(1, 2)
    d_means = -(factors.swapaxes(1, 2) @ np.sum(d_inner, axis=2)[:, :, None])[:, :, 0]
    d_logs = counts[:, None] + d_factors[:, diagonal, diagonal] * np.exp(logs)
    return [value, counts - n * prior / np.sum(prior), d_means, d_logs, d_factors[:, lower[0], lower[1]]]


WORKLOAD = Workload(
    "mixture", "Gaussian mixture, d 20, k 25, n 1000", inputs, outputs, hand, by_hand.run,
    full=(1000, 20, 25), small=(60, 4, 3),
)  # fmt: skip
