"""relu_classifier: written by symdiff 0.1.0 from graph 4182d4; imports NumPy only.

cost         718*batch + 3 flops (forward alone: 302*batch + 2 flops), 2208*batch + 2576 bytes moved, peak
             48*batch + 52 floats
conventions  relu'(0) = 0
rewrites     exact: minus_into_numerator, needless_stretch, new_axes, times_minus_one; rounding: over_one_element;
             domain: reduced_before_putting
"""

import numpy as np


def relu_classifier(x, t, W, b, V, c):
    x = argument("x", x, "float64", (None, 4))
    batch = x.shape[0]
    t = argument("t", t, "int64", (batch,))
    W = argument("W", W, "float64", (4, 16))
    b = argument("b", b, "float64", (16,))
    V = argument("V", V, "float64", (16, 3))
    c = argument("c", c, "float64", (3,))

    h = np.maximum(x @ W + b, 0)                               # (batch, 16)  models.py:68  h = sd.relu(x @ W + b)
    add_1 = h @ V + c                                          # (batch, 3)   models.py:69  z = sd.log_softmax(h @ V + c, axis=1)
    z = log_softmax(add_1, axis=1)                             # (batch, 3)   models.py:69
    sum_1 = np.sum(np.take_along_axis(z, t[:, None], axis=1))  # ()           models.py:70  loss = -sd.mean(sd.take_along_axis(z, t[:, None], a...
    loss = -(sum_1 / batch)                                    # ()           models.py:70

    d_sum_1 = -1.0 / np.float64(batch)                         # ()           via models.py:70  divide.vjp[0]
    # (batch, 3)  via models.py:70  take_along.vjp[0]
    d_z = put_along(np.broadcast_to(d_sum_1, shape=(batch, 1)), t[:, None], axis=1, size=3)
    d_add_1 = d_z - softmax(add_1, axis=1) * d_sum_1           # (batch, 3)   via models.py:69  log_softmax.vjp[0]
    d_c = np.sum(d_add_1, axis=0)                              # (3,)         via models.py:69  add.vjp[1]
    d_h = d_add_1 @ V.T                                        # (batch, 16)  via models.py:69  matmul.vjp[0]
    d_V = h.T @ d_add_1                                        # (16, 3)      via models.py:69  matmul.vjp[1]
    where_1 = np.where(h > 0.0, d_h, 0.0)                      # (batch, 16)  via models.py:68  relu.vjp[0]
    d_b = np.sum(where_1, axis=0)                              # (16,)        via models.py:68  add.vjp[1]
    d_W = x.T @ where_1                                        # (4, 16)      via models.py:68  matmul.vjp[1]
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


def largest_of(x, *, axis):
    """The largest element over axes, which stay; that of none is -inf."""
    return np.maximum.reduce(x, axis=axis, keepdims=True, initial=-np.inf)


def below(x, largest, out=None):
    """x less its largest element; where that is inf, equal elements are at 0 and all others at -inf."""
    if np.isfinite(largest).all():
        return np.subtract(x, largest, out=out)
    relative = x - np.where(np.isinf(largest), 0, largest)
    relative = np.where(largest == np.inf, np.where(x == largest, 0, -np.inf).astype(x.dtype), relative)
    return relative if out is None else np.add(relative, 0, out=out)


def log_of_sum(weights, total, *, axis):
    """log(total) of weights up to 1; where a single one is 1, and the others little, by what they add to it."""
    result = np.log(total)
    alone = total < 1.25
    if not alone.any():
        return result
    alone &= total >= 1  # the sum of none is 0
    if axis in (weights.ndim - 1, (weights.ndim - 1,)):  # only the lines that need it
        weights = weights[alone[..., 0]]
        weights[weights == 1] = 0
        result[alone] = np.log1p(np.add.reduce(weights, -1))
        return result
    others = np.add.reduce(weights - np.floor(weights), axis=axis, keepdims=True)  # 1 becomes 0, the rest stays
    return np.where(alone, np.log1p(others), result)


def log_softmax(x, *, axis=-1):
    """log(softmax(x)), with the largest element taken out first."""
    lower = below(x, largest_of(x, axis=axis))
    weights = np.exp(lower)
    return lower - log_of_sum(weights, np.sum(weights, axis=axis, keepdims=True), axis=axis)


def places(shape, indices, axis):
    """The index of an array of this shape that names the places of indices along the axis."""
    others = (np.arange(n).reshape(-1, *[1] * (len(shape) - i - 1)) for i, n in enumerate(shape) if i != axis)
    return tuple(indices if i == axis else next(others) for i in range(len(shape)))


def put_along(x, indices, *, axis, size):
    """Zeros with the elements of each line of x along the axis added where the indices say."""
    shape = np.broadcast_shapes(np.delete(x.shape, axis), np.delete(indices.shape, axis))
    whole = np.zeros((*shape[:axis], size, *shape[axis:]), x.dtype)
    np.add.at(whole, places(whole.shape, indices, axis), x)
    return whole


def softmax(x, *, axis=-1):
    """exp(x) / sum(exp(x)), with the largest element taken out first."""
    weights = np.exp(below(x, largest_of(x, axis=axis)))
    return weights / np.sum(weights, axis=axis, keepdims=True)
