"""attention: written by symdiff 0.1.0 from graph b4c1e4; imports NumPy only.

cost         786*heads*t*t flops (forward alone: 269*heads*t*t flops), 168*heads*t*t + 6160*heads*t + 16 bytes
             moved, peak 3*heads*t*t + 129*heads*t floats
conventions  none
rewrites     exact: power_of_two_divisor, transposed_twice; rounding: transposed_product; domain: none
"""

import numpy as np


def attention(q, k, v, u):
    q = argument("q", q, "float64", (None, None, 64))
    heads = q.shape[0]
    t = q.shape[1]
    k = argument("k", k, "float64", (heads, t, 64))
    v = argument("v", v, "float64", (heads, t, 64))
    u = argument("u", u, "float64", (heads, t, 64))

    softmax_1 = softmax(0.125 * (q @ k.mT), axis=2)           # (heads, t, t)   models.py:108  y = sd.softmax(q @ k.mT / 8, axis=-1) @ v
    y = softmax_1 @ v                                         # (heads, t, 64)  models.py:108

    d_softmax_1 = u @ v.mT                                    # (heads, t, t)   via models.py:108  matmul.vjp[0]
    d_v = softmax_1.mT @ u                                    # (heads, t, 64)  via models.py:108  matmul.vjp[1]
    # (heads, t, 1)  via models.py:108  softmax.vjp[0]
    sum_1 = np.sum(d_softmax_1 * softmax_1, axis=2, keepdims=True)
    multiply_1 = 0.125 * (softmax_1 * (d_softmax_1 - sum_1))  # (heads, t, t)   via models.py:108  divide.vjp[0]
    d_q = multiply_1 @ k                                      # (heads, t, 64)  via models.py:108  matmul.vjp[0]
    d_k = multiply_1.mT @ q                                   # (heads, t, 64)  via models.py:108  matrix_transpose.vjp[0]
    return y, d_q, d_k, d_v


class ArgumentError(TypeError):
    """An argument that doesn't cast to the dtype it is declared with."""


class ShapeError(ValueError):
    """An argument whose shape isn't the declared one, or sizes that don't fit together."""


def argument(name, value, dtype, shape):
    """The value as an array of this dtype and shape (None: any size), or an error that says what was found."""
    if hasattr(value, "filled") and np.any(value.mask):
        raise ArgumentError(f"argument {name!r} is a masked array, whose mask would be lost: give value.filled(...)")
    plain = isinstance(value, (bool, int, float, complex, list, tuple)) and not isinstance(value, np.generic)
    try:
        array = np.asarray(value)
    except ValueError:
        raise ShapeError(f"argument {name!r} is not an array: its rows differ in length") from None
    if array.dtype != dtype:
        if not np.can_cast(array.dtype, dtype, "same_kind" if plain and array.dtype.kind != "b" else "safe"):
            raise ArgumentError(
                f"argument {name!r} is {array.dtype} {array.shape}, which doesn't cast safely to {dtype}"
            )
        array = array.astype(dtype)
    fits = array.ndim == len(shape) and all(want in (None, have) for want, have in zip(shape, array.shape, strict=True))
    if not fits:
        wanted = str(tuple("any" if each is None else each for each in shape)).replace("'", "")
        raise ShapeError(f"argument {name!r} has shape {array.shape}, where {wanted} is wanted")
    return array


def largest_of(x, *, axis):
    """The largest element over axes, which stay; that of none is -inf."""
    return np.maximum.reduce(x, axis=axis, keepdims=True, initial=-np.inf)


def below(x, largest, out=None):
    """x less its largest element; where that is inf, equal elements are at 0 and all others at -inf."""
    if np.isfinite(largest).all():
        return np.subtract(x, largest, out=out)
    relative = x - np.where(np.isinf(largest), 0, largest)
    relative = np.where(largest == np.inf, np.where(x == largest, 0, -np.inf).astype(x.dtype), relative)
    return relative if out is None else np.add(relative, 0, out=out)


def softmax(x, *, axis=-1):
    """exp(x) / sum(exp(x)), with the largest element taken out first."""
    weights = np.exp(below(x, largest_of(x, axis=axis)))
    return weights / np.sum(weights, axis=axis, keepdims=True)
