"""The deep network, arranged: each layer's memory is given back, or used again, as soon as its gradient is known."""

from typing import Any

import numpy as np
from numpy import dot, multiply, subtract, tanh


def run(x: Any, t: Any, *W: Any) -> list[Any]:
    """The value and the gradients by all weights."""
    layers = [x]
    for each in W:
        h = dot(layers[-1], each)
        layers.append(tanh(h, h))
    d = subtract(h, t)
    value = np.vdot(d, d) / d.size
    multiply(d, 2 / d.size, d)
    gradients: list[Any] = []
    for i in reversed(range(len(W))):
        h = layers.pop()
        multiply(h, h, h)
        subtract(1.0, h, h)
        multiply(d, h, d)
        gradients.append(dot(layers[i].T, d))
        if i:
            d = dot(d, W[i].T, h)
    return [value, *gradients[::-1]]
