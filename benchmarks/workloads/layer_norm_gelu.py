"""Layer normalisation and GELU: elementwise work between reductions of rows and of columns."""

import math
from typing import Any

import numpy as np

from benchmarks.arranged import layer_norm_gelu as by_hand
from benchmarks.workload import Workload

SCALE = math.sqrt(2 / math.pi)


def inputs(rng: np.random.Generator, n: int, d: int) -> tuple[Any, ...]:
    """Values, gain, bias, and what the result's gradient is."""
    arrays = rng.normal(size=(n, d)), 1 + 0.1 * rng.normal(size=d), 0.1 * rng.normal(size=d), rng.normal(size=(n, d))
    return tuple(each.astype(np.float32) for each in arrays)


def outputs(system: Any, x: Any, gain: Any, bias: Any, weight: Any) -> list[Any]:
    """sum(weight gelu(layer_norm(x))), and its gradients by values, gain and bias."""
    np = system.np

    def loss(x: Any, gain: Any, bias: Any) -> Any:
        return np.sum(weight * np.gelu(np.layer_norm(x, gain, bias)))

    value, gradients = system.value_and_grad(loss, (0, 1, 2))(x, gain, bias)
    return [value, *gradients]


def hand(x: Any, gain: Any, bias: Any, weight: Any) -> list[Any]:
    """The same as a person writes it."""
    centred = x - np.mean(x, axis=1, keepdims=True)
    scale = 1 / np.sqrt(np.mean(centred**2, axis=1, keepdims=True) + 1e-5)
    y = centred * scale
    a = gain * y + bias
    t = np.tanh(SCALE * (a + 0.044715 * (a * a * a)))
    value = np.sum(weight * 0.5 * a * (1 + t))
    da = weight * (0.5 * (1 + t) + 0.5 * a * (1 - t**2) * SCALE * (1 + 3 * 0.044715 * a**2))
    dy = da * gain
    rows = np.mean(dy, axis=1, keepdims=True)
    products = np.mean(dy * y, axis=1, keepdims=True)
    return [value, scale * (dy - rows - y * products), np.sum(da * y, axis=0), np.sum(da, axis=0)]


WORKLOAD = Workload(
    "layer_norm_gelu", "layer norm + GELU, 1024 x 512, float32", inputs, outputs, hand, by_hand.run,
    full=(1024, 512), small=(100, 24), tolerance=1e-4,
)  # fmt: skip
