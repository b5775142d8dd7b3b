"""mixture: written by symdiff 0.1.0; imports NumPy only.

mixture, from graph ca1fcc
cost         8*d*k*n + 17*d*k + 28*k*n + 25*k + n + 1 flops
rewrites     exact: expanded_stretch, minus_into_number, minus_negated, minus_through_product, needless_stretch, negated_twice, new_axes, plus_negated, times_minus_one; rounding: power_of_two, scalar_outward, scalar_to_the_small, sum_of_negative; domain: factors_out, over_exp

conventions  ties split evenly, relu'(0) = 0, |x|'(0) = 0, where selects last
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

    subtract_1 = x[:, None] - mu               # (n, k, d)  models.py:133  z = (x[:, None, :] - mu) / sd.exp(s)
    exp_1 = np.exp(-log_scale)                 # (k, d)     models.py:133  z = (x[:, None, :] - mu) / sd.exp(s)
    z = subtract_1 * exp_1                     # (n, k, d)  models.py:133  z = (x[:, None, :] - mu) / sd.exp(s)
    subtract_2 = -0.5 * np.sum(z * z, axis=2) - np.sum(log_scale, axis=1)  # (n, k)     models.py:134  scores = -0.5 * sd.sum(z**2, axis=-1) - sd...
    log_softmax_1 = log_softmax(w, axis=0)     # (k,)       models.py:134  scores = -0.5 * sd.sum(z**2, axis=-1) - sd...
    scores = subtract_2 + log_softmax_1        # (n, k)     models.py:134  scores = -0.5 * sd.sum(z**2, axis=-1) - sd...
    loss = -np.sum(logsumexp(scores, axis=1))  # ()         models.py:135  loss = -sd.sum(sd.logsumexp(scores, axis=1))

    softmax_1 = softmax(scores, axis=1)        # (n, k)     via models.py:135 logsumexp.vjp[0]
    sum_1 = np.sum(softmax_1, axis=0)          # (k,)       via models.py:134 add.vjp[1]
    multiply_1 = (softmax_1 * 0.5)[:, :, None] * subtract_1  # (n, k, d)  via models.py:133 multiply.vjp[1]
    multiply_2 = np.sum(multiply_1 * subtract_1, axis=0) * exp_1  # (k, d)     via models.py:133 multiply.vjp[1]
    multiply_3 = np.exp(log_softmax_1) * np.sum(sum_1, keepdims=True)  # (k,)       via models.py:134 log_softmax.vjp[0]
    d_w = multiply_3 - sum_1                   # (k,)       via models.py:134 log_softmax.vjp[0]
    d_mu = np.sum(multiply_1, axis=0) * exp_1 * exp_1 * -2.0  # (k, d)     via models.py:133 subtract.vjp[1]
    d_log_scale = sum_1[:, None] - multiply_2 * exp_1 * 2.0  # (k, d)     models.py:136  return sd.compile([x, mu, s, w], [loss, *s...
    return loss[()], d_mu, d_log_scale, d_w


class ArgumentError(TypeError):
    """An argument that doesn't cast to the dtype it is declared with."""


class ShapeError(ValueError):
    """An argument whose shape isn't the declared one, or sizes that don't fit together."""


def argument(name, value, dtype, shape):
    """The value as an array of this dtype and shape (None: any size), or an error that says what was found."""
    plain = isinstance(value, (bool, int, float, complex, list, tuple)) and (not isinstance(value, np.generic))
    try:
        array = np.asarray(value)
    except ValueError:
        raise ShapeError(f'argument {name!r} is not an array: its rows differ in length') from None
    if array.dtype != dtype:
        if not np.can_cast(array.dtype, dtype, 'same_kind' if plain and array.dtype.kind != 'b' else 'safe'):
            raise ArgumentError(f"argument {name!r} is {array.dtype} {array.shape}, which doesn't cast safely to {dtype}")
        array = array.astype(dtype)
    fits = array.ndim == len(shape) and all((want in (None, have) for want, have in zip(shape, array.shape, strict=True)))
    if not fits:
        wanted = str(tuple(('any' if each is None else each for each in shape))).replace("'", '')
        raise ShapeError(f'argument {name!r} has shape {array.shape}, where {wanted} is wanted')
    return array


def require(holds, what):
    """Complain where a condition on the sizes doesn't hold."""
    if not holds:
        raise ShapeError(f'the sizes must satisfy {what}')


def below_largest(x, axis):
    """x less its largest element; where that is infinite, infinite elements are at 0 and all others at -inf."""
    largest = np.max(x, axis=axis, keepdims=True, initial=-np.inf)
    endless = largest == np.inf
    if np.any(endless):
        leading = np.where(x == largest, 0, -np.inf).astype(x.dtype)
        x, largest = (np.where(endless, leading, x), np.where(endless, 0, largest))
    return x - largest


def log_of_sum(weights, axis):
    """log(sum(weights)) of weights up to 1; where a single one is 1, by what the others add to it."""
    total = np.sum(weights, axis=axis, keepdims=True)
    single = (total >= 1) & (total < 2)
    if not np.any(single):
        return np.log(total)
    others = np.sum(np.where(weights < 1, weights, 0), axis=axis, keepdims=True)
    return np.log1p(np.where(single, others, total - 1))


def log_softmax(x, *, axis=-1):
    """log(softmax(x)), with the largest element taken out first."""
    below = below_largest(x, axis)
    return below - log_of_sum(np.exp(below), axis)


def logsumexp(x, *, axis=None, keepdims=False):
    """log(sum(exp(x))), with the largest element taken out first."""
    largest = np.max(x, axis=axis, keepdims=True, initial=-np.inf)
    shift = np.where(np.isfinite(largest), largest, 0)
    result = log_of_sum(np.exp(x - shift), axis) + shift
    return result if keepdims else np.squeeze(result, axis)


def softmax(x, *, axis=-1):
    """exp(x) / sum(exp(x)), with the largest element taken out first."""
    weights = np.exp(below_largest(x, axis))
    return weights / np.sum(weights, axis=axis, keepdims=True)
