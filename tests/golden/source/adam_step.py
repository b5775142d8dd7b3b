"""adam_step: written by symdiff 0.1.0 from graph 39d0e9; imports NumPy only.

cost         4*d*n + 15*d + 4*n + 50 flops (forward alone: 2*d*n + 15*d + 3*n + 49 flops),
             16*d*n + 248*d + 72*n + 272 bytes moved, peak 6*d + 1 floats
conventions  none
rewrites     exact: needless_stretch; rounding: power_of_two, scalar_outward, scalars_first, times_column; domain:
             sum_as_product, times_reciprocal
"""

import numpy as np


def adam_step(x, t, w, m, v, count):
    x = argument("x", x, "float64", (None, None))
    n = x.shape[0]
    d = x.shape[1]
    t = argument("t", t, "float64", (n,))
    w = argument("w", w, "float64", (d,))
    m = argument("m", m, "float64", (d,))
    v = argument("v", v, "float64", (d,))
    count = argument("count", count, "float64", ())

    subtract_1 = x @ w - t                                      # (n,)  models.py:167  loss = sd.mean((x @ w - t) ** 2)
    loss = subtract_1 @ subtract_1 / n                          # ()    models.py:167

    d_w = x.T @ (subtract_1 * (2.0 / np.float64(n)))            # (d,)  via models.py:167  matmul.vjp[1]
    new_m = 0.9 * m + 0.1 * d_w                                 # (d,)  models.py:169  new_m = 0.9 * m + 0.1 * slope
    new_v = 0.999 * v + 0.001 * (d_w * d_w)                     # (d,)  models.py:170  new_v = 0.999 * v + 0.001 * slope**2
    multiply_1 = 0.001 * np.sqrt(1.0 - np.power(0.999, count))  # ()    models.py:171  rate = 0.001 * sd.sqrt(1 - 0.999**count) / (1 - 0....
    rate = multiply_1 / (1.0 - np.power(0.9, count))            # ()    models.py:171
    new_w = w - rate * new_m / (np.sqrt(new_v) + 1e-08)         # (d,)  models.py:172  new_w = w - rate * new_m / (sd.sqrt(new_v) + 1e-8)
    return loss, d_w, new_w, new_m, new_v


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
