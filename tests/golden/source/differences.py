"""differences: written by symdiff 0.1.0 from graph 811ce5; imports NumPy only.

cost         6*n + (n - 1)//2 flops (forward alone: 3*n + (n - 1)//2 flops), 96*n + 16*((n - 1)//2) + 58 bytes
             moved, peak 3*n floats
conventions  relu'(0) = 0
rewrites     exact: minus_into_number, needless_stretch, times_one; rounding: power_of_two, scalar_outward; domain:
             sum_as_product
"""

import numpy as np


def differences(x):
    x = argument("x", x, "float64", (None,))
    n = x.shape[0]
    require(n >= 2, "n >= 2, for models.py:45  roughness = sd.sum(jumps**2) + sd.relu(x[0]) + x[2::2].sum()")
    require(n >= 1, "n >= 1, for models.py:44  jumps = x[1:] - x[:-1]")

    jumps = x[1:] - x[:-1]                                # (n - 1,)  models.py:44  jumps = x[1:] - x[:-1]
    relu_1 = np.maximum(x[0], 0)                          # ()        models.py:45  roughness = sd.sum(jumps**2) + sd.relu(x[0]) + x[2:...
    roughness = jumps @ jumps + relu_1 + np.sum(x[2::2])  # ()        models.py:45

    # ((n - 1)//2,)  via models.py:45  sum.vjp[0]
    broadcast_to_d_roughness = np.broadcast_to(np.float64(1.0), shape=((n - 1)//2,))
    # ()  via models.py:45  relu.vjp[0]
    where_1 = np.where(relu_1 > 0.0, np.float64(1.0), np.float64(0.0))
    d_jumps = 2.0 * jumps                                 # (n - 1,)  via models.py:45  pow.vjp[0]
    # (n,)  all ways to x
    d_x = scatter_parts(
        (n,), (broadcast_to_d_roughness, np.s_[2::2]), (where_1, np.s_[0]), (-2.0 * jumps, np.s_[:-1]),
        (d_jumps, np.s_[1:])
    )
    return roughness, d_x


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
