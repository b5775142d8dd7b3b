"""softmax_cross_entropy: written by symdiff 0.1.0 from graph 53d8f7; imports NumPy only.

cost         310*n + 1 flops (forward alone: 280*n + 1 flops), 1136*n + 24 bytes moved, peak 30*n floats
conventions  none
rewrites     exact: minus_negated, minus_through_product, needless_stretch, plus_negated, times_minus_one; rounding:
             sum_of_negative; domain: log_of_softmax, softmax_by_quotient
"""

import numpy as np


def softmax_cross_entropy(z, t):
    z = argument("z", z, "float64", (None, 10))
    n = z.shape[0]
    t = argument("t", t, "float64", (n, 10))

    p = softmax(z, axis=1)                          # (n, 10)  models.py:28  p = sd.exp(z) / sd.sum(sd.exp(z), axis=1, keepdims=...
    loss = -np.sum(t * log_softmax(z, axis=1))      # ()       models.py:29  loss = -sd.sum(t * sd.log(p))

    d_z = p * np.sum(t, axis=1, keepdims=True) - t  # (n, 10)  via models.py:29  log_softmax.vjp[0]
    return loss, d_z


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


def log_of_sum(weights, total, *, axis):
    """log(total) of weights up to 1; where a single one is 1, and the others little, by what they add to it."""
    result = np.log(total)
    alone = total < 1.25
    if not alone.any():
        return result
    alone &= total >= 1  # the sum of none is 0
    if axis in (weights.ndim - 1, (weights.ndim - 1,)):  # only the lines that need it
        weights = weights[alone[..., 0]]
        weights[weights == 1] = 0
        result[alone] = np.log1p(np.add.reduce(weights, -1))
        return result
    others = np.add.reduce(weights - np.floor(weights), axis=axis, keepdims=True)  # 1 becomes 0, the rest stays
    return np.where(alone, np.log1p(others), result)


def log_softmax(x, *, axis=-1):
    """log(softmax(x)), with the largest element taken out first."""
    lower = below(x, largest_of(x, axis=axis))
    weights = np.exp(lower)
    return lower - log_of_sum(weights, np.sum(weights, axis=axis, keepdims=True), axis=axis)
