"""Elements in another order or more than once: roll, repeat, tile, triangles, diagonals."""

from __future__ import annotations

from typing import Any

import numpy as np

from symdiff.errors import ShapeError, UnsupportedError
from symdiff.op import REQUIRED, Expression, graph_of, keep
from symdiff.ops.family import linear, uniform
from symdiff.ops.gathering import constant_value, getitem, take
from symdiff.ops.indexing import ARRAY, scatter_add
from symdiff.ops.ranges import arange
from symdiff.ops.reduction import sum as total
from symdiff.ops.shape import asarray, astype, broadcast_to, expand_dims
from symdiff.sizes import Dim, Size
from symdiff.types import ArrayType, Inferred, normalise_axis, shape_text


def _roll_type(x: ArrayType, *, shift: Any, axis: Any) -> Inferred:
    shifts = shift if isinstance(shift, tuple) else (shift,)
    if axis is None:
        return Inferred(x, (sum_of(shifts), None))
    axes = axis if isinstance(axis, tuple) else (axis,)
    length = max(len(shifts), len(axes))
    if len(shifts) not in (1, length) or len(axes) not in (1, length):
        raise ShapeError(f"{len(shifts)} shifts for {len(axes)} axes", advice="give one shift for each axis")
    amounts: dict[int, Dim] = {}
    for i in range(length):
        along = normalise_axis(axes[i % len(axes)], len(x.shape))
        amounts[along] = amounts.get(along, 0) + shifts[i % len(shifts)]
    if len(amounts) == 1:
        return Inferred(x, next((amount, along) for along, amount in amounts.items()))
    return Inferred(x, (tuple(amounts.values()), tuple(amounts)))


def sum_of(sizes: tuple[Dim, ...]) -> Dim:
    """The sum of sizes and integers."""
    result: Dim = 0
    for each in sizes:
        result = result + each
    return result


def _back(shift: Any) -> Any:
    return tuple(-each for each in shift) if isinstance(shift, tuple) else -shift


def _triangle_type(x: ArrayType, *, k: int) -> Inferred:
    if len(x.shape) < 2:
        raise ShapeError(f"a triangle is of a matrix, not of shape {shape_text(x.shape)}", advice="give two axes")
    return Inferred(x, (int(k),))


def _triangle(name: str, kernel: Any, side: str) -> Any:
    def transpose(g: Expression, y: Expression, x: Expression, *, k: int) -> Expression:
        return y.operation(g)

    return linear(
        name, kernel, attributes={"k": 0}, promote=keep, infer=_triangle_type, carries_mask=True, transpose=[transpose],
        samples=[uniform(-2, 2, (3, 4)), uniform(-2, 2, (2, 3, 3), attributes={"k": -1})],
        law=f"d {name}(x) = {name}(dx)", doc=f"Matrices with 0 {side} the k-th diagonal.",
    )  # fmt: skip


roll = linear(
    "roll", np.roll, attributes={"shift": REQUIRED, "axis": None}, promote=keep, infer=_roll_type, carries_mask=True,
    is_view=True,
    transpose=[lambda g, y, x, *, shift, axis: g.graph.ops.roll(g, _back(shift), axis)],
    samples=[
        uniform(-2, 2, (2, 3), attributes={"shift": 4}), uniform(-2, 2, (3, 2), attributes={"shift": -1, "axis": 0}),
        uniform(-2, 2, (3, 4), attributes={"shift": (1, 2), "axis": (0, 1)}),
    ],
    law="d roll(x) = roll(dx)", doc="The elements moved along axes, those that leave at one end come in at the other.",
)  # fmt: skip

tril = _triangle("tril", np.tril, "above")
triu = _triangle("triu", np.triu, "below")

ARRANGING = (roll, tril, triu)


def repeat(x: Any, repeats: Any, /, axis: int | None = None) -> Any:
    """Each element `repeats` times, one after another, along `axis` or of x laid out flat.

    `repeats` is an integer or a size; or, where the axis has an integer size, constant integers, one for each element.

    >>> repeat([1, 2], 2), repeat([[1, 2]], [1, 2], axis=1)
    (array([1, 1, 2, 2]), array([[1, 2, 2]]))
    """
    x = asarray(x)
    if axis is None:
        x, axis = x.reshape(-1), 0
    axis = normalise_axis(axis, x.ndim)
    count = x.shape[axis]
    if isinstance(repeats, Size):
        times: Any = repeats
    else:
        times = constant_value(repeats)
        if times is None or (times.size != 1 and isinstance(count, Size)):
            raise UnsupportedError(
                "how often each element is repeated must be known when the graph is built",
                advice="give an integer, or constant integers for an axis of integer size",
            )
        if times.size != 1:
            return take(x, np.repeat(np.arange(count), times), axis=axis)
        times = int(times.reshape(()))
    spread = broadcast_to(expand_dims(x, axis + 1), (*x.shape[: axis + 1], times, *x.shape[axis + 1 :]))
    return spread.reshape(*x.shape[:axis], count * times, *x.shape[axis + 1 :])


