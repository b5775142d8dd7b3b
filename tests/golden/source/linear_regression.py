"""linear_regression: written by symdiff 0.1.0 from graph ed963b; imports NumPy only.

cost         4*d*n + 6*n + 2 flops (forward alone: 2*d*n + 4*n + 1 flops), 16*d*n + 16*d + 96*n + 80 bytes moved,
             peak 2*n + 2 floats
conventions  none
rewrites     exact: needless_stretch; rounding: power_of_two, scalar_outward, scalars_first, times_column; domain:
             sum_as_product, times_reciprocal
"""

import numpy as np


def linear_regression(x, t, w, b):
    x = argument("x", x, "float64", (None, None))
    n = x.shape[0]
    d = x.shape[1]
    t = argument("t", t, "float64", (n,))
    w = argument("w", w, "float64", (d,))
    b = argument("b", b, "float64", ())

    subtract_1 = x @ w + b - t                         # (n,)  models.py:77  loss = sd.mean((x @ w + b - t) ** 2)
    loss = subtract_1 @ subtract_1 / n                 # ()    models.py:77

    d_subtract_1 = subtract_1 * (2.0 / np.float64(n))  # (n,)  via models.py:77  pow.vjp[0]
    d_b = np.sum(d_subtract_1)                         # ()    via models.py:77  add.vjp[1]
    d_w = x.T @ d_subtract_1                           # (d,)  via models.py:77  matmul.vjp[1]
    return loss, d_w, d_b


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
