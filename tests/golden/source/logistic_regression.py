"""logistic_regression: written by symdiff 0.1.0 from graph 9e77ad; imports NumPy only.

cost         4*d*n + 68*n + 3 flops (forward alone: 2*d*n + 66*n + 2 flops), 16*d*n + 16*d + 216*n + 88 bytes moved,
             peak 5*n floats
conventions  none
rewrites     exact: minus_into_numerator, needless_stretch, negated_twice, plus_negated, times_minus_one; rounding:
             scalar_outward, times_column; domain: common_factor_of_difference, log_of_sigmoid, one_minus_sigmoid,
             residual_of_sigmoid_turned, sigmoid_by_negative_exponential
"""

import numpy as np


def logistic_regression(x, t, w):
    x = argument("x", x, "float64", (None, None))
    n = x.shape[0]
    d = x.shape[1]
    t = argument("t", t, "float64", (n,))
    w = argument("w", w, "float64", (d,))

    matmul_1 = x @ w                              # (n,)  models.py:20  p = 1 / (1 + sd.exp(-(x @ w)))
    p = sigmoid(matmul_1)                         # (n,)  models.py:20
    # (n,)  models.py:21  loss = -sd.mean(t * sd.log(p) + (1 - t) * sd.log(1 ...
    add_1 = t * log_sigmoid(matmul_1) + (1.0 - t) * log_sigmoid(-matmul_1)
    loss = -(np.sum(add_1) / n)                   # ()    models.py:21

    d_w = x.T @ (-1.0 / np.float64(n) * (t - p))  # (d,)  via models.py:20  matmul.vjp[1]
    return loss, d_w


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


def sigmoid(x):
    """The logistic function, without overflow on either side: a truth is 1 or less than any decay."""
    decay = np.exp(-np.abs(x))
    return np.maximum(x >= 0, decay) / (1 + decay)


def log_sigmoid(x):
    """log(sigmoid(x)), linear where the sigmoid underflows."""
    return np.minimum(x, 0) - np.log1p(np.exp(-np.abs(x)))
