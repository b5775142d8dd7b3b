"""Functions that not every system has, composed of those that it has."""

import math
from typing import Any


def gelu(np: Any, x: Any) -> Any:
    """x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2."""
    return 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3)))


def layer_norm(np: Any, x: Any, gain: Any, bias: Any) -> Any:
    """(x - mean) / sqrt(variance + 1e-5) along the last axis, times gain, plus bias."""
    centred = x - np.mean(x, axis=1, keepdims=True)
    return centred / np.sqrt(np.mean(centred * centred, axis=1, keepdims=True) + 1e-5) * gain + bias


def logsumexp(np: Any, x: Any, axis: int) -> Any:
    """log(sum(exp(x))), with the largest element taken out first."""
    largest = np.max(x, axis=axis, keepdims=True)
    return np.squeeze(largest, axis=axis) + np.log(np.sum(np.exp(x - largest), axis=axis))


def softmax(np: Any, x: Any) -> Any:
    """exp(x) / sum(exp(x)) along the last axis."""
    weights = np.exp(x - np.max(x, axis=-1, keepdims=True))
    return weights / np.sum(weights, axis=-1, keepdims=True)
