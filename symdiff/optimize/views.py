"""Rules about views: moves that cancel or merge, and the one form in which each move is written.

The normal form: of two moves of one kind one is left; exchanging the last two axes is `matrix_transpose`, any other
order `permute_dims`; new axes are `expand_dims`, however they were asked for, and axes of size 1 are dropped by
`squeeze`; what is the same everywhere is stretched last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from symdiff.op import Op
from symdiff.ops.arithmetic import negative
from symdiff.ops.arranging import roll, tril, triu
from symdiff.ops.indexing import FULL, getitem_op
from symdiff.ops.shape import (
    astype,
    broadcast_to,
    expand_dims,
    flip,
    matrix_transpose,
    permute_dims,
    reshape,
    squeeze,
)
from symdiff.rewriting.rule import Rule, View, equation, rule
from symdiff.sizes import Shape


@equation("exact", (-2.0, 2.0))
def transposed_twice(x: Any) -> Any:
    "(X^T)^T = X"
    return matrix_transpose(matrix_transpose(x)), x


@rule(astype, "exact", lambda x: (astype(x, "float64"), x))
def cast_to_itself(view: View) -> Any:
    "cast(x) = x, to the dtype that x has"
    x = view.input(0)
    return x if x.dtype == view.attrs[0] else None


@rule(reshape, "exact", lambda x: (reshape(reshape(x, (-1,)), (3, 2)), reshape(x, (3, 2))), over=reshape)
def reshaped_twice(view: View) -> Any:
    "reshape(reshape(x)) = reshape(x)"
    inner = view.operand(0, reshape)
    return inner and reshape(inner.input(0), view.attrs[0])


def _reshaped_view(op: Op, example: Callable[[Any], tuple[Any, Any]]) -> Rule:
    @rule(reshape, "exact", example, over=op)
    def reshaped_view(view: View) -> Any:
        "reshape(expand(x)) = reshape(x), and of squeeze"
        inner = view.operand(0, op)
        return inner and reshape(inner.input(0), view.attrs[0])

    return reshaped_view


@rule(reshape, "exact", lambda x: (reshape(x, (x.shape[0], 1, x.shape[1])), expand_dims(x, (1,))))
def reshape_as_expansion(view: View) -> Any:
    "reshape(x) = expand(x), where it adds axes of size 1 only"
    new = _inserted(view.input(0).shape, view.attrs[0])
    return expand_dims(view.input(0), new) if new else None


@rule(reshape, "exact", lambda x: (reshape(x[:1], x.shape[1:]), squeeze(x[:1], (0,))))
def reshape_as_squeeze(view: View) -> Any:
    "reshape(x) = squeeze(x), where it drops axes of size 1 only"
    gone = _inserted(view.attrs[0], view.input(0).shape)
    return squeeze(view.input(0), gone) if gone else None


def _inserted(small: Shape, large: Shape) -> tuple[int, ...] | None:
    """Which axes of size 1 the larger shape has more than the smaller; None where that isn't the difference."""
    rest = list(small)
    new: list[int] = []
    for axis, dim in enumerate(large):
        if rest and dim == rest[0]:
            rest.pop(0)
        elif dim == 1:
            new.append(axis)
        else:
            return None
    return None if rest else tuple(new)


@rule(
    permute_dims,
    "exact",
    lambda x: (permute_dims(permute_dims(x, (1, 0)), (1, 0)), permute_dims(x, (0, 1))),
    over=permute_dims,
)
def permuted_twice(view: View) -> Any:
    "permute(permute(x, p), q) = permute(x, p[q])"
    inner = view.operand(0, permute_dims)
    return inner and permute_dims(inner.input(0), tuple(inner.attrs[0][axis] for axis in view.attrs[0]))


@rule(
    permute_dims,
    "exact",
    lambda x: (permute_dims(matrix_transpose(x), (1, 0)), permute_dims(x, (0, 1))),
    over=matrix_transpose,
)
def permuted_transpose(view: View) -> Any:
    "permute(X^T, p) = permute(X, p), with p's last two axes exchanged"
    inner = view.operand(0, matrix_transpose)
    return inner and permute_dims(inner.input(0), tuple(last_exchanged(inner.expr.ndim)[i] for i in view.attrs[0]))


