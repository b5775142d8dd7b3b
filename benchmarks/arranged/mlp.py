"""The perceptron, arranged: everything but the products happens in the products' memory."""

from typing import Any

import numpy as np
from numpy import add, dot, exp, log, maximum, multiply, subtract


def run(x: Any, t: Any, W1: Any, b1: Any, W2: Any, b2: Any, W3: Any, b3: Any) -> list[Any]:
    """The value and the six gradients."""
    h1 = dot(x, W1)
    add(h1, b1, h1)
    maximum(h1, 0, out=h1)
    h2 = dot(h1, W2)
    add(h2, b2, h2)
    maximum(h2, 0, out=h2)
    z = dot(h2, W3)
    add(z, b3, z)
    subtract(z, maximum.reduce(z, 1, keepdims=True), z)
    rows = np.arange(len(t))
    value = -add.reduce(z[rows, t])
    exp(z, z)
    totals = add.reduce(z, 1, keepdims=True)
    value = (value + add.reduce(log(totals), None)) / np.float32(len(t))
    multiply(totals, np.float32(len(t)), totals)
    np.divide(z, totals, z)
    z[rows, t] -= np.float32(1 / len(t))
    g3 = dot(h2.T, z)
    s3 = add.reduce(z, 0)
    mask = h2 > 0
    d2 = dot(z, W3.T, h2)
    multiply(d2, mask, d2)
    g2 = dot(h1.T, d2)
    s2 = add.reduce(d2, 0)
    mask = h1 > 0
    d1 = dot(d2, W2.T, h1)
    multiply(d1, mask, d1)
    return [value, dot(x.T, d1), add.reduce(d1, 0), g2, s2, g3, s3]


def floor(x: Any, t: Any, W1: Any, b1: Any, W2: Any, b2: Any, W3: Any, b3: Any) -> None:
    """The matrix products alone."""
    h1 = dot(x, W1)
    h2 = dot(h1, W2)
    z = dot(h2, W3)
    dot(h2.T, z)
    d2 = dot(z, W3.T)
    dot(h1.T, d2)
    d1 = dot(d2, W2.T)
    dot(x.T, d1)