def tile(x: Any, repetitions: Any, /) -> Any:
    """The whole of x beside itself, `repetitions` times along each of the last axes.

    >>> tile([1, 2], (2, 2))
    array([[1, 2, 1, 2],
           [1, 2, 1, 2]])
    """
    x = asarray(x)
    times = tuple(repetitions) if isinstance(repetitions, (tuple, list)) else (repetitions,)
    shape = (*[1] * (len(times) - x.ndim), *x.shape)
    times = (*[1] * (len(shape) - len(times)), *times)
    apart = x.reshape(tuple(dim for n in shape for dim in (1, n)))
    stretched = broadcast_to(apart, tuple(dim for pair in zip(times, shape, strict=True) for dim in pair))
    return stretched.reshape(tuple(r * n for r, n in zip(times, shape, strict=True)))


def _length(rows: Dim, columns: Dim, offset: int) -> Dim:
    """How many elements a diagonal has."""
    rows, columns = (rows, columns - offset) if offset >= 0 else (rows + offset, columns)
    if isinstance(rows, int) and isinstance(columns, int):
        return max(min(rows, columns), 0)
    if rows is columns or offset == 0 == rows - columns:
        return rows
    if rows - columns == offset:
        return columns
    if columns - rows == -offset:
        return rows
    excess = rows - columns
    if isinstance(excess, int):
        return rows if excess <= 0 else columns
    raise ShapeError(
        f"which of the sizes {rows} and {columns} is smaller isn't known",
        advice="the diagonal of a square matrix has a known size; give integer sizes for another",
    )


def diagonal(x: Any, /, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Any:
    """The elements x[..., i, i + offset] of the matrices that `axis1` and `axis2` span, along a new last axis.

    Takes NumPy's axes by default, the first two.

    >>> diagonal([[1, 2], [3, 4]]), diagonal([[1, 2], [3, 4]], 1)
    (array([1, 4]), array([2]))
    """
    x = asarray(x)
    first, second = normalise_axis(axis1, x.ndim), normalise_axis(axis2, x.ndim)
    if first == second:
        raise ShapeError(f"axis {axis1} and axis {axis2} are the same", advice="name two axes")
    order = (*(i for i in range(x.ndim) if i not in (first, second)), first, second)
    x = x if order == tuple(range(x.ndim)) else x.transpose(order)
    *batch, rows, columns = x.shape
    length = _length(rows, columns, offset)
    if isinstance(rows, int) and isinstance(columns, int):
        start = offset if offset >= 0 else -offset * columns
        stop = start + (length - 1) * (columns + 1) + 1 if isinstance(length, int) and length else start
        return x.reshape(*batch, rows * columns)[..., start : stop : columns + 1]
    along = arange(length, graph=x.graph)
    return getitem(x, (..., _shifted(along, -offset), _shifted(along, offset)))


def _shifted(along: Any, offset: int) -> Any:
    return along + offset if offset > 0 else along


def diag(x: Any, /, k: int = 0) -> Any:
    """The k-th diagonal of a matrix; of a vector, the matrix that has it there and is 0 elsewhere.

    >>> diag([1, 2], 1)
    array([[0, 1, 0],
           [0, 0, 2],
           [0, 0, 0]])
    """
    x = asarray(x)
    if x.ndim == 2:
        found = diagonal(x, k)
        return found.copy() if graph_of([x]) is None else found
    if x.ndim != 1:
        raise ShapeError(f"diag takes vectors and matrices, not shape {shape_text(x.shape)}", advice="see sd.diagonal")
    side = x.shape[0] + abs(k)
    along = arange(x.shape[0], graph=graph_of([x]))
    place = [_shifted(along, -k), _shifted(along, k)]
    return scatter_add(x, *place, indices=((ARRAY, ARRAY),), shape=(side, side))


def diagflat(x: Any, /, k: int = 0) -> Any:
    """The matrix that has x, laid out flat, on its k-th diagonal, and is 0 elsewhere."""
    return diag(asarray(x).reshape(-1), k)


def trace(x: Any, /, offset: int = 0, axis1: int = 0, axis2: int = 1, dtype: Any = None) -> Any:
    """The sum of a diagonal, with NumPy's arguments: `np.trace(x)`.

    >>> trace([[1, 2], [3, 4]])
    array(5)
    """
    return total(diagonal(x, offset, axis1, axis2), axis=-1, dtype=dtype)


def rot90(x: Any, /, k: int = 1, axes: tuple[int, int] = (0, 1)) -> Any:
    """x turned k times by 90 degrees, from the first of `axes` towards the second.

    >>> rot90([[1, 2], [3, 4]])
    array([[2, 4],
           [1, 3]])
    """
    x = asarray(x)
    first, second = (normalise_axis(axis, x.ndim) for axis in axes)
    if first == second:
        raise ShapeError(f"axes {axes} are the same", advice="name two axes")
    order = list(range(x.ndim))
    order[first], order[second] = second, first
    back: tuple[Any, ...] = (slice(None),) * second + (slice(None, None, -1),)
    over: tuple[Any, ...] = (slice(None),) * first + (slice(None, None, -1),)
    match k % 4:
        case 0:
            return astype(x, x.dtype)
        case 1:
            return x[back].transpose(*order)
        case 2:
            return x[over][back]
        case _:
            return x.transpose(*order)[back]
