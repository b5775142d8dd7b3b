"""relu_classifier: written by symdiff 0.1.0; imports NumPy only.

relu_classifier, from graph 5b997d
cost         706*batch + 3 flops
rewrites     exact: minus_into_numerator, needless_stretch, new_axes, reshape_as_expansion, times_minus_one; rounding: over_one_element, sum_of_scattered_rows; domain: none

conventions  ties split evenly, relu'(0) = 0, |x|'(0) = 0, where selects last
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

    h = np.maximum(x @ W + b, 0)               # (batch, 16)  models.py:68  h = sd.relu(x @ W + b)
    z = log_softmax(h @ V + c, axis=1)         # (batch, 3)   models.py:69  z = sd.log_softmax(h @ V + c, axis=1)
    expand_dims_1 = t[:, None]                 # (batch, 1)   models.py:70  loss = -sd.mean(sd.take_along_axis(z, t[:, ...
    expand_dims_2 = np.arange(batch)[:, None]  # (batch, 1)   models.py:70  loss = -sd.mean(sd.take_along_axis(z, t[:, ...
    size_1 = np.float64(batch)                 # ()           models.py:70  loss = -sd.mean(sd.take_along_axis(z, t[:, ...
    divide_1 = np.sum(z[expand_dims_2, expand_dims_1]) / size_1  # ()           models.py:70  loss = -sd.mean(sd.take_along_axis(z, t[:, ...
    loss = -divide_1                           # ()           models.py:70  loss = -sd.mean(sd.take_along_axis(z, t[:, ...

    divide_2 = -1.0 / size_1                   # ()           via models.py:70 divide.vjp[0]
    d_z = scatter_parts((batch, 3), (np.broadcast_to(divide_2, shape=(batch, 1)), np.s_[expand_dims_2, expand_dims_1]))  # (batch, 3)   models.py:71  return sd.compile([x, t, W, b, V, c], [loss...
    subtract_1 = d_z - np.exp(z) * divide_2    # (batch, 3)   via models.py:69 log_softmax.vjp[0]
    d_c = np.sum(subtract_1, axis=0)           # (3,)         via models.py:69 add.vjp[1]
    d_h = subtract_1 @ V.mT                    # (batch, 16)  via models.py:69 matmul.vjp[0]
    d_V = h.mT @ subtract_1                    # (16, 3)      via models.py:69 matmul.vjp[1]
    where_1 = np.where(h > 0.0, d_h, 0.0)      # (batch, 16)  via models.py:68 relu.vjp[0]
    d_b = np.sum(where_1, axis=0)              # (16,)        via models.py:68 add.vjp[1]
    d_W = x.mT @ where_1                       # (4, 16)      via models.py:68 matmul.vjp[1]
    return loss[()], d_W, d_b, d_V, d_c


class ArgumentError(TypeError):
    """An argument that doesn't cast to the dtype it is declared with."""


class ShapeError(ValueError):
    """An argument whose shape isn't the declared one, or sizes that don't fit together."""


def argument(name, value, dtype, shape):
    """The value as an array of this dtype and shape (None: any size), or an error that says what was found."""
    plain = isinstance(value, (bool, int, float, complex, list, tuple)) and (not isinstance(value, np.generic))
    try:
        array = np.asarray(value)
    except ValueError:
        raise ShapeError(f'argument {name!r} is not an array: its rows differ in length') from None
    if array.dtype != dtype:
        if not np.can_cast(array.dtype, dtype, 'same_kind' if plain and array.dtype.kind != 'b' else 'safe'):
            raise ArgumentError(f"argument {name!r} is {array.dtype} {array.shape}, which doesn't cast safely to {dtype}")
        array = array.astype(dtype)
    fits = array.ndim == len(shape) and all((want in (None, have) for want, have in zip(shape, array.shape, strict=True)))
    if not fits:
        wanted = str(tuple(('any' if each is None else each for each in shape))).replace("'", '')
        raise ShapeError(f'argument {name!r} has shape {array.shape}, where {wanted} is wanted')
    return array


def require(holds, what):
    """Complain where a condition on the sizes doesn't hold."""
    if not holds:
        raise ShapeError(f'the sizes must satisfy {what}')


def below_largest(x, axis):
    """x less its largest element; where that is infinite, infinite elements are at 0 and all others at -inf."""
    largest = np.max(x, axis=axis, keepdims=True, initial=-np.inf)
    endless = largest == np.inf
    if np.any(endless):
        leading = np.where(x == largest, 0, -np.inf).astype(x.dtype)
        x, largest = (np.where(endless, leading, x), np.where(endless, 0, largest))
    return x - largest


def log_of_sum(weights, axis):
    """log(sum(weights)) of weights up to 1; where a single one is 1, by what the others add to it."""
    total = np.sum(weights, axis=axis, keepdims=True)
    single = (total >= 1) & (total < 2)
    if not np.any(single):
        return np.log(total)
    others = np.sum(np.where(weights < 1, weights, 0), axis=axis, keepdims=True)
    return np.log1p(np.where(single, others, total - 1))


def log_softmax(x, *, axis=-1):
    """log(softmax(x)), with the largest element taken out first."""
    below = below_largest(x, axis)
    return below - log_of_sum(np.exp(below), axis)


def scatter_parts(shape, *parts):
    """An array of zeros with (part, index) pairs added in their places, as often as an index array names them."""
    whole = np.zeros(shape, np.result_type(*(part for part, _ in parts)))
    for part, index in parts:
        at = index[0] if isinstance(index, tuple) and len(index) == 1 else index
        if isinstance(at, np.ndarray) and whole.ndim > 1:
            row = whole[0].size if len(whole) else 1
            positions = at[..., None] * row + np.arange(row)
            np.add.at(whole.reshape(-1), positions.reshape(-1), np.reshape(part, -1))
        elif any((isinstance(each, np.ndarray) for each in (index if isinstance(index, tuple) else (index,)))):
            np.add.at(whole, index, part)
        else:
            whole[index] += part
    return whole
