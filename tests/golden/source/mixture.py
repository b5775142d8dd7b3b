"""mixture: written by symdiff 0.1.0 from graph b15361; imports NumPy only.

cost         8*d*k*n + 17*d*k + 28*k*n + 29*k + n + 1 flops (forward alone: 4*d*k*n + 10*d*k + 14*k*n + 14*k + n + 1
             flops), 112*d*k*n + 216*d*k + 8*d*n + 112*k*n + 120*k + 16*n + 72 bytes moved, peak
             3*d*k*n + d*k + k + 1 floats
conventions  none
rewrites     exact: expanded_stretch, minus_into_number, minus_negated, minus_through_product, needless_stretch,
             negated_twice, new_axes, plus_negated, times_minus_one; rounding: power_of_two, scalar_outward,
             scalar_to_the_small, sum_of_negative; domain: factors_out, over_exp
"""

import numpy as np


def mixture(x, mu, log_scale, w):
    x = argument("x", x, "float64", (None, None))
    n = x.shape[0]
    d = x.shape[1]
    mu = argument("mu", mu, "float64", (None, d))
    k = mu.shape[0]
    log_scale = argument("log_scale", log_scale, "float64", (k, d))
    w = argument("w", w, "float64", (k,))

    subtract_1 = x[:, None] - mu                                  # (n, k, d)  models.py:133  z = (x[:, None, :] - mu) / sd.exp(s)
    exp_1 = np.exp(-log_scale)                                    # (k, d)     models.py:133
    z = subtract_1 * exp_1                                        # (n, k, d)  models.py:133
    # (n, k)  models.py:134  scores = -0.5 * sd.sum(z**2, axis=-1) - sd.sum(s, ...
    subtract_2 = -0.5 * np.sum(z * z, axis=2) - np.sum(log_scale, axis=1)
    scores = subtract_2 + log_softmax(w, axis=0)                  # (n, k)     models.py:134
    loss = -np.sum(logsumexp(scores, axis=1))                     # ()         models.py:135  loss = -sd.sum(sd.logsumexp(scores, axis=1))

    softmax_scores = softmax(scores, axis=1)                      # (n, k)     via models.py:135  logsumexp.vjp[0]
    sum_1 = np.sum(softmax_scores, axis=0)                        # (k,)       via models.py:134  add.vjp[1]
    multiply_1 = (0.5 * softmax_scores)[:, :, None] * subtract_1  # (n, k, d)  via models.py:133  multiply.vjp[1]
    multiply_2 = np.sum(multiply_1 * subtract_1, axis=0) * exp_1  # (k, d)     via models.py:133  multiply.vjp[1]
    # (k,)  via models.py:134  log_softmax.vjp[0]
    multiply_3 = softmax(w, axis=0) * np.sum(sum_1, keepdims=True)
    d_w = multiply_3 - sum_1                                      # (k,)       via models.py:134  log_softmax.vjp[0]
    d_mu = -2.0 * (np.sum(multiply_1, axis=0) * exp_1 * exp_1)    # (k, d)     via models.py:133  subtract.vjp[1]
    d_log_scale = sum_1[:, None] - 2.0 * (multiply_2 * exp_1)     # (k, d)     all ways to log_scale
    return loss, d_mu, d_log_scale, d_w


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


def logsumexp(x, *, axis=None, keepdims=False):
    """log(sum(exp(x))), with the largest element taken out first."""
    largest = largest_of(x, axis=axis)
    weights = np.exp(below(x, largest))
    result = log_of_sum(weights, np.sum(weights, axis=axis, keepdims=True), axis=axis) + largest
    return result if keepdims else np.squeeze(result, axis).copy()


def softmax(x, *, axis=-1):
    """exp(x) / sum(exp(x)), with the largest element taken out first."""
    weights = np.exp(below(x, largest_of(x, axis=axis)))
    return weights / np.sum(weights, axis=axis, keepdims=True)
