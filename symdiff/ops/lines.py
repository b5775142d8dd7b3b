"""Elements of each line of an array along an axis, by position: taking them, and putting them back."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from symdiff.errors import IndexingError, ShapeError
from symdiff.op import REQUIRED, Cotangent, Expression, Op, Sample, Slicing, keep
from symdiff.ops.family import operands, unbroadcast
from symdiff.ops.indexing import checked
from symdiff.sizes import Dim
from symdiff.types import ArrayType, Inferred, as_dim, broadcast, normalise_axis


def _shape(x: ArrayType, indices: ArrayType, axis: int, length: Dim) -> tuple[Dim, ...]:
    """The shape of both broadcast together, but along the axis, which has a length of its own."""
    checked([indices])
    if len(indices.shape) != len(x.shape):
        raise ShapeError(
            f"indices of {len(indices.shape)} axes for an array of {len(x.shape)}",
            advice="both have the same axes; sd.take takes the same elements of every line",
        )
    others = [(*each.shape[:axis], 1, *each.shape[axis + 1 :]) for each in (x, indices)]
    return tuple(length if i == axis else dim for i, dim in enumerate(broadcast(*others)))


def _take_type(x: ArrayType, indices: ArrayType, *, axis: int) -> Inferred:
    along = normalise_axis(axis, len(x.shape))
    length = indices.shape[along] if len(indices.shape) == len(x.shape) else 1
    shape = _shape(x, indices, along, length)
    _check_not_empty(x.shape[along], shape, along)
    return Inferred(ArrayType(x.dtype, shape), (along,))


def _put_type(x: ArrayType, indices: ArrayType, *, axis: int, size: Any) -> Inferred:
    along = normalise_axis(axis, len(x.shape))
    shape = _shape(x, indices, along, as_dim(size))
    _check_not_empty(shape[along], indices.shape, along)
    return Inferred(ArrayType(x.dtype, shape), (along, as_dim(size)))


def _check_not_empty(length: Dim, shape: Sequence[Dim], axis: int) -> None:
    if isinstance(length, int) and length == 0 and 0 not in [dim for dim in shape if isinstance(dim, int)]:
        raise IndexingError(f"there is nothing along axis {axis}, of size 0, that an index could name")


def _slicing(y: ArrayType, *xs: ArrayType, axis: int, **_: Any) -> Slicing:
    """All axes but the one go together; one of size 1 that stretches has no partner."""
    result = tuple(None if i == axis else i for i in range(len(y.shape)))
    parts = (tuple(label if x.shape[i] == y.shape[i] else None for i, label in enumerate(result)) for x in xs)
    return Slicing(result, tuple(parts))  # fmt: skip


def places(shape: Any, indices: Any, axis: int) -> Any:
    """The index of an array of this shape that names the places of indices along the axis."""
    others = (np.arange(n).reshape(-1, *[1] * (len(shape) - i - 1)) for i, n in enumerate(shape) if i != axis)
    return tuple(indices if i == axis else next(others) for i in range(len(shape)))


def put_along_kernel(x: Any, indices: Any, *, axis: int, size: int) -> Any:
    """Zeros with the elements of each line of x along the axis added where the indices say."""
    shape = np.broadcast_shapes(np.delete(x.shape, axis), np.delete(indices.shape, axis))
    whole = np.zeros((*shape[:axis], size, *shape[axis:]), x.dtype)
    np.add.at(whole, places(whole.shape, indices, axis), x)
    return whole


def add_along_kernel(whole: Any, x: Any, indices: Any, *, axis: int, out: Any = None) -> Any:
    """The whole with the elements of each line of x along the axis added where the indices say."""
    if out is None:
        out = whole.copy()
    elif out is not whole:
        out[...] = whole
    np.add.at(out, places(out.shape, indices, axis), x)
    return out


def _back(cotangent: Cotangent, operation: Any, indices: Expression, x: Expression) -> Cotangent:
    """Value and mask, moved by the transpose and summed to x's shape."""
    value = operation(cotangent.value, indices)
    mask = None if cotangent.mask is None else operation(cotangent.mask, indices)
    return unbroadcast(Cotangent(value, mask), x.type)


def _take_vjp(
    cotangent: Cotangent, y: Expression, xs: Sequence[Expression], needed: Sequence[bool]
) -> list[Cotangent | None]:
    x, indices = xs
    axis = y.attrs[0]

    def put(value: Expression, at: Expression) -> Expression:
        return put_along(value, at, axis=axis, size=x.shape[axis])

    return [_back(cotangent, put, indices, x) if needed[0] else None, None]


def _put_vjp(
    cotangent: Cotangent, y: Expression, xs: Sequence[Expression], needed: Sequence[bool]
) -> list[Cotangent | None]:
    x, indices = xs

    def take(value: Expression, at: Expression) -> Expression:
        return take_along(value, at, axis=y.attrs[0])

    return [_back(cotangent, take, indices, x) if needed[0] else None, None]


take_along = Op(
    name="take_along", kernel=np.take_along_axis, infer=_take_type, arity=2, promote=keep, flops=0,
    attributes=MappingProxyType({"axis": REQUIRED}), slicing=_slicing, carries_mask=True,
    vjp=_take_vjp, jvp=lambda tangents, y, xs: y.operation(tangents[0], xs[1]),
    samples=[
        operands(Sample(-2, 2, (3, 4)), Sample(-4, 4, (3, 2), "int64"), attributes={"axis": 1}),
        operands(Sample(-2, 2, (3, 4)), Sample(0, 3, (2, 1), "int64"), attributes={"axis": 0}),
        operands(Sample(-2, 2, (1, 4)), Sample(0, 4, (3, 2), "int32"), attributes={"axis": -1}),
    ],
    law="d x[.., i, ..] = dx[.., i, ..]", doc="The elements of each line along an axis that integers name.",
)  # fmt: skip

put_along = Op(
    name="put_along", kernel=put_along_kernel, infer=_put_type, arity=2, promote=keep, flops=1,
    attributes=MappingProxyType({"axis": REQUIRED, "size": REQUIRED}), slicing=_slicing, carries_mask=True,
    helpers=(places, put_along_kernel), vjp=_put_vjp, jvp=lambda tangents, y, xs: y.operation(tangents[0], xs[1]),
    samples=[
        operands(Sample(-2, 2, (3, 2)), Sample(-4, 4, (3, 2), "int64"), attributes={"axis": 1, "size": 4}),
        operands(Sample(-2, 2, (2, 4)), Sample(0, 3, (2, 1), "int64"), attributes={"axis": 0, "size": 3}),
    ],
    law="d put(x) = put(dx)", doc="Zeros with the elements of each line added where integers say.",
)  # fmt: skip

# What generated code makes of the sum of an array and elements put along it; it has no derivative of its own.
add_along = Op(
    name="add_along", kernel=add_along_kernel, arity=3, promote=keep, fills=True, slicing=_slicing,
    attributes=MappingProxyType({"axis": REQUIRED}), infer=lambda whole, x, indices, *, axis: Inferred(whole),
    helpers=(places, add_along_kernel), doc="An array with elements added to each line where integers say.",
)  # fmt: skip

LINES: Final = (take_along, put_along)
