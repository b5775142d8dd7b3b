"""What namespace-neutral code calls where the Array API standard has no function: helpers written in the standard.

Their own text travels with exported files. The first argument is always the arrays' namespace.
"""

from __future__ import annotations

from typing import Any

from symdiff.errors import ArgumentError, ShapeError


def accept(xp: Any, name: str, value: Any, dtype: Any, shape: tuple[Any, ...]) -> Any:
    """The value as an array of this dtype and shape (None: any size), or an error that says what was found."""
    array = xp.asarray(value, dtype=dtype) if isinstance(value, (bool, int, float, complex)) else value
    if array.dtype != dtype:
        if not xp.can_cast(array.dtype, dtype):
            raise ArgumentError(f"argument {name!r} is {array.dtype}, which doesn't cast safely to {dtype}")
        array = xp.astype(array, dtype)
        if array.dtype != dtype:
            raise ArgumentError(f"argument {name!r} can't be made {dtype}: this library has it switched off")
    fits = array.ndim == len(shape) and all(want in (None, have) for want, have in zip(shape, array.shape, strict=True))
    if not fits:
        wanted = str(tuple("any" if each is None else each for each in shape)).replace("'", "")
        raise ShapeError(f"argument {name!r} has shape {tuple(array.shape)}, where {wanted} is wanted")
    return array


def constant(xp: Any, like: Any, value: Any, dtype: Any) -> Any:
    """An array of this value and dtype, where `like` is."""
    try:
        return xp.asarray(value, dtype=dtype, device=like.device)
    except (AttributeError, TypeError, ValueError):
        return xp.asarray(value, dtype=dtype)


def relu(xp: Any, x: Any) -> Any:
    """max(x, 0), elementwise."""
    return xp.maximum(x, xp.zeros_like(x))


def exp2(xp: Any, x: Any) -> Any:
    """2 to the power x, elementwise."""
    return xp.pow(xp.full_like(x, 2), x)


def sigmoid(xp: Any, x: Any) -> Any:
    """1 / (1 + exp(-x)), without overflow."""
    small = xp.exp(-xp.abs(x))
    return xp.where(x >= 0, 1 / (1 + small), small / (1 + small))


def log_sigmoid(xp: Any, x: Any) -> Any:
    """log(1 / (1 + exp(-x))), without overflow."""
    return -xp.logaddexp(-x, xp.zeros_like(x))


def xlogy(xp: Any, x: Any, y: Any) -> Any:
    """x log(y), which is 0 where x is 0."""
    product = x * xp.log(y)
    return xp.where((x == 0) & ~xp.isnan(y), xp.zeros_like(product), product)


def below(xp: Any, x: Any, axis: Any) -> tuple[Any, Any]:
    """x less its largest element, and that; where it is inf, equal elements are at 0 and all others at -inf.

    Of nothing, the largest is -inf.
    """
    if 0 in x.shape:
        return x, xp.sum(x, axis=axis, keepdims=True) - float("inf")
    largest = xp.max(x, axis=axis, keepdims=True)
    finite = xp.where(xp.isinf(largest), xp.zeros_like(largest), largest)
    lower = xp.full_like(x, -float("inf"))
    winners = xp.where(x == largest, xp.zeros_like(x), lower)
    return xp.where(largest == float("inf"), winners, x - finite), largest


def logsumexp(xp: Any, x: Any, *, axis: Any = None, keepdims: bool = False) -> Any:
    """log(sum(exp(x))), with the largest element taken out first."""
    lower, largest = below(xp, x, axis)
    result = xp.log(xp.sum(xp.exp(lower), axis=axis, keepdims=True)) + largest
    axes = tuple(range(x.ndim)) if axis is None else axis
    return result if keepdims else xp.squeeze(result, axis=axes)


def softmax(xp: Any, x: Any, *, axis: Any = -1) -> Any:
    """exp(x) / sum(exp(x)), with the largest element taken out first."""
    weights = xp.exp(below(xp, x, axis)[0])
    return weights / xp.sum(weights, axis=axis, keepdims=True)


def log_softmax(xp: Any, x: Any, *, axis: Any = -1) -> Any:
    """log(softmax(x)), with the largest element taken out first."""
    lower = below(xp, x, axis)[0]
    return lower - xp.log(xp.sum(xp.exp(lower), axis=axis, keepdims=True))


def vector_norm(xp: Any, x: Any, *, axis: Any = None, keepdims: bool = False) -> Any:
    """The Euclidean norm; elements are scaled, so that their squares don't overflow or vanish."""
    sizes = xp.abs(x)
    largest = (xp.sum if 0 in x.shape else xp.max)(sizes, axis=axis, keepdims=True)
    scale = xp.where((largest > 0) & xp.isfinite(largest), largest, xp.ones_like(largest))
    scaled = sizes / scale
    norm = scale * xp.sqrt(xp.sum(scaled * scaled, axis=axis, keepdims=True))
    axes = tuple(range(x.ndim)) if axis is None else axis
    return norm if keepdims else xp.squeeze(norm, axis=axes)


def cumulative_sum(xp: Any, x: Any, *, axis: int, reverse: bool = False) -> Any:
    """The sum of each element and all before it, or all after it."""
    if not reverse:
        return xp.cumulative_sum(x, axis=axis)
    return xp.flip(xp.cumulative_sum(xp.flip(x, axis=axis), axis=axis), axis=axis)


