"""The mixture, arranged: 128 points at a time, so that the parts' differences from them stay in cache."""

from typing import Any

import numpy as np
from numpy import add, dot, empty, exp, log, matmul, maximum, multiply, subtract

TILE = 128


def run(x: Any, alphas: Any, means: Any, logs: Any, below: Any) -> list[Any]:
    """The value and the four gradients."""
    (n, d), parts = x.shape, len(alphas)
    diagonal, lower = np.arange(d), np.tril_indices(d, -1)
    scales = exp(logs)
    factors = np.zeros((parts, d, d))
    factors[:, diagonal, diagonal] = scales
    factors[:, lower[0], lower[1]] = below
    offsets = (alphas + add.reduce(logs, 1))[:, None]
    centred, inner, logits = empty((parts, d, TILE)), empty((parts, d, TILE)), empty((parts, TILE))
    counts, d_sums = np.zeros(parts), np.zeros((parts, d))
    d_factors, part = np.zeros((parts, d, d)), empty((parts, d, d))
    ones = np.ones(TILE)
    value = 0.0
    for i in range(0, n, TILE):
        j = i + TILE
        if j > n:
            centred, inner, logits = centred[..., : n - i], inner[..., : n - i], logits[:, : n - i]
            centred, inner, logits = centred.copy(), inner.copy(), logits.copy()
            ones = ones[: n - i]
        subtract(x[i:j].T, means[:, :, None], centred)
        matmul(factors, centred, inner)
        np.vecdot(inner, inner, logits, axis=1)
        multiply(logits, -0.5, logits)
        add(logits, offsets, logits)
        largest = maximum.reduce(logits, 0)
        subtract(logits, largest, logits)
        exp(logits, logits)
        totals = add.reduce(logits, 0)
        value += log(totals).dot(ones) + largest.dot(ones)
        multiply(logits, 1 / totals, logits)
        add(counts, dot(logits, ones), counts)
        multiply(inner, logits[:, None, :], inner)
        add(d_factors, matmul(inner, centred.swapaxes(1, 2), part), d_factors)
        add(d_sums, inner.dot(ones), d_sums)
    prior = exp(alphas - maximum.reduce(alphas))
    total = add.reduce(prior)
    value -= n * (log(total) + maximum.reduce(alphas))
    np.negative(d_factors, d_factors)
    d_means = matmul(factors.swapaxes(1, 2), d_sums[:, :, None])[:, :, 0]
    d_logs = counts[:, None] + d_factors[:, diagonal, diagonal] * scales
    return [value, counts - n * prior / total, d_means, d_logs, d_factors[:, lower[0], lower[1]]]
