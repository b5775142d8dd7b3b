"""Elementwise, arranged: slices of 16,384 elements in four buffers, results written in place."""

from typing import Any

import numpy as np
from numpy import add, divide, empty, exp, multiply, negative, sqrt, subtract, tanh

TILE = 16384


def run(x: Any, y: Any, z: Any) -> list[Any]:
    """The value and the three gradients."""
    n = len(x)
    dx, dy, dz = empty(n), empty(n), empty(n)
    decay, t, root, inner = empty(TILE), empty(TILE), empty(TILE), empty(TILE)
    value = 0.0
    for i in range(0, n, TILE):
        j = i + TILE
        if j > n:
            decay, t, root, inner = (each[: n - i] for each in (decay, t, root, inner))
        xs, ys, zs = x[i:j], y[i:j], z[i:j]
        d = dx[i:j]
        multiply(xs, xs, decay)
        negative(decay, decay)
        exp(decay, decay)
        multiply(xs, ys, t)
        add(t, zs, t)
        tanh(t, t)
        multiply(zs, zs, root)
        add(root, 1.0, root)
        sqrt(root, root)
        value += np.vdot(decay, t) + add.reduce(root)
        multiply(t, t, inner)
        subtract(1.0, inner, inner)
        multiply(inner, decay, inner)
        multiply(inner, xs, dy[i:j])
        divide(zs, root, root)
        add(inner, root, dz[i:j])
        multiply(inner, ys, inner)
        multiply(decay, t, decay)
        multiply(decay, xs, decay)
        multiply(decay, 2.0, decay)
        subtract(inner, decay, d)
    return [value, dx, dy, dz]