@rule(
    matrix_transpose,
    "exact",
    lambda x: (matrix_transpose(permute_dims(x, (1, 0))), permute_dims(x, (0, 1))),
    over=permute_dims,
)
def transposed_permutation(view: View) -> Any:
    "permute(x, p)^T = permute(x, p), with p's last two axes exchanged"
    inner = view.operand(0, permute_dims)
    return inner and permute_dims(inner.input(0), tuple(inner.attrs[0][i] for i in last_exchanged(view.expr.ndim)))


@rule(permute_dims, "exact", lambda x: (permute_dims(x, (1, 0)), matrix_transpose(x)))
def permutation_as_transpose(view: View) -> Any:
    "permute(X, (..., 1, 0)) = X^T"
    order = view.attrs[0]
    return matrix_transpose(view.input(0)) if len(order) > 1 and order == last_exchanged(len(order)) else None


@rule(permute_dims, "exact", lambda x: (permute_dims(x, (0, 1)), x))
def permuted_nowhere(view: View) -> Any:
    "permute(x) = x, in the order there is"
    return view.input(0) if view.attrs[0] == tuple(range(view.expr.ndim)) else None


def last_exchanged(ndim: int) -> tuple[int, ...]:
    """The order of axes in which the last two change places."""
    return (*range(ndim - 2), ndim - 1, ndim - 2)


@rule(
    expand_dims, "exact", lambda x: (expand_dims(expand_dims(x, (1,)), (0,)), expand_dims(x, (0, 2))), over=expand_dims
)
def expanded_twice(view: View) -> Any:
    "expand(expand(x)) = expand(x), with both's axes"
    inner = view.operand(0, expand_dims)
    if inner is None:
        return None
    kept = without(view.attrs[0], view.expr.ndim)
    return expand_dims(inner.input(0), tuple(sorted((*view.attrs[0], *(kept[axis] for axis in inner.attrs[0])))))


@rule(
    squeeze,
    "exact",
    lambda x: (squeeze(squeeze(expand_dims(x[:1], 0), (0,)), (0,)), squeeze(expand_dims(x[:1], 0), (0, 1))),
    over=squeeze,
)
def squeezed_twice(view: View) -> Any:
    "squeeze(squeeze(x)) = squeeze(x), of both's axes"
    inner = view.operand(0, squeeze)
    if inner is None:
        return None
    kept = without(inner.attrs[0], inner.input(0).ndim)
    return squeeze(inner.input(0), tuple(sorted((*inner.attrs[0], *(kept[axis] for axis in view.attrs[0])))))


def without(axes: Iterable[int], ndim: int) -> list[int]:
    """The other axes, in order: where the axes of an array without these were before."""
    gone = set(axes)
    return [axis for axis in range(ndim) if axis not in gone]


@rule(squeeze, "exact", lambda x: (squeeze(expand_dims(x, (1, 2)), (1,)), expand_dims(x, (1,))), over=expand_dims)
def squeezed_expansion(view: View) -> Any:
    "squeeze(expand(x)) = x, at the axes of both"
    inner = view.operand(0, expand_dims)
    both = set(view.attrs[0]).intersection(inner.attrs[0]) if inner else None
    if inner is None or not both:
        return None
    kept = without(both, inner.expr.ndim)
    new, gone = ([kept.index(axis) for axis in each if axis not in both] for each in (inner.attrs[0], view.attrs[0]))
    x = inner.input(0)
    x = expand_dims(x, tuple(new)) if new else x
    return squeeze(x, tuple(gone)) if gone else x


@rule(expand_dims, "exact", lambda x: (expand_dims(squeeze(x[:1], (0,)), (0,)), x[:1]), over=squeeze)
def expanded_squeeze(view: View) -> Any:
    "expand(squeeze(x)) = x, at the same axes"
    inner = view.operand(0, squeeze)
    return inner.input(0) if inner and inner.attrs == view.attrs else None


