"""layer_norm: written by symdiff 0.1.0 from graph 110102; imports NumPy only.

cost         588*n flops (forward alone: 231*n flops), 8936*n + 1328 bytes moved, peak 193*n + 64 floats
conventions  none
rewrites     exact: minus_into_number, minus_through_product, minus_through_quotient, needless_stretch,
             negative_factor, power_of_two_divisor; rounding: power_of_two, scalar_outward, scalar_to_the_small,
             sum_of_negative; domain: constants_together, factors_out, numbers_meet, times_inverse_root,
             times_reciprocal
"""

import numpy as np


def layer_norm(x, gain, shift, u):
    x = argument("x", x, "float64", (None, 32))
    n = x.shape[0]
    gain = argument("gain", gain, "float64", (32,))
    shift = argument("shift", shift, "float64", (32,))
    u = argument("u", u, "float64", (n, 32))

    c = x - 0.03125 * np.sum(x, axis=1, keepdims=True)           # (n, 32)  models.py:116  c = x - sd.mean(x, axis=1, keepdims=True)
    multiply_1 = 0.03125 * np.sum(c * c, axis=1, keepdims=True)  # (n, 1)   models.py:117  y = c / sd.sqrt(sd.mean(c**2, axis=1, keepdims=Tru...
    sqrt_1 = np.sqrt(multiply_1 + 1e-05)                         # (n, 1)   models.py:117

    divide_1 = 1.0 / sqrt_1                                      # (n, 1)   via models.py:117  divide.vjp[0]
    multiply_2 = c * divide_1                                    # (n, 32)  models.py:117
    y = multiply_2 * gain + shift                                # (n, 32)  models.py:117
    d_shift = np.sum(u, axis=0)                                  # (32,)    via models.py:117  add.vjp[1]
    d_multiply_2 = u * gain                                      # (n, 32)  via models.py:117  multiply.vjp[0]
    d_gain = np.sum(u * multiply_2, axis=0)                      # (32,)    via models.py:117  multiply.vjp[1]
    # (n, 1)  via models.py:117  divide.vjp[1]
    sum_1 = np.sum(d_multiply_2 * multiply_2, axis=1, keepdims=True)
    # (n, 32)  all ways to c
    d_c = d_multiply_2 * divide_1 + c * (-0.03125 * (sum_1 / sqrt_1 / sqrt_1))
    d_x = d_c - 0.03125 * np.sum(d_c, axis=1, keepdims=True)     # (n, 32)  all ways to x
    return y, d_x, d_gain, d_shift


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
