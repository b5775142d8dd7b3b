"""mlp: written by symdiff 0.1.0 from graph b71426; imports NumPy only.

cost         614*batch + 2 flops (forward alone: 372*batch + 1 flops), 2488*batch + 1752 bytes moved, peak
             48*batch + 18 floats
conventions  none
rewrites     exact: needless_stretch; rounding: column_times_row, power_of_two, scalar_outward, scalars_first;
             domain: times_reciprocal
"""

import numpy as np


def mlp(x, t, W, b, V, c):
    x = argument("x", x, "float64", (None, 4))
    batch = x.shape[0]
    t = argument("t", t, "float64", (batch, 1))
    W = argument("W", W, "float64", (4, 16))
    b = argument("b", b, "float64", (16,))
    V = argument("V", V, "float64", (16, 1))
    c = argument("c", c, "float64", (1,))

    h = np.tanh(x @ W + b)                                 # (batch, 16)  models.py:12  h = sd.tanh(x @ W + b)
    subtract_1 = h @ V + c - t                             # (batch, 1)   models.py:13  loss = sd.mean((h @ V + c - t) ** 2)
    loss = np.sum(subtract_1 * subtract_1) / batch         # ()           models.py:13

    d_subtract_1 = subtract_1 * (2.0 / np.float64(batch))  # (batch, 1)   via models.py:13  pow.vjp[0]
    d_c = np.sum(d_subtract_1, axis=0)                     # (1,)         via models.py:13  add.vjp[1]
    d_h = d_subtract_1 * V.T                               # (batch, 16)  via models.py:13  matmul.vjp[0]
    d_V = h.T @ d_subtract_1                               # (16, 1)      via models.py:13  matmul.vjp[1]
    multiply_1 = d_h * (1.0 - h * h)                       # (batch, 16)  via models.py:12  tanh.vjp[0]
    d_b = np.sum(multiply_1, axis=0)                       # (16,)        via models.py:12  add.vjp[1]
    d_W = x.T @ multiply_1                                 # (4, 16)      via models.py:12  matmul.vjp[1]
    return loss, d_W, d_b, d_V, d_c


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
