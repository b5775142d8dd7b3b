"""rosenbrock: written by symdiff 0.1.0 from graph 050d82; imports NumPy only.

cost         14*n - 13 flops (forward alone: 8*n - 8 flops), 280*n - 224 bytes moved, peak 5*n - 5 floats
conventions  none
rewrites     exact: minus_into_number, needless_stretch, negative_factor, times_one; rounding: power_of_two,
             scalar_outward, stretched_result; domain: constants_together
"""

import numpy as np


def rosenbrock(x):
    x = argument("x", x, "float64", (None,))
    n = x.shape[0]
    require(n >= 1, "n >= 1, for models.py:142  f = sd.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)")

    subtract_1 = x[1:] - x[:-1] * x[:-1]  # (n - 1,)  models.py:142  f = sd.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 -...
    subtract_2 = 1.0 - x[:-1]             # (n - 1,)  models.py:142
    # (n - 1,)  models.py:142
    add_1 = 100.0 * (subtract_1 * subtract_1) + subtract_2 * subtract_2
    f = np.sum(add_1)                     # ()        models.py:142

    # (n - 1,)  all ways to x[:-1]
    subtract_3 = -2.0 * subtract_2 - 400.0 * (subtract_1 * x[:-1])
    # (n,)  all ways to x
    d_x = scatter_parts((n,), (subtract_3, np.s_[:-1]), (200.0 * subtract_1, np.s_[1:]))
    return f, d_x


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


def require(holds, what):
    """Complain where a condition on the sizes doesn't hold."""
    if not holds:
        raise ShapeError(f"the sizes must satisfy {what}")


def scatter_parts(shape, *parts):
    """An array of zeros with (part, index) pairs added in their places, as often as an index array names them."""
    whole = np.zeros(shape, np.result_type(*(part for part, _ in parts)))
    for part, index in parts:
        at = index[0] if isinstance(index, tuple) and len(index) == 1 else index
        if isinstance(at, np.ndarray) and whole.ndim > 1:  # rows: NumPy adds at single positions much faster
            row = whole[0].size if len(whole) else 1
            positions = at[..., None] * row + np.arange(row)
            np.add.at(whole.reshape(-1), positions.reshape(-1), np.reshape(part, -1))
        elif any(isinstance(each, np.ndarray) for each in (index if isinstance(index, tuple) else (index,))):
            np.add.at(whole, index, part)
        else:
            whole[index] += part
    return whole
