"""Scaled dot-product attention of several heads, and its gradients: products, and softmax between them."""

import math
from typing import Any

import numpy as np

from benchmarks.arranged import attention as by_hand
from benchmarks.workload import Workload


def inputs(rng: np.random.Generator, heads: int, n: int, d: int) -> tuple[Any, ...]:
    """Queries, keys, values, and what the result's gradient is."""
    return tuple(rng.normal(size=(4, heads, n, d)).astype(np.float32))


def outputs(system: Any, q: Any, k: Any, v: Any, weight: Any) -> list[Any]:
    """sum(weight softmax(q k^T / sqrt(d)) v), and its gradients by queries, keys and values."""
    np = system.np

    def loss(q: Any, k: Any, v: Any) -> Any:
        scores = (q / math.sqrt(system.shape(q)[-1])) @ np.matrix_transpose(k)
        return np.sum(weight * (np.softmax(scores) @ v))

    value, gradients = system.value_and_grad(loss, (0, 1, 2))(q, k, v)
    return [value, *gradients]


def hand(q: Any, k: Any, v: Any, weight: Any) -> list[Any]:
    """The same as a person writes it."""
    root = np.float32(math.sqrt(q.shape[-1]))
    scaled = q / root
    scores = scaled @ k.swapaxes(1, 2)
    p = np.exp(scores - np.max(scores, axis=2, keepdims=True))
    p /= np.sum(p, axis=2, keepdims=True)
    value = np.sum(weight * (p @ v))
    dp = weight @ v.swapaxes(1, 2)
    ds = p * (dp - np.sum(dp * p, axis=2, keepdims=True))
    return [value, ds @ k / root, ds.swapaxes(1, 2) @ scaled, p.swapaxes(1, 2) @ weight]


WORKLOAD = Workload(
    "attention", "attention, 8 x 128 x 64, float32", inputs, outputs, hand, by_hand.run,
    full=(8, 128, 64), small=(2, 12, 6), tolerance=1e-4,
)  # fmt: skip