def solve_triangular(xp: Any, a: Any, b: Any, *, lower: bool = False) -> Any:
    """The solution of a x = b, of which a triangle of a is looked at."""
    return xp.linalg.solve(xp.tril(a) if lower else xp.triu(a), b)


def places(xp: Any, shape: tuple[int, ...], index: tuple[Any, ...]) -> Any:
    """The positions, in an array laid out flat, of the elements that an index selects, as NumPy selects them."""
    strides = [1] * len(shape)
    for axis in range(len(shape) - 1, 0, -1):
        strides[axis - 1] = strides[axis] * shape[axis]
    entries = [*index, *[slice(None)] * (len(shape) - sum(each is not None and each is not ... for each in index))]
    axes, blocks, spots = iter(zip(shape, strides, strict=True)), [], []
    together: Any = 0
    for spot, entry in enumerate(entries):
        if entry is None:
            blocks.append((spot, xp.zeros((1,), dtype=xp.int64)))
        elif isinstance(entry, slice):
            size, stride = next(axes)
            blocks.append((spot, xp.arange(*entry.indices(size), dtype=xp.int64) * stride))
        elif entry is not ...:
            size, stride = next(axes)
            at = entry % size if isinstance(entry, int) else xp.astype(entry, xp.int64)
            together = together + (at if isinstance(at, int) else xp.where(at < 0, at + size, at)) * stride
            spots.append(spot)
    side_by_side = spots and spots[-1] - spots[0] + 1 == len(spots)
    place = sum(spot < spots[0] for spot, _ in blocks) if side_by_side else 0
    found = [block for _, block in blocks]
    if not isinstance(together, int):
        found.insert(place, together)
    result = xp.asarray(together if isinstance(together, int) else 0, dtype=xp.int64)
    after = sum(block.ndim for block in found)
    for block in found:
        after -= block.ndim
        result = result + xp.reshape(block, (*block.shape, *(1,) * after))
    return result


def gather(xp: Any, x: Any, *index: Any) -> Any:
    """The part of x that an index of integers, slices and integer arrays selects."""
    at = places(xp, x.shape, index)
    return xp.reshape(xp.take(xp.reshape(x, (-1,)), xp.reshape(at, (-1,)), axis=0), at.shape)


def lines(xp: Any, shape: tuple[int, ...], indices: Any, axis: int) -> tuple[Any, ...]:
    """The index that names the places of indices along an axis, in every line of an array of this shape."""
    ranges = [xp.reshape(xp.arange(n, dtype=xp.int64), (n, *(1,) * (len(shape) - i - 1))) for i, n in enumerate(shape)]
    return (*ranges[:axis], indices, *ranges[axis + 1 :])


def take_along(xp: Any, x: Any, indices: Any, *, axis: int) -> Any:
    """The elements of each line of x along an axis that integers name."""
    shape = [n if m == 1 else m for m, n in zip(x.shape, indices.shape, strict=True)]
    shape[axis] = x.shape[axis]
    x = xp.broadcast_to(x, tuple(shape))
    return gather(xp, x, *lines(xp, x.shape, indices, axis))


def put_along(xp: Any, x: Any, indices: Any, *, axis: int, size: int) -> Any:
    """Zeros with the elements of each line of x along an axis added where the indices say."""
    shape = [n if m == 1 else m for m, n in zip(x.shape, indices.shape, strict=True)]
    whole = (*shape[:axis], size, *shape[axis + 1 :])
    return scatter_add(xp, whole, (xp.broadcast_to(x, tuple(shape)), lines(xp, whole, indices, axis)))


def scatter_add(xp: Any, shape: tuple[int, ...], *parts: Any) -> Any:
    """An array of zeros with (part, index) pairs added in their places, as often as an index array names them."""
    if parts[0][0].dtype == xp.bool:
        counted = [(xp.astype(part, xp.int64), index) for part, index in parts]
        return scatter_add(xp, shape, *counted) > 0
    count = 1
    for size in shape:
        count *= size
    whole = xp.zeros((count,), dtype=parts[0][0].dtype)
    for part, index in parts:
        whole = add_at(xp, whole, xp.reshape(places(xp, shape, index), (-1,)), xp.reshape(part, (-1,)))
    return xp.reshape(whole, shape)


def add_at(xp: Any, whole: Any, at: Any, values: Any) -> Any:
    """A vector with values added at positions that may repeat, in the way that the library has for it."""
    if hasattr(whole, "index_add"):  # PyTorch
        return whole.index_add(0, at, values)
    if hasattr(whole, "at"):  # JAX
        return whole.at[at].add(values)
    if hasattr(getattr(xp, "add", None), "at"):  # NumPy, CuPy
        result = xp.asarray(whole, copy=True)
        xp.add.at(result, at, values)
        return result
    here = xp.expand_dims(xp.arange(whole.shape[0]), axis=1) == xp.expand_dims(at, axis=0)
    row = xp.expand_dims(values, axis=0)
    return whole + xp.sum(xp.where(here, row, xp.zeros_like(row)), axis=1, dtype=whole.dtype)
