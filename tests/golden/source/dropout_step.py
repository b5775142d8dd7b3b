"""dropout_step: written by symdiff 0.1.0 from graph 4e9da7; imports NumPy only.

cost         19*d*n + 4*n + 2 flops (forward alone: 17*d*n + 3*n + 1 flops), 114*d*n + 16*d + 72*n + 120 bytes
             moved, peak 3*d*n floats
conventions  none
rewrites     exact: needless_stretch, power_of_two_divisor; rounding: power_of_two, scalar_outward, scalars_first,
             times_column; domain: sum_as_product, times_reciprocal
"""

import numpy as np


def dropout_step(x, t, w, key):
    x = argument("x", x, "float64", (None, None))
    n = x.shape[0]
    d = x.shape[1]
    t = argument("t", t, "float64", (n,))
    w = argument("w", w, "float64", (d,))
    key = argument("key", key, "uint64", (2,))

    # (n, d)  models.py:158  dropped = sd.library.dropout(x, key, 0.5)
    astype_1 = (random_bits(key, shape=(n, d)) >> 11).astype(np.float64)
    # (n, d)  models.py:158
    dropped = np.where(1.1102230246251565e-16 * astype_1 >= 0.5, 2.0 * x, 0.0)
    subtract_1 = dropped @ w - t                            # (n,)  models.py:159  loss = sd.mean((dropped @ w - t) ** 2)
    loss = subtract_1 @ subtract_1 / n                      # ()    models.py:159

    d_w = dropped.T @ (subtract_1 * (2.0 / np.float64(n)))  # (d,)  via models.py:159  matmul.vjp[1]
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


def random_bits(key, *, shape, stream=0):
    """64 random bits for each element: the Philox generator's from counter 0 on, in one of its 2^64 streams."""
    counter = np.array([0, 0, 0, stream], np.uint64)
    generator = np.random.Philox(key=np.asarray(key), counter=counter)
    return np.array(generator.random_raw(int(np.prod(shape, dtype=np.int64))).reshape(shape))
