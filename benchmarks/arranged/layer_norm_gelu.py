"""Layer normalisation and GELU, arranged: 128 rows at a time in four buffers; columns are summed by products."""

import math
from typing import Any

import numpy as np
from numpy import add, dot, empty, float32, multiply, ones, reciprocal, sqrt, subtract, tanh, vecdot

SCALE = math.sqrt(2 / math.pi)
CUBIC = 0.044715 * SCALE
TILE = 128


def run(x: Any, gain: Any, bias: Any, weight: Any) -> list[Any]:
    """The value and the three gradients."""
    n, d = x.shape
    dx = empty((n, d), float32)
    buffers = [empty((TILE, d), float32) for _ in range(4)]
    across, down = ones(d, float32), ones(TILE, float32)
    by_gain, by_bias = np.zeros(d, float32), np.zeros(d, float32)
    value = 0.0
    for i in range(0, n, TILE):
        j = i + TILE
        if j > n:
            buffers, down = [each[: n - i] for each in buffers], down[: n - i]
        part, (y, a, t, work) = dx[i:j], buffers
        xs, ws = x[i:j], weight[i:j]
        subtract(xs, (xs.dot(across) / d)[:, None], y)
        scale = reciprocal(sqrt(vecdot(y, y) / d + float32(1e-5)))[:, None]
        multiply(y, scale, y)
        multiply(y, gain, a)
        add(a, bias, a)
        multiply(a, a, work)
        multiply(work, CUBIC, work)
        add(work, SCALE, t)
        multiply(t, a, t)
        tanh(t, t)
        multiply(work, 3, work)
        add(work, SCALE, work)
        multiply(work, a, work)
        multiply(t, t, part)
        subtract(1, part, part)
        multiply(work, part, work)  # a times the derivative of the tangent
        add(t, 1, t)
        multiply(a, ws, a)
        value += np.vdot(a, t)
        add(work, t, work)
        multiply(work, ws, work)
        multiply(work, 0.5, work)
        add(by_bias, dot(down, work), by_bias)
        multiply(work, y, t)
        add(by_gain, dot(down, t), by_gain)
        multiply(work, gain, work)
        multiply(y, (vecdot(work, y) / d)[:, None], y)
        subtract(work, (work.dot(across) / d)[:, None], work)
        subtract(work, y, work)
        multiply(work, scale, part)
    return [value / 2, dx, by_gain, by_bias]
