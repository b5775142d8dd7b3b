"""Logistic regression, arranged: each slice of rows is read once, for the value and for the gradient."""

from typing import Any

import numpy as np
from numpy import abs, add, divide, empty, exp, log1p, maximum, multiply, negative, subtract

TILE = 4096


def run(X: Any, t: Any, w: Any, b: Any) -> list[Any]:
    """The value and the gradients by weights and intercept."""
    n = len(t)
    z, decay, work = empty(TILE), empty(TILE), empty(TILE)
    ones = np.ones(TILE)
    value = by_b = 0.0
    by_w, part = np.zeros(len(w)), empty(len(w))
    for i in range(0, n, TILE):
        j = i + TILE
        if j > n:
            z, decay, work, ones = z[: n - i], decay[: n - i], work[: n - i], ones[: n - i]
        rows, ts = X[i:j], t[i:j]
        np.dot(rows, w, z)
        add(z, b, z)
        abs(z, decay)
        negative(decay, decay)
        exp(decay, decay)
        log1p(decay, work)
        value += work.dot(ones) - ts.dot(z)
        maximum(z, 0.0, out=work)
        value += work.dot(ones)
        # 1 / (1 + e^-z), without overflow: the numerator is 1 or the decay
        np.greater_equal(z, 0.0, work)
        maximum(work, decay, out=work)
        add(decay, 1.0, decay)
        divide(work, decay, work)
        subtract(work, ts, work)
        by_b += work.dot(ones)
        by_w += np.dot(work, rows, part)
    multiply(by_w, 1 / n, by_w)
    return [value / n, by_w, by_b / n]