@rule(getitem_op, "exact", lambda x: (x[:, None], expand_dims(x, (1,))))
def new_axes(view: View) -> Any:
    "x[:, None] = expand(x)"
    index = view.attrs[0]
    if None not in index or any(each is not None and each != FULL for each in index):
        return None
    return expand_dims(view.input(0), tuple(i for i, each in enumerate(index) if each is None))


@rule(getitem_op, "exact", lambda x: (expand_dims(x, (1,))[:, 0], squeeze(expand_dims(x, (1,)), (1,))))
def only_position(view: View) -> Any:
    "x[0] = squeeze(x), of axes of size 1"
    x, index = view.input(0), view.attrs[0]
    gone = tuple(i for i, each in enumerate(index) if each != FULL)
    if not gone or any(type(index[i]) is not int or x.shape[i] != 1 for i in gone):
        return None
    return squeeze(x, gone)


@rule(
    broadcast_to,
    "rounding",
    lambda x: (broadcast_to(broadcast_to(x, (2, 2, 3)), (4, 2, 2, 3)), broadcast_to(x, (4, 2, 2, 3))),
    over=broadcast_to,
)
def stretched_twice(view: View) -> Any:
    "stretch(stretch(x)) = stretch(x)"
    inner = view.operand(0, broadcast_to)
    return inner and broadcast_to(inner.input(0), view.attrs[0])


@rule(
    broadcast_to,
    "exact",
    lambda x: (broadcast_to(expand_dims(x, 0), (4, 2, 3)), broadcast_to(x, (4, 2, 3))),
    over=expand_dims,
)
def stretched_leading(view: View) -> Any:
    "stretch(expand(x)) = stretch(x), where the new axes lead"
    inner = view.operand(0, expand_dims)
    leads = inner is not None and inner.attrs[0] == tuple(range(len(inner.attrs[0])))
    return broadcast_to(inner.input(0), view.attrs[0]) if inner and leads else None


@rule(
    expand_dims,
    "exact",
    lambda x: (expand_dims(broadcast_to(x, (4, 2, 3)), (2,)), broadcast_to(expand_dims(x, (1,)), (4, 2, 1, 3))),
    over=broadcast_to,
)
def expanded_stretch(view: View) -> Any:
    "expand(stretch(x)) = stretch(expand(x))"
    inner = view.operand(0, broadcast_to)
    if inner is None:
        return None
    x = inner.input(0)
    kept = without(view.attrs[0], view.expr.ndim)[inner.expr.ndim - x.ndim :]
    start = kept[0] if kept else view.expr.ndim
    new = tuple(axis - start for axis in view.attrs[0] if axis > start)
    return broadcast_to(expand_dims(x, new) if new else x, view.expr.shape)


@rule(flip, "exact", lambda x: (flip(flip(x, (0, 1)), (1,)), flip(x, (0,))), over=flip)
def flipped_twice(view: View) -> Any:
    "flip(flip(x)) = flip(x), along the axes of one of them only"
    inner = view.operand(0, flip)
    if inner is None:
        return None
    axes = set(view.attrs[0]).symmetric_difference(inner.attrs[0])
    return flip(inner.input(0), tuple(sorted(axes))) if axes else inner.input(0)


@rule(roll, "exact", lambda x: (roll(roll(x, 1, 1), 3, 1), roll(x, 4, 1)), over=roll)
def rolled_twice(view: View) -> Any:
    "roll(roll(x, a), b) = roll(x, a + b), along one axis"
    inner = view.operand(0, roll)
    if inner is None or inner.attrs[1] != view.attrs[1] or isinstance(view.attrs[0], tuple):
        return None
    return roll(inner.input(0), view.attrs[0] + inner.attrs[0], view.attrs[1])


@rule(roll, "exact", lambda x: (roll(x, 0, 1), x))
def rolled_around(view: View) -> Any:
    "roll(x, k) = x, where k is a multiple of the size"
    shift, axis = view.attrs
    x = view.input(0)
    size = x.size if axis is None else None if isinstance(axis, tuple) else x.shape[axis]
    around = isinstance(shift, int) and (shift == 0 or (isinstance(size, int) and size > 0 and shift % size == 0))
    return x if around else None


