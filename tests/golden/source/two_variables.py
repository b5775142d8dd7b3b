"""two_variables: written by symdiff 0.1.0 from graph 81b80b; imports NumPy only.

cost         34 flops (forward alone: 21 flops), 192 bytes moved, peak 4 floats
conventions  none
rewrites     exact: plus_negated, times_minus_one; rounding: none; domain: none
"""

import numpy as np


def two_variables(x, y):
    x = argument("x", x, "float64", ())
    y = argument("y", y, "float64", ())

    f = np.log(x) + x * y - np.sin(y)  # ()  models.py:52  f = sd.log(x) + x * y - sd.sin(y)

    d_y = x - np.cos(y)                # ()  all ways to y
    d_x = y + 1.0 / x                  # ()  all ways to x
    return f, d_x, d_y


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
