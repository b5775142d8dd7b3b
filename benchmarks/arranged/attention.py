"""Attention, arranged: one head at a time, in two buffers, results written in place."""

import math
from typing import Any

import numpy as np
from numpy import dot, empty, empty_like, exp, maximum, multiply, reciprocal, subtract, vecdot


def run(q: Any, k: Any, v: Any, weight: Any) -> list[Any]:
    """The value and the gradients by queries, keys and values."""
    heads, n, d = q.shape
    scale = np.float32(1 / math.sqrt(d))
    dq, dk, dv = empty_like(q), empty_like(k), empty_like(v)
    p, dp, scaled, y = empty((n, n), q.dtype), empty((n, n), q.dtype), empty((n, d), q.dtype), empty((n, d), q.dtype)
    ones = np.ones(n, q.dtype)
    value = np.float32(0)
    for i in range(heads):
        weights = weight[i]
        multiply(q[i], scale, scaled)
        dot(scaled, k[i].T, p)
        subtract(p, maximum.reduce(p, 1, keepdims=True), p)
        exp(p, p)
        multiply(p, reciprocal(p.dot(ones))[:, None], p)
        value += np.vdot(weights, dot(p, v[i], y))
        dot(weights, v[i].T, dp)
        subtract(dp, vecdot(dp, p)[:, None], dp)
        multiply(dp, p, dp)
        dot(p.T, weights, dv[i])
        dot(dp.T, scaled, dk[i])
        multiply(dot(dp, k[i], scaled), scale, dq[i])
    return [value, dq, dk, dv]