def _cut_twice(op: Op, narrower: Callable[[Sequence[int]], int]) -> Rule:
    @rule(op, "exact", lambda x: (op(op(x, k=0), k=1), op(x, k=narrower([0, 1]))), over=op)
    def cut_twice(view: View) -> Any:
        "tril(tril(x, j), k) = tril(x, min(j, k)), triu(triu(x, j), k) = triu(x, max(j, k))"
        inner = view.operand(0, op)
        return inner and op(inner.input(0), k=narrower([inner.attrs[0], view.attrs[0]]))

    return cut_twice


def _unchanged(op: Op, example: Callable[[Any], tuple[Any, Any]]) -> Rule:
    @rule(op, "exact", example)
    def moved_nowhere(view: View) -> Any:
        "moving elements to where they are = x"
        return view.input(0) if view.input(0).type == view.expr.type else None

    return moved_nowhere


def _of_negative(op: Op, **attributes: Any) -> Rule:
    @rule(
        op,
        "rounding" if op in (tril, triu, getitem_op) else "exact",
        lambda x: (op(-x, **attributes), -op(x, **attributes)),
        (-2.0, 2.0),
        over=negative,
    )
    def moved_negative(view: View) -> Any:
        "moved(-x) = -moved(x)"
        inner = view.operand(0, negative)
        return inner and -view.expr.operation(inner.input(0))

    return moved_negative


def _of_uniform(op: Op, **attributes: Any) -> Rule:
    def example(x: Any) -> tuple[Any, Any]:
        before = broadcast_to(x[0, 0], (2, 1, 3))
        after = op(before, **attributes)
        return after, broadcast_to(x[0, 0], after.shape)

    @rule(op, "exact", example, over=broadcast_to)
    def moved_scalar(view: View) -> Any:
        "moved(stretch(s)) = stretch(s), where s is a scalar"
        inner = view.operand(0, broadcast_to)
        uniform = inner is not None and not inner.input(0).shape
        return broadcast_to(inner.input(0), view.expr.shape) if inner and uniform else None

    return moved_scalar


VIEWS: Final[tuple[Rule, ...]] = (
    transposed_twice, cast_to_itself, reshaped_twice, permuted_twice, permuted_transpose, transposed_permutation,
    permutation_as_transpose, permuted_nowhere, expanded_twice, squeezed_twice, squeezed_expansion, expanded_squeeze,
    reshape_as_expansion, reshape_as_squeeze, new_axes, only_position, stretched_twice, stretched_leading,
    expanded_stretch, flipped_twice, rolled_twice, rolled_around,
    _reshaped_view(expand_dims, lambda x: (reshape(expand_dims(x, (1,)), (3, 2)), reshape(x, (3, 2)))),
    _reshaped_view(squeeze, lambda x: (reshape(squeeze(x[:1], (0,)), (3, 1)), reshape(x[:1], (3, 1)))),
    _cut_twice(tril, min), _cut_twice(triu, max),
    _unchanged(reshape, lambda x: (reshape(x, x.shape), x)),
    _unchanged(broadcast_to, lambda x: (broadcast_to(x, x.shape), x)),
    _of_negative(expand_dims, axis=(1,)), _of_negative(squeeze, axis=()), _of_negative(matrix_transpose),
    _of_negative(permute_dims, axes=(1, 0)), _of_negative(reshape, shape=(-1,)), _of_negative(flip, axis=(0,)),
    _of_negative(roll, shift=1, axis=1), _of_negative(tril, k=0), _of_negative(triu, k=0),
    _of_negative(getitem_op, index=(FULL, (1, None, None))),
    _of_uniform(permute_dims, axes=(2, 0, 1)), _of_uniform(matrix_transpose), _of_uniform(reshape, shape=(3, 2)),
    _of_uniform(squeeze, axis=(1,)), _of_uniform(flip, axis=(0,)), _of_uniform(roll, shift=1, axis=2),
    _of_uniform(getitem_op, index=(0, FULL, (1, None, None))),
)  # fmt: skip
