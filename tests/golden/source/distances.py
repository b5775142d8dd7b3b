"""distances: written by symdiff 0.1.0 from graph d73847; imports NumPy only.

cost         43*n flops (forward alone: 22*n flops), 249*n + 20 bytes moved, peak 14*n + 1 floats
conventions  the norm's gradient at 0 is 0, where selects last
rewrites     exact: decided_within, doubled, either_way, expanded_stretch, inverted_choice, known_choice,
             needless_stretch, with_known; rounding: one_choice, stretched_twice; domain: mask_as_choice,
             root_of_summed_squares
"""

import numpy as np


def distances(x, y):
    x = argument("x", x, "float32", (None, 3))
    n = x.shape[0]
    y = argument("y", y, "float32", (n, 3))

    subtract_1 = x - y                             # (n, 3)  models.py:36  d = sd.sqrt(sd.sum((x - y) ** 2, axis=1))
    d = vector_norm(subtract_1, axis=1)            # (n,)    models.py:36
    greater_1 = d > 1.0                            # (n,)    models.py:37  total = sd.sum(sd.where(d > 1, d, d * d))
    total = np.sum(np.where(greater_1, d, d * d))  # ()      models.py:37

    d_d = np.where(greater_1, 1.0, 2.0 * d)        # (n,)    all ways to d
    # (n, 3)  via models.py:36  vector_norm.vjp[0]
    where_1 = np.where(
        (d[:, None] == 0.0) | np.isinf(subtract_1), np.sign(subtract_1), subtract_1 / d[:, None]
    )
    d_x = d_d[:, None] * where_1                   # (n, 3)  via models.py:36  vector_norm.vjp[0]
    return total, d_x


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


def vector_norm(x, *, axis=None, keepdims=False):
    """The Euclidean norm; elements are scaled where their squares would overflow or vanish."""
    largest = np.max(np.abs(x), axis=axis, keepdims=True, initial=0)
    scale = np.where((largest > 1e-15) & (largest < 1e15) | ~np.isfinite(largest) | (largest == 0), 1, largest)
    scaled = x / scale
    norm = scale * np.sqrt(np.sum(scaled * scaled, axis=axis, keepdims=True))
    norm = norm.astype(x.dtype, copy=False)
    return norm if keepdims else np.squeeze(norm, axis).copy()
