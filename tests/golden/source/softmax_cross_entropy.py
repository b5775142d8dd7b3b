"""softmax_cross_entropy: written by symdiff 0.1.0; imports NumPy only.

softmax_cross_entropy, from graph 51b974
cost         270*n + 1 flops
rewrites     exact: minus_negated, minus_through_product, needless_stretch, plus_negated, times_minus_one; rounding: sum_of_negative; domain: log_of_softmax, softmax_by_quotient

conventions  ties split evenly, relu'(0) = 0, |x|'(0) = 0, where selects last
"""

import numpy as np


def softmax_cross_entropy(z, t):
    z = argument("z", z, "float64", (None, 10))
    n = z.shape[0]
    t = argument("t", t, "float64", (n, 10))

    log_softmax_1 = log_softmax(z, axis=1)  # (n, 10)  models.py:29  loss = -sd.sum(t * sd.log(p))
    loss = -np.sum(t * log_softmax_1)       # ()       models.py:29  loss = -sd.sum(t * sd.log(p))

    multiply_1 = np.exp(log_softmax_1) * np.sum(t, axis=1, keepdims=True)  # (n, 10)  via models.py:29 log_softmax.vjp[0]
    d_z = multiply_1 - t                    # (n, 10)  via models.py:29 log_softmax.vjp[0]
    return loss[()], d_z


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
