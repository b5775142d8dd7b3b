"""Which axes of results and operands go together: the facts that let generated code work on slices."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from symdiff.op import Attrs, Slicing
from symdiff.types import ArrayType, normalise_axes


def aligned(y: ArrayType, *xs: ArrayType, **_: Any) -> Slicing:
    """Of an elementwise op: axes are aligned at the end; an axis of size 1 that stretches has no partner."""
    return Slicing(tuple(range(len(y.shape))), tuple(_aligned(y, x) for x in xs))


def _aligned(y: ArrayType, x: ArrayType) -> Attrs:
    before = len(y.shape) - len(x.shape)
    return tuple(before + i if dim == y.shape[before + i] else None for i, dim in enumerate(x.shape))


def reduced(combine: str | None) -> Callable[..., Slicing]:
    """Of a reduction over `axis`: the axes that stay go together; the others are combined, where that is possible."""

    def slicing(y: ArrayType, x: ArrayType, *, axis: Any, keepdims: bool, **_: Any) -> Slicing:
        gone = normalise_axes(axis, len(x.shape))
        kept = [None if i in gone else i for i in range(len(x.shape)) if keepdims or i not in gone]
        operand = tuple(None if i in gone and combine is None else i for i in range(len(x.shape)))
        return Slicing(tuple(kept), (operand,), combine)

    return slicing


def along(y: ArrayType, x: ArrayType, *, axis: Any, **_: Any) -> Slicing:
    """Of an op that works along an axis, or several, and gives an array of the same axes: all others go together."""
    gone = normalise_axes(axis, len(x.shape))
    labels = tuple(None if i in gone else i for i in range(len(x.shape)))
    return Slicing(labels, (labels,))


def contracted(y: ArrayType, a: ArrayType, b: ArrayType) -> Slicing:
    """Of a matrix product: batch axes are aligned, rows come from the left, columns from the right."""
    batch = len(y.shape) - (len(a.shape) > 1) - (len(b.shape) > 1)
    batches = Slicing(*_batches(y, a, b, batch))
    left, right = batches.operands
    rows, columns = (("row",) if len(a.shape) > 1 else ()), (("column",) if len(b.shape) > 1 else ())
    return Slicing(
        (*batches.result, *rows, *columns), ((*left, *rows, "inner"), (*right, "inner", *columns)), "add"
    )  # fmt: skip


def _batches(y: ArrayType, a: ArrayType, b: ArrayType, batch: int) -> tuple[Attrs, tuple[Attrs, ...]]:
    found = aligned(
        ArrayType(y.dtype, y.shape[:batch]), *(ArrayType(x.dtype, x.shape[: max(len(x.shape) - 2, 0)]) for x in (a, b))
    )
    return found.result, found.operands


def inserted(y: ArrayType, x: ArrayType, *, axis: Sequence[int]) -> Slicing:
    """Of an op that adds axes of size 1."""
    rest = iter(range(len(x.shape)))
    return Slicing(tuple(None if i in axis else next(rest) for i in range(len(y.shape))), (tuple(range(len(x.shape))),))


def removed(y: ArrayType, x: ArrayType, *, axis: Sequence[int]) -> Slicing:
    """Of an op that takes axes of size 1 away."""
    labels = tuple(None if i in axis else i for i in range(len(x.shape)))
    return Slicing(tuple(i for i in range(len(x.shape)) if i not in axis), (labels,))


def permuted(y: ArrayType, x: ArrayType, *, axes: Sequence[int]) -> Slicing:
    """Of a transposition."""
    return Slicing(tuple(axes), (tuple(range(len(x.shape))),))


def transposed(y: ArrayType, x: ArrayType) -> Slicing:
    """Of the exchange of the last two axes."""
    labels = tuple(range(len(x.shape)))
    return Slicing((*labels[:-2], labels[-1], labels[-2]), (labels,))


def stretched(y: ArrayType, x: ArrayType, *, shape: Any) -> Slicing:
    """Of broadcasting to a shape."""
    return aligned(y, x)


def leading(y: ArrayType, x: ArrayType, *, shape: Any) -> Slicing:
    """Of a change of shape: the leading axes that stay as they are, but not the last of either shape."""
    same = 0
    while same < min(len(x.shape), len(y.shape)) and x.shape[same] == y.shape[same]:
        same += 1
    result = tuple(i if i < same else None for i in range(len(y.shape)))
    return Slicing(result, (tuple(i if i < same else None for i in range(len(x.shape))),))


def joined(y: ArrayType, *xs: ArrayType, axis: int) -> Slicing:
    """Of joining along an axis: all others go together."""
    labels = tuple(None if i == axis else i for i in range(len(y.shape)))
    return Slicing(labels, (labels,) * len(xs))


def stacked(y: ArrayType, *xs: ArrayType, axis: int) -> Slicing:
    """Of joining along a new axis: all others go together."""
    labels = tuple(range(len(y.shape) - 1))
    return Slicing((*labels[:axis], None, *labels[axis:]), (labels,) * len(xs))


def summed(y: ArrayType, *xs: ArrayType, subscripts: str) -> Slicing:
    """Of a sum of products: the subscripts' own labels, but for those of axes that stretch or stand twice."""
    terms, _, output = subscripts.partition("->")
    each = terms.split(",")
    sizes = dict(zip(output, y.shape, strict=True))
    for term, x in zip(each, xs, strict=True):
        for label, dim in zip(term, x.shape, strict=True):
            sizes[label] = dim if sizes.get(label, 1) == 1 else sizes[label]
    odd = {
        label
        for term, x in zip(each, xs, strict=True)
        for label, dim in zip(term, x.shape, strict=True)
        if dim != sizes[label] or term.count(label) > 1
    }
    operands = tuple(tuple(None if label in odd else label for label in term) for term in each)
    return Slicing(tuple(None if label in odd else label for label in output), operands, "add")
