"""softmax_cross_entropy: written by symdiff 0.1.0; imports NumPy only.

softmax_cross_entropy, from graph 3cd1cf
cost         280*n + 1 flops
rewrites     exact: stretched_operand, times_minus_one; rounding: none; domain: log_of_softmax, softmax_by_quotient

conventions  ties split evenly, relu'(0) = 0, |x|'(0) = 0, where selects last
"""

import numpy as np


def softmax_cross_entropy(z, t):
    z = argument("z", z, "float64", (None, 10))
    n = z.shape[0]
    t = argument("t", t, "float64", (n, 10))

    log_softmax_1 = log_softmax(z, axis=1)  # (n, 10)  models.py:29  loss = -sd.sum(t * sd.log(p))
    loss = -np.sum(t * log_softmax_1)       # ()       models.py:29  loss = -sd.sum(t * sd.log(p))

    negative_1 = -t                         # (n, 10)  via models.py:29 multiply.vjp[1]
    multiply_1 = np.exp(log_softmax_1) * np.sum(negative_1, axis=1, keepdims=True)  # (n, 10)  via models.py:29 log_softmax.vjp[0]
    d_z = negative_1 - multiply_1           # (n, 10)  via models.py:29 log_softmax.vjp[0]
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


def log_softmax(x, *, axis=-1):
    """log(softmax(x)), with the largest element taken out first."""
    shifted = x - np.max(x, axis=axis, keepdims=True, initial=-np.inf)
    return shifted - np.log(np.sum(np.exp(shifted), axis=axis, keepdims=True))
