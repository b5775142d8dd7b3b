"""Windows that slide over axes, and their transpose, which adds windows up in their places."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from symdiff.errors import ArgumentError, ShapeError
from symdiff.op import REQUIRED, Expression, keep
from symdiff.ops.family import linear, uniform
from symdiff.sizes import Dim, Shape, Size, product
from symdiff.types import ArrayType, Inferred, Requirement, as_shape, at_least, normalise_axis, shape_text

Integers = tuple[int, ...]


def sliding_windows_kernel(
    x: Any, *, window: Sequence[int], axes: tuple[int, ...], stride: Sequence[int], dilation: Sequence[int]
) -> Any:
    """Windows over axes as a view: an axis counts windows, and a new last axis goes through each."""
    spans = [(size - 1) * step + 1 for size, step in zip(window, dilation, strict=True)]
    view = np.lib.stride_tricks.sliding_window_view(x, spans, axes)
    index = [slice(None)] * x.ndim + [slice(None, None, step) for step in dilation]
    for each, step in zip(axes, stride, strict=True):
        index[each] = slice(None, None, step)
    return view[tuple(index)]


def overlap_add_kernel(
    windows: Any, *, shape: Sequence[int], axes: tuple[int, ...], stride: Sequence[int], dilation: Sequence[int]
) -> Any:
    """The transpose of `sliding_windows`: an array of a shape, with every window added where it was."""
    whole = np.zeros(shape, windows.dtype)
    for place in np.ndindex(windows.shape[len(shape) :]):
        index = [slice(None)] * len(shape)
        for each, offset, step, spread in zip(axes, place, stride, dilation, strict=True):
            first = offset * spread
            index[each] = slice(first, first + (windows.shape[each] - 1) * step + 1, step)
        whole[tuple(index)] += windows[(..., *place)]
    return whole


def _normal(ndim: int, window: Sequence[Dim], over: Any, stride: Any, dilation: Any) -> tuple[Integers, ...]:
    """Axes counted from the front, and one positive integer for each of them."""
    axes = tuple(normalise_axis(each, ndim) for each in over)
    given = (window, stride, dilation)
    if len(set(axes)) != len(axes) or any(len(each) != len(axes) for each in given):
        raise ArgumentError(
            "windows need a size, a stride and a dilation for each axis", advice="name each axis once; give tuples"
        )
    wrong = [each for values in given for each in values if not isinstance(each, int) or each < 1]
    if wrong:
        raise ArgumentError(
            f"windows, strides and dilations are positive integers, not {wrong[0]}", advice="a stride of 1 is the least"
        )
    return tuple(each for each in window if isinstance(each, int)), axes, tuple(stride), tuple(dilation)


def _counts(
    shape: Shape, window: Integers, axes: Integers, stride: Integers, dilation: Integers
) -> tuple[Shape, tuple[Requirement, ...]]:
    """How many windows fit along each axis, and what sizes that asks for."""
    dims: list[Dim] = list(shape)
    requirements: tuple[Requirement, ...] = ()
    for axis, size, step, spread in zip(axes, window, stride, dilation, strict=True):
        dim, span = shape[axis], (size - 1) * spread + 1
        if isinstance(dim, int) and dim < span:
            raise ShapeError(
                f"a window of {span} doesn't fit axis {axis} of {shape_text(shape)}", advice="pad x, or take it smaller"
            )
        dims[axis] = dim - span + 1 if step == 1 else (dim - span) // step + 1
        requirements += at_least(dim, span) if isinstance(dim, Size) else ()
    return tuple(dims), requirements


def _windows_type(x: ArrayType, *, window: Any, axes: Any, stride: Any, dilation: Any) -> Inferred:
    window, axes, stride, dilation = _normal(len(x.shape), window, axes, stride, dilation)
    counts, requirements = _counts(x.shape, window, axes, stride, dilation)
    return Inferred(ArrayType(x.dtype, (*counts, *window)), (window, axes, stride, dilation), requirements)


def _overlap_type(windows: ArrayType, *, shape: Any, axes: Any, stride: Any, dilation: Any) -> Inferred:
    whole = as_shape(shape)
    sizes, axes, stride, dilation = _normal(len(whole), windows.shape[len(whole) :], axes, stride, dilation)
    counts, requirements = _counts(whole, sizes, axes, stride, dilation)
    if (*counts, *sizes) != windows.shape:
        raise ShapeError(f"windows of shape {shape_text(windows.shape)} aren't those of {shape_text(whole)}")
    return Inferred(ArrayType(windows.dtype, whole), (whole, axes, stride, dilation), requirements)


def _windows_transpose(g: Expression, y: Expression, x: Expression, *, window: Any, **places: Any) -> Expression:
    return g.graph.apply(overlap_add, (g,), {"shape": x.shape, **places})


def _overlap_transpose(g: Expression, y: Expression, x: Expression, *, shape: Any, **places: Any) -> Expression:
    window = x.shape[len(shape) :]
    return g.graph.apply(sliding_windows, (g,), {"window": window, **places})


PLACES: Final = {"axes": REQUIRED, "stride": REQUIRED, "dilation": REQUIRED}
ONE: Final = {"axes": (1,), "stride": (2,), "dilation": (1,)}
TWO: Final = {"axes": (0, 1), "stride": (1, 2), "dilation": (2, 1)}

sliding_windows = linear(
    "sliding_windows", sliding_windows_kernel, attributes={"window": REQUIRED, **PLACES}, infer=_windows_type,
    transpose=[_windows_transpose], promote=keep, carries_mask=True, is_view=True, flops=0,
    samples=[
        uniform(-2, 2, (2, 5), attributes={"window": (3,), **ONE}),
        uniform(-2, 2, (4, 5), attributes={"window": (2, 3), **TWO}),
    ],
    law="d windows(x) = windows(dx)", doc="Windows that slide over axes with strides and dilations; new axes are last.",
)  # fmt: skip

overlap_add = linear(
    "overlap_add", overlap_add_kernel, attributes={"shape": REQUIRED, **PLACES}, infer=_overlap_type,
    transpose=[_overlap_transpose], promote=keep, carries_mask=True, flops=lambda y, windows: product(windows.shape),
    samples=[
        uniform(-2, 2, (2, 2, 3), attributes={"shape": (2, 5), **ONE}),
        uniform(-2, 2, (2, 2, 2, 3), attributes={"shape": (4, 5), **TWO}),
    ],
    law="d overlap_add(w) = overlap_add(dw)",
    doc="Windows added up in the places that sliding_windows takes them from.",
)  # fmt: skip

WINDOWS: Final = (sliding_windows, overlap_add)
