"""rbf_kernel: written by symdiff 0.1.0 from graph ed98e2; imports NumPy only.

cost         6*d*m*n + d*m + d*n + 14*m*n + 7 flops (forward alone: 3*d*m*n + 10*m*n + 2 flops),
             72*d*m*n + 32*d*m + 32*d*n + 136*m*n + 208 bytes moved, peak 2*d*m*n + 2*m*n + 1 floats
conventions  none
rewrites     exact: kept_and_squeezed, minus_into_number, minus_through_product, minus_through_quotient,
             moved_negative, needless_stretch, negated_twice, new_axes; rounding: power_of_two, scalar_outward,
             scalar_to_the_small, sum_of_negative; domain: factors_out
"""

import numpy as np


def rbf_kernel(x, y, length, u):
    x = argument("x", x, "float64", (None, None))
    n = x.shape[0]
    d = x.shape[1]
    y = argument("y", y, "float64", (None, d))
    m = y.shape[0]
    length = argument("length", length, "float64", ())
    u = argument("u", u, "float64", (n, m))

    subtract_1 = x[:, None] - y                        # (n, m, d)  models.py:124  squares = sd.sum((x[:, None, :] - y[None, :, :]) *...
    squares = np.sum(subtract_1 * subtract_1, axis=2)  # (n, m)     models.py:124
    multiply_1 = 2.0 * (length * length)               # ()         models.py:125  k = sd.exp(-squares / (2 * length**2))
    divide_1 = squares / multiply_1                    # (n, m)     models.py:125
    k = np.exp(-divide_1)                              # (n, m)     models.py:125

    multiply_2 = u * k                                 # (n, m)     via models.py:125  exp.vjp[0]
    # ()  via models.py:125  multiply.vjp[1]
    multiply_3 = 2.0 * (np.sum(multiply_2 * divide_1) / multiply_1)
    d_length = multiply_3 * (2.0 * length)             # ()         via models.py:125  pow.vjp[0]
    # (n, m, 1)  via models.py:124  sum.vjp[0]
    expand_dims_1 = (multiply_2 * (1.0 / multiply_1))[:, :, None]
    multiply_4 = subtract_1 * expand_dims_1            # (n, m, d)  via models.py:124  getitem.vjp[0]
    d_y = 2.0 * np.sum(multiply_4, axis=0)             # (m, d)     via models.py:124  getitem.vjp[0]
    d_x = -2.0 * np.sum(multiply_4, axis=1)            # (n, d)     via models.py:124  getitem.vjp[0]
    return k, d_x, d_y, d_length


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
