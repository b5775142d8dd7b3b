"""The kernel, arranged: 64 rows of the pairs at a time; sums are products with ones."""

from typing import Any

import numpy as np
from numpy import add, dot, empty, exp, multiply

TILE = 64


def run(x: Any, log_length: Any, u: Any, v: Any) -> list[Any]:
    """The value and the gradients by points and length scale."""
    n, d = x.shape
    squares = np.vecdot(x, x)
    scale = -0.5 * exp(-2 * log_length)
    twice = -2 * x.T
    distances, kernel = empty((TILE, n)), empty((TILE, n))
    ones = np.ones(n)
    by_rows, by_columns = empty((n, d)), np.zeros((n, d))
    rows, columns = empty(n), np.zeros(n)
    value = by_length = 0.0
    for i in range(0, n, TILE):
        j = i + TILE
        if j > n:
            distances, kernel = distances[: n - i], kernel[: n - i]
        us = u[i:j]
        dot(x[i:j], twice, distances)
        add(distances, squares, distances)
        add(distances, squares[i:j, None], distances)
        multiply(distances, scale, kernel)
        exp(kernel, kernel)
        value += us.dot(kernel.dot(v))
        multiply(kernel, v, kernel)
        multiply(kernel, (scale * us)[:, None], kernel)
        by_length += np.vdot(kernel, distances)
        dot(kernel, ones, rows[i:j])
        add(columns, dot(ones[: len(us)], kernel), columns)
        dot(kernel, x, by_rows[i:j])
        add(by_columns, dot(kernel.T, x[i:j]), by_columns)
    add(rows, columns, rows)
    add(by_rows, by_columns, by_rows)
    dx = multiply(x, rows[:, None])
    np.subtract(dx, by_rows, dx)
    multiply(dx, 2.0, dx)
    return [value, dx, -2 * by_length]
