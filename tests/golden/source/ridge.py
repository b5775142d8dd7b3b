"""ridge: written by symdiff 0.1.0 from graph a6d191; imports NumPy only.

cost         4*d*n + 5*d + 4*n + 2 flops (forward alone: 2*d*n + 2*d + 3*n + 2 flops), 16*d*n + 88*d + 72*n + 88
             bytes moved, peak 2*d + n + 1 floats
conventions  none
rewrites     exact: needless_stretch, times_one; rounding: power_of_two, scalar_outward, times_column; domain:
             sum_as_product
"""

import numpy as np


def ridge(x, t, w, weight):
    x = argument("x", x, "float64", (None, None))
    n = x.shape[0]
    d = x.shape[1]
    t = argument("t", t, "float64", (n,))
    w = argument("w", w, "float64", (d,))
    weight = argument("weight", weight, "float64", ())

    subtract_1 = x @ w - t                               # (n,)  models.py:84  loss = sd.sum((x @ w - t) ** 2) + weight * sd.sum(w...
    loss = subtract_1 @ subtract_1 + weight * (w @ w)    # ()    models.py:84

    d_w = 2.0 * (weight * w) + x.T @ (2.0 * subtract_1)  # (d,)  all ways to w
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
