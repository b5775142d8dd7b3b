"""gaussian: written by symdiff 0.1.0 from graph 9c5725; imports NumPy only.

cost         10*d*n + 13*d flops (forward alone: 7*d*n + 9*d flops), 152*d*n + 152*d + 32 bytes moved, peak
             4*d*n + d floats
conventions  none
rewrites     exact: needless_stretch, plus_negated, times_one; rounding: power_of_two, reduced_before_stretching,
             scalar_to_the_small, stretched_result, sum_of_negative; domain: constants_together, factors_out,
             over_exp
"""

import numpy as np


def gaussian(x, mu, log_scale):
    x = argument("x", x, "float64", (None, None))
    n = x.shape[0]
    d = x.shape[1]
    mu = argument("mu", mu, "float64", (d,))
    log_scale = argument("log_scale", log_scale, "float64", (d,))

    subtract_1 = x - mu                                       # (n, d)  models.py:91  z = (x - mu) / sd.exp(s)
    exp_1 = np.exp(-log_scale)                                # (d,)    models.py:91
    z = subtract_1 * exp_1                                    # (n, d)  models.py:91
    add_1 = 0.5 * (z * z) + log_scale + 0.9189385332046727    # (n, d)  models.py:92  loss = sd.sum(0.5 * z**2 + s + 0.9189385332046727)
    loss = np.sum(add_1)                                      # ()      models.py:92

    d_mu = -(np.sum(z, axis=0) * exp_1)                       # (d,)    via models.py:91  subtract.vjp[1]
    d_log_scale = n - np.sum(z * subtract_1, axis=0) * exp_1  # (d,)    all ways to log_scale
    return loss, d_mu, d_log_scale


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
