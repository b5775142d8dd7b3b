"""Moving elements: shapes, axes, broadcasting, joining; and the sizes themselves as values."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from symdiff.errors import DtypeError, ShapeError
from symdiff.op import REQUIRED, Case, Expression, Op, graph_of, keep
from symdiff.ops.family import fit, linear, uniform
from symdiff.ops.indexing import new_axes_text
from symdiff.ops.slicing import aligned, inserted, joined, leading, permuted, removed, stacked, stretched, transposed
from symdiff.sizes import Dim, Shape, product
from symdiff.types import (
    INT,
    ArrayType,
    DType,
    Inferred,
    Requirement,
    as_dim,
    as_dtype,
    as_shape,
    broadcast,
    check_device,
    is_differentiable,
    normalise_axes,
    normalise_axis,
    shape_text,
)


def _axes_tuple(axes: Any) -> tuple[Any, ...]:
    return axes if isinstance(axes, tuple) else (axes,)


def _astype_type(x: ArrayType, *, dtype: Any) -> Inferred:
    found = as_dtype(dtype)
    if x.dtype.kind == "c" and found.kind != "c":
        raise DtypeError(f"casting {x.dtype} to {found} would lose the imaginary part", advice="take sd.real(x) first")
    return Inferred(ArrayType(found, x.shape), (found,))


def _reshape_type(x: ArrayType, *, shape: Any) -> Inferred:
    wanted = _axes_tuple(shape)
    count = product(x.shape)
    requirements: tuple[Requirement, ...] = ()
    if -1 in [dim for dim in wanted if isinstance(dim, int)]:
        if [dim for dim in wanted if isinstance(dim, int)].count(-1) > 1:
            raise ShapeError(f"only one size of {wanted} may be -1")
        known = product(as_dim(dim) for dim in wanted if not (isinstance(dim, int) and dim == -1))
        rest, requirements = _divide_exactly(count, known)
        new = tuple(rest if isinstance(dim, int) and dim == -1 else as_dim(dim) for dim in wanted)
    else:
        new = as_shape(wanted)
        total = product(new)
        if total != count:
            if isinstance(total, int) and isinstance(count, int):
                raise ShapeError(
                    f"{count} elements of shape {shape_text(x.shape)} don't fill the shape {shape_text(new)}",
                    advice="the sizes' product must stay the same; one size may be -1",
                )
            requirements = (Requirement(count, "==", total),)
    return Inferred(ArrayType(x.dtype, new), (new,), requirements)


def _divide_exactly(count: Dim, by: Dim) -> tuple[Dim, tuple[Requirement, ...]]:
    if isinstance(by, int) and by == 0:
        raise ShapeError("-1 beside a size of 0 could be anything", advice="say all sizes")
    quotient = count // by
    if quotient * by == count:
        return quotient, ()
    if isinstance(count, int) and isinstance(by, int):
        raise ShapeError(f"{count} elements can't be divided into {by} equal parts", advice="see the operand's shape")
    return quotient, (Requirement(count, "%", by),)


def _permute_type(x: ArrayType, *, axes: Any) -> Inferred:
    order = tuple(normalise_axis(axis, len(x.shape)) for axis in _axes_tuple(axes))
    if sorted(order) != list(range(len(x.shape))):
        raise ShapeError(f"{axes} is not an order of {len(x.shape)} axes", advice="name every axis once")
    return Inferred(ArrayType(x.dtype, tuple(x.shape[axis] for axis in order)), (order,))


def _inverse(order: Sequence[int]) -> tuple[int, ...]:
    return tuple(sorted(range(len(order)), key=order.__getitem__))


def _transpose_type(x: ArrayType) -> Inferred:
    if len(x.shape) < 2:
        raise ShapeError(f"a matrix has two axes, {shape_text(x.shape)} hasn't", advice="expand_dims adds an axis")
    return Inferred(ArrayType(x.dtype, (*x.shape[:-2], x.shape[-1], x.shape[-2])))


def _broadcast_type(x: ArrayType, *, shape: Any) -> Inferred:
    wanted = as_shape(shape)
    if len(wanted) < len(x.shape) or broadcast(x.shape, wanted) != wanted:
        raise ShapeError(
            f"{shape_text(x.shape)} doesn't broadcast to {shape_text(wanted)}",
            advice="only axes of size 1, and missing leading axes, stretch",
        )
    return Inferred(ArrayType(x.dtype, wanted), (wanted,))


def _broadcast_transpose(g: Expression, y: Expression, x: Expression, *, shape: Shape) -> Expression:
    leading = len(shape) - x.ndim
    value = g.sum(axis=tuple(range(leading))) if leading else g
    stretched = tuple(i for i, dim in enumerate(x.shape) if dim == 1 and shape[leading + i] != 1)
    return value.sum(axis=stretched, keepdims=True) if stretched else value


def _expand_type(x: ArrayType, *, axis: Any) -> Inferred:
    ndim = len(x.shape) + len(_axes_tuple(axis))
    axes = normalise_axes(axis, ndim)
    dims = iter(x.shape)
    return Inferred(ArrayType(x.dtype, tuple(1 if i in axes else next(dims) for i in range(ndim))), (axes,))


def _squeeze_type(x: ArrayType, *, axis: Any) -> Inferred:
    axes = normalise_axes(axis, len(x.shape))
    for each in axes:
        if x.shape[each] != 1:
            raise ShapeError(f"axis {each} of {shape_text(x.shape)} has size {x.shape[each]}, not 1")
    return Inferred(ArrayType(x.dtype, tuple(dim for i, dim in enumerate(x.shape) if i not in axes)), (axes,))


def _flip_type(x: ArrayType, *, axis: Any) -> Inferred:
    return Inferred(x, (normalise_axes(axis, len(x.shape)),))


def concat_kernel(*arrays: Any, axis: int) -> Any:
    """Arrays joined along an axis."""
    return np.concat(arrays, axis=axis)


def _concat_type(*types: ArrayType, axis: Any) -> Inferred:
    if not types:
        raise ShapeError("nothing to join", advice="give at least one array")
    first = types[0]
    along = normalise_axis(axis, len(first.shape))
    total: Dim = 0
    for each in types:
        if len(each.shape) != len(first.shape) or any(
            mine != its for i, (mine, its) in enumerate(zip(each.shape, first.shape, strict=True)) if i != along
        ):
            raise ShapeError(
                f"{shape_text(each.shape)} can't be joined to {shape_text(first.shape)} along axis {along}",
                advice="all axes but that one must have equal sizes",
            )
        total = each.shape[along] + total
    shape = (*first.shape[:along], total, *first.shape[along + 1 :])
    return Inferred(ArrayType(first.dtype, shape), (along,))


def _concat_transpose(
    needed: Sequence[bool], g: Expression, y: Expression, *xs: Expression, axis: int
) -> list[Expression | None]:
    before: tuple[Any, ...] = (slice(None),) * axis
    start: Dim = 0
    parts: list[Expression | None] = []
    for x, wanted in zip(xs, needed, strict=True):
        stop = x.shape[axis] + start
        parts.append(g[(*before, slice(start, stop))] if wanted else None)
        start = stop
    return parts


def stack_kernel(*arrays: Any, axis: int) -> Any:
    """Arrays of one shape joined along a new axis."""
    return np.stack(arrays, axis=axis)


def _stack_type(*types: ArrayType, axis: Any) -> Inferred:
    if not types:
        raise ShapeError("nothing to stack", advice="give at least one array")
    shape = types[0].shape
    for each in types:
        if each.shape != shape:
            raise ShapeError(
                f"{shape_text(each.shape)} can't be stacked on {shape_text(shape)}", advice="stack arrays of one shape"
            )
    along = normalise_axis(axis, len(shape) + 1)
    return Inferred(ArrayType(types[0].dtype, (*shape[:along], len(types), *shape[along:])), (along,))


def _stack_transpose(
    needed: Sequence[bool], g: Expression, y: Expression, *xs: Expression, axis: int
) -> list[Expression | None]:
    before = (slice(None),) * axis
    return [g[(*before, i)] if wanted else None for i, wanted in enumerate(needed)]


def size_kernel(*, value: int, dtype: DType) -> Any:
    """A size, as a value of a dtype."""
    return dtype.type(value)


MATRICES: Final = [uniform(-2, 2, (2, 3)), uniform(-2, 2, (2, 3, 4))]

astype = linear(
    "astype", lambda x, *, dtype: x.astype(dtype), source="{0}.astype({dtype})", attributes={"dtype": REQUIRED},
    scalar="float({0})", promote=keep, infer=_astype_type, carries_mask=True, elementwise=True, slicing=aligned,
    flops=0,
    transpose=[lambda g, y, x, *, dtype: fit(g, x.dtype) if is_differentiable(g.dtype) else g],
    samples=[uniform(-2, 2, (3,), attributes={"dtype": np.dtype("float64")})],
    law="d cast(x) = cast(dx)", doc="The values cast to another dtype.",
)  # fmt: skip

reshape = linear(
    "reshape", np.reshape, attributes={"shape": REQUIRED}, source="{0}.reshape({shape})",
    promote=keep, infer=_reshape_type, carries_mask=True, is_view=True, slicing=leading, flops=0,
    transpose=[lambda g, y, x, *, shape: g.reshape(x.shape)],
    samples=[uniform(-2, 2, (2, 3), attributes={"shape": (3, 2)}), uniform(-2, 2, (4,), attributes={"shape": (2, -1)})],
    law="d reshape(x) = reshape(dx)", doc="The same elements in another shape; one size may be -1.",
)  # fmt: skip

permute_dims = linear(
    "permute_dims", np.permute_dims, attributes={"axes": REQUIRED},
    source=lambda x, *, axes: f"{x}.T" if axes == (*reversed(range(len(axes))),) else f"{x}.transpose({tuple(axes)})",
    promote=keep, infer=_permute_type, carries_mask=True, is_view=True, slicing=permuted, flops=0,
    transpose=[lambda g, y, x, *, axes: g.transpose(_inverse(axes))],
    samples=[
        uniform(-2, 2, (2, 3), attributes={"axes": (1, 0)}), uniform(-2, 2, (2, 3, 4), attributes={"axes": (2, 0, 1)}),
    ],
    law="d permute(x) = permute(dx)", doc="The axes in another order.",
)  # fmt: skip

matrix_transpose = linear(
    "matrix_transpose", np.matrix_transpose, source="{0}.mT",
    promote=keep, infer=_transpose_type, carries_mask=True, is_view=True, slicing=transposed, flops=0,
    transpose=[lambda g, y, x: g.mT],
    samples=MATRICES, law="d X^T = dX^T", doc="The last two axes exchanged.",
)  # fmt: skip

broadcast_to = linear(
    "broadcast_to", np.broadcast_to, attributes={"shape": REQUIRED},
    promote=keep, infer=_broadcast_type, carries_mask=True, is_view=True, slicing=stretched, flops=0,
    transpose=[_broadcast_transpose],
    samples=[
        uniform(-2, 2, (3,), attributes={"shape": (2, 3)}),
        uniform(-2, 2, (2, 1), attributes={"shape": (4, 2, 3)}),
    ],
    law="d stretch(x) = stretch(dx)", doc="The array repeated along new leading axes and axes of size 1.",
)  # fmt: skip

expand_dims = linear(
    "expand_dims", np.expand_dims, attributes={"axis": REQUIRED}, source=new_axes_text,
    promote=keep, infer=_expand_type, carries_mask=True, is_view=True, slicing=inserted, flops=0,
    transpose=[lambda g, y, x, *, axis: g.graph.ops.squeeze(g, axis)],
    samples=[uniform(-2, 2, (3,), attributes={"axis": 1}), uniform(-2, 2, (2, 3), attributes={"axis": (0, -1)})],
    law="d expand(x) = expand(dx)", doc="New axes of size 1 at these positions of the result.",
)  # fmt: skip

squeeze = linear(
    "squeeze", np.squeeze, attributes={"axis": REQUIRED}, source="{0}.squeeze({axis})",
    promote=keep, infer=_squeeze_type, carries_mask=True, is_view=True, slicing=removed, flops=0,
    transpose=[lambda g, y, x, *, axis: g.graph.ops.expand_dims(g, axis)],
    samples=[uniform(-2, 2, (3, 1), attributes={"axis": 1}), uniform(-2, 2, (1, 2, 1), attributes={"axis": (0, 2)})],
    law="d squeeze(x) = squeeze(dx)", doc="Without these axes, which have size 1.",
)  # fmt: skip

flip = linear(
    "flip", np.flip, attributes={"axis": None},
    promote=keep, infer=_flip_type, carries_mask=True, is_view=True, flops=0,
    transpose=[lambda g, y, x, *, axis: g.graph.ops.flip(g, axis)],
    samples=[uniform(-2, 2, (3,)), uniform(-2, 2, (2, 3), attributes={"axis": 1})],
    law="d flip(x) = flip(dx)", doc="The elements in reverse order along axes, or along all of them.",
)  # fmt: skip

concat = linear(
    "concat", concat_kernel, attributes={"axis": 0},
    source=lambda *arrays, axis: f"np.concat([{', '.join(arrays)}], axis={axis})",
    infer=_concat_type, carries_mask=True, slicing=joined, flops=0, jointly=True, transpose=_concat_transpose,
    samples=[uniform(-2, 2, (2,), (3,)), uniform(-2, 2, (2, 1), (2, 3), (2, 2), attributes={"axis": 1})],
    law="d concat(a, b) = concat(da, db)", doc="Arrays joined along an axis.",
)  # fmt: skip

stack_op = linear(
    "stack", stack_kernel, attributes={"axis": 0},
    source=lambda *arrays, axis: f"np.stack([{', '.join(arrays)}], axis={axis})",
    infer=_stack_type, carries_mask=True, slicing=stacked, flops=0, jointly=True, transpose=_stack_transpose,
    samples=[uniform(-2, 2, (2,), (2,)), uniform(-2, 2, (2, 3), (2, 3), (2, 3), attributes={"axis": 1})],
    law="d stack(a, b) = stack(da, db)", doc="Arrays of one shape joined along a new axis.",
)  # fmt: skip

size_op = Op(
    name="size", kernel=size_kernel, source="{dtype}({value})", arity=0, flops=0,
    attributes=MappingProxyType({"value": REQUIRED, "dtype": INT}),
    infer=lambda *, value, dtype: Inferred(ArrayType(as_dtype(dtype), ()), (as_dim(value), as_dtype(dtype))),
    samples=[Case((), {"value": 4}), Case((), {"value": 4, "dtype": np.dtype("float32")})],
    law="d size = 0", doc="A size as a value.",
)  # fmt: skip

SHAPE = (
    astype, reshape, permute_dims, matrix_transpose, broadcast_to, expand_dims, squeeze, flip, concat, stack_op,
    size_op,
)  # fmt: skip


def size(x: Any, /, axis: Any = None, *, dtype: Any = INT) -> Any:
    """How many elements x has along `axis` (an axis, a tuple of them, or all), as a value of `dtype`.

    >>> import symdiff as sd
    >>> x = sd.Graph().input("x", ("batch", 3))
    >>> sd.size(x).eval({x: [[0.0] * 3] * 4})
    np.int64(12)
    """
    graph = graph_of([x])
    if graph is None:
        x = np.asarray(x)
    axes = normalise_axes(tuple(axis) if isinstance(axis, list) else axis, x.ndim)
    value = product(x.shape[i] for i in axes)
    if isinstance(value, int) or graph is None:
        return np.dtype(dtype).type(value) if graph is None else graph.constant(value, dtype)
    return graph.apply(size_op, (), {"value": value, "dtype": dtype})


def stack(arrays: Sequence[Any], /, axis: int = 0) -> Any:
    """Arrays of one shape joined along a new axis.

    `arrays` may be nested lists of expressions and numbers; the result's shape is the operands' with
    their number inserted at `axis`.

    >>> import symdiff as sd
    >>> x = sd.Graph().input("x", (3,))
    >>> sd.stack([x, 2 * x], axis=1).shape
    (3, 2)
    """
    graph = graph_of(arrays)
    if graph is None:
        return np.stack([np.asarray(each) for each in arrays], axis=axis)
    each = [asarray(a) if isinstance(a, (list, tuple)) else graph.lift(a) for a in arrays]
    return stack_op(*each, axis=axis)


def asarray(values: Any, /, *, dtype: Any = None, device: Any = None, copy: Any = None) -> Any:
    """An array from nested lists of expressions and numbers, or an expression as it is.

    >>> import symdiff as sd
    >>> x = sd.Graph().input("x")
    >>> sd.asarray([[x, 1.0], [0.0, x]]).shape
    (2, 2)
    """
    check_device(device)
    if graph_of([values]) is None:
        return np.asarray(values, dtype)
    found = stack(values) if isinstance(values, (list, tuple)) else values
    return found if dtype is None else found.astype(dtype)


def as_arrays(*values: Any) -> list[Any]:
    """Several values as expressions of one graph, if one of them is or holds an expression, else as NumPy arrays."""
    graph = graph_of(values)
    each = [asarray(value) for value in values]
    return each if graph is None else [graph.lift(value) for value in each]
